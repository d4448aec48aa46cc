using System.Globalization;
using System.Text;

namespace MlOps.DataValidation;

/// <summary>Prints suggestions as C#.</summary>
internal static class SuiteCSharp
{
    public static string Write(SuiteSuggestions suggestions)
    {
        var text = new StringBuilder($"var suite = ExpectationSuite.Create({Text(suggestions.Name)}, s =>\n{{\n");
        var column = suggestions.Suggestions.Count > 0 ? suggestions.Suggestions[0].Column : null;
        foreach (var suggestion in suggestions.Suggestions)
        {
            if (suggestion.Column != column) text.Append('\n');
            column = suggestion.Column;
            text.Append($"    s.Column({Text(suggestion.Column)}){(suggestion.Expectation.Severity == Severity.Warning ? ".AsWarning()" : string.Empty)}{Call(suggestion.Expectation)}; // {Comment(suggestion.Reason)}\n");
        }

        return text.Append("});\n").ToString();
    }

    private static string Call(Expectation expectation) => expectation switch
    {
        NotNull { Mostly: 1 } => ".NotNull()",
        NotNull => $".NotNull({Number(expectation.Mostly)})",
        Unique => ".Unique()",
        ValuesInSet { Mostly: 1 } set => $".InSet({string.Join(", ", set.Values.Select(Literal))})",
        ValuesInSet set => $".InSet([{string.Join(", ", set.Values.Select(Literal))}], {Number(set.Mostly)})",
        ValuesBetween between => $".Between({Bounds(Optional(between.Min), Optional(between.Max), "min", "max")})",
        LengthBetween length => $".Add(new LengthBetween({Text(length.Column)}, {Bounds(Whole(length.Min), Whole(length.Max), "Min", "Max")}))",
        MatchesRegex regex => $".Add(new MatchesRegex({Text(regex.Column)}, [{string.Join(", ", regex.Patterns.Select(Text))}]))",
        StatisticBetween statistic => $".Add(new StatisticBetween({Text(statistic.Column)}, Statistic.{statistic.Statistic}, {Bounds(Optional(statistic.Min), Optional(statistic.Max), "Min", "Max")}))",
        _ => throw new InvalidOperationException($"{expectation.Kind} is not suggested by any rule."),
    };

    private static string Bounds(string? min, string? max, string minName, string maxName) => (min, max) switch
    {
        (not null, not null) => $"{min}, {max}",
        (not null, null) => $"{minName}: {min}",
        _ => $"{maxName}: {max}",
    };

    private static string? Optional(Scalar value) => value.IsMissing ? null : Literal(value);

    private static string? Whole(long? value) => value?.ToString(CultureInfo.InvariantCulture);

    private static string Literal(Scalar value) => value.Value switch
    {
        string text => Text(text),
        long.MinValue => "long.MinValue",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => Number(number),
        _ => throw new InvalidOperationException($"{value} is not suggested by any rule."),
    };

    // 3 alone would be a whole number.
    private static string Number(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + "d" : text;
    }

    private static string Comment(string reason) => string.Concat(reason.Select(c => IsPlain(c) ? c : ' '));

    private static string Text(string text)
    {
        var literal = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\') literal.Append('\\').Append(c);
            else if (IsPlain(c)) literal.Append(c);
            else literal.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return literal.Append('"').ToString();
    }

    // Line ends, marks that turn the direction of a line, and halves of characters are written as their code.
    private static bool IsPlain(char c) => char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);
}
