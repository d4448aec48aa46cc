using System.Buffers;
using System.Text;

namespace MlOps.Core;

/// <summary>How texts are compared in searches, the same in every store.</summary>
public static class SearchText
{
    /// <summary>Gets the order of texts: by the numbers of their Unicode characters, as their UTF-8 is ordered.</summary>
    public static IComparer<string> Order { get; } = Comparer<string>.Create(Compare);

    /// <summary>Says whether a text has the form of a pattern.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pattern">The pattern: % stands for any characters, _ for one, all else for itself.</param>
    /// <param name="ignoresCase">Whether upper and lower case are the same, in every script that has them.</param>
    /// <returns>True when it has.</returns>
    public static bool IsLike(string text, string pattern, bool ignoresCase)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(pattern);
        ReadOnlySpan<char> t = text, p = pattern;
        int atText = 0, atPattern = 0, starText = 0, starPattern = -1;
        while (atText < t.Length)
        {
            var size = Next(t[atText..], out var letter);
            if (atPattern < p.Length && p[atPattern] == '%')
            {
                (starText, starPattern) = (atText, ++atPattern); // first tried with no characters
                continue;
            }

            if (atPattern < p.Length)
            {
                var patternSize = Next(p[atPattern..], out var wanted);
                if (wanted.Value == '_' || letter == wanted || (ignoresCase && Rune.ToLowerInvariant(letter) == Rune.ToLowerInvariant(wanted)))
                {
                    (atText, atPattern) = (atText + size, atPattern + patternSize);
                    continue;
                }
            }

            if (starPattern < 0) return false;
            starText += Next(t[starText..], out _); // the last % takes one character more
            (atText, atPattern) = (starText, starPattern);
        }

        while (atPattern < p.Length && p[atPattern] == '%') atPattern++;
        return atPattern == p.Length;
    }

    private static int Next(ReadOnlySpan<char> text, out Rune rune) =>
        Rune.DecodeFromUtf16(text, out rune, out var length) is OperationStatus.Done ? length : 1;

    // UTF-16 puts the surrogates below U+E000 to U+FFFF, UTF-8 and the databases above.
    private static int Compare(string? a, string? b)
    {
        if (a is null || b is null) return (a is null ? 0 : 1) - (b is null ? 0 : 1);
        var same = a.AsSpan().CommonPrefixLength(b);
        if (same == a.Length || same == b.Length) return a.Length.CompareTo(b.Length);
        return Place(a[same]).CompareTo(Place(b[same]));

        static int Place(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
    }
}
