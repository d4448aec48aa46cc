using System.Text.RegularExpressions;

namespace MlOps.DataValidation;

/// <summary>Texts fit regular expressions of .NET. An expression that takes longer than <see cref="ValidationOptions.PatternTimeout"/> for one value fails the expectation.</summary>
/// <param name="Column">The column of text.</param>
/// <param name="Patterns">The expressions; each is searched anywhere in the text unless it is anchored by ^ and $.</param>
/// <param name="Match">How many of them must fit.</param>
public sealed record MatchesRegex(string Column, IReadOnlyList<string> Patterns, PatternMatch Match = PatternMatch.Any) : ColumnExpectation(Column)
{
    /// <summary>Gets the expressions.</summary>
    public IReadOnlyList<string> Patterns { get; init; } = Check(Patterns);

    /// <inheritdoc/>
    protected override string Describe() => PatternWords.Of(Column, "the pattern", Patterns, Match);

    internal override Check Plan(CheckPlan plan)
    {
        var timeout = plan.Options.PatternTimeout;
        return Rows(new PatternsRule(
            FilterTerms.TextColumn(plan.Column(Column)),
            [.. Patterns.Select(p => new Func<int, TextRule>(c => new RegexRule(c, new(p, RegexOptions.CultureInvariant | RegexOptions.Compiled, timeout))))],
            Match));
    }

    private static IReadOnlyList<string> Check(IReadOnlyList<string> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        if (patterns.Count == 0) throw new ArgumentException("There is no pattern to fit.", nameof(patterns));
        foreach (var pattern in patterns) _ = new Regex(pattern, RegexOptions.CultureInvariant);
        return patterns;
    }
}

internal static class PatternWords
{
    public static string Of(string column, string noun, IReadOnlyList<string> patterns, PatternMatch match)
    {
        var listed = string.Join(", ", patterns.Select(p => $"\"{p}\""));
        if (patterns.Count == 1) return match == PatternMatch.None ? $"'{column}' does not fit {noun} {listed}" : $"'{column}' fits {noun} {listed}";
        return match switch
        {
            PatternMatch.Any => $"'{column}' fits one of {noun}s {listed}",
            PatternMatch.All => $"'{column}' fits all of {noun}s {listed}",
            _ => $"'{column}' fits none of {noun}s {listed}",
        };
    }
}
