using System.Text.RegularExpressions;

namespace MlOps.DataValidation;

/// <summary>Text that fits a pattern of SQL: % is any text, _ any character, \ takes the next one as it is.</summary>
internal sealed class LikeRule(int column, string pattern) : TextRule(column)
{
    public override bool Passes(ReadOnlySpan<char> value) => Matches(value, pattern);

    public static bool Matches(ReadOnlySpan<char> value, ReadOnlySpan<char> pattern)
    {
        var (v, p, star, resume) = (0, 0, -1, 0);
        while (v < value.Length)
        {
            var escaped = p < pattern.Length && pattern[p] == '\\' && p + 1 < pattern.Length;
            if (p < pattern.Length && pattern[p] == '%')
            {
                (star, resume) = (p++, v);
            }
            else if (p < pattern.Length && (escaped ? pattern[p + 1] == value[v] : pattern[p] == '_' || pattern[p] == value[v]))
            {
                p += escaped ? 2 : 1;
                v++;
            }
            else if (star >= 0)
            {
                (p, v) = (star + 1, ++resume);
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '%') p++;
        return p == pattern.Length;
    }
}

/// <summary>Text that fits one of several patterns, all of them, or none.</summary>
internal sealed class PatternsRule(int column, IReadOnlyList<Func<int, TextRule>> patterns, PatternMatch match) : TextRule(column)
{
    private readonly TextRule[] _patterns = [.. patterns.Select(p => p(column))];

    public override bool Passes(ReadOnlySpan<char> value)
    {
        foreach (var pattern in _patterns)
        {
            var passes = pattern.Passes(value);
            if (match == PatternMatch.All && !passes) return false;
            if (match != PatternMatch.All && passes) return match == PatternMatch.Any;
        }

        return match != PatternMatch.Any;
    }
}

internal sealed class RegexRule(int column, Regex regex) : TextRule(column)
{
    public override bool Passes(ReadOnlySpan<char> value) => regex.IsMatch(value);
}

/// <summary>Text of some length, counted in Unicode characters, not in UTF-16 units.</summary>
internal sealed class LengthRule(int column, long least, long most) : TextRule(column)
{
    public override bool Passes(ReadOnlySpan<char> value) => Count(value) is var length && length >= least && length <= most;

    public static int Count(ReadOnlySpan<char> value)
    {
        var length = value.Length;
        for (var i = 1; i < value.Length; i++)
        {
            if (char.IsLowSurrogate(value[i]) && char.IsHighSurrogate(value[i - 1])) length--;
        }

        return length;
    }
}

/// <summary>Text that a function can read.</summary>
internal sealed class ReadableRule(int column, ReadText read) : TextRule(column)
{
    public override bool Passes(ReadOnlySpan<char> value) => read(value);
}

internal delegate bool ReadText(ReadOnlySpan<char> text);
