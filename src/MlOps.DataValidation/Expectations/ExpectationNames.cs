using System.Text;

namespace MlOps.DataValidation;

/// <summary>Names of expectations in reports: the type's name with underscores.</summary>
internal static class ExpectationNames
{
    public static string Of(Type type)
    {
        var name = type.Name.AsSpan();
        if (name.IndexOf('`') is var generic and > 0) name = name[..generic];
        if (name.EndsWith("Expectation") && name.Length > "Expectation".Length) name = name[..^"Expectation".Length];
        return OfWord(name);
    }

    /// <summary>Gives TwoWords as two_words, and ZScores as z_scores.</summary>
    public static string OfWord(ReadOnlySpan<char> name)
    {
        var text = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])))) text.Append('_');
            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    public static string Quoted(IEnumerable<string> columns) => string.Join(", ", columns.Select(c => $"'{c}'"));

    public static string Listed(IReadOnlyCollection<Scalar> values)
    {
        const int Most = 8;
        var shown = string.Join(", ", values.Take(Most).Select(Literal));
        return values.Count > Most ? $"{shown} and {values.Count - Most} more" : shown;
    }

    public static string Literal(Scalar value) => value.Value is string text ? $"'{text}'" : value.ToString();
}
