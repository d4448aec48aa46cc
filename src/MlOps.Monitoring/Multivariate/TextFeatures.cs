using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Turns texts into numbers that trees can tell apart: how often words and pairs of words come, hashed into so many features (Weinberger et al., Feature hashing, ICML 2009), and how long the text is.</summary>
internal static class TextFeatures
{
    // Beyond this a text is no longer read: its beginning tells what it is.
    private const int MaxLength = 4000;
    private const uint Offset = 2166136261;
    private const uint Prime = 16777619;

    /// <summary>Gives a column for each feature, and the last two for the numbers of words and characters.</summary>
    public static TreeColumn[] Of(IReadOnlyList<string> texts, int features)
    {
        var values = new float[features + 2][];
        for (var f = 0; f < values.Length; f++) values[f] = new float[texts.Count];
        for (var i = 0; i < texts.Count; i++)
        {
            var words = 0;
            foreach (var (hash, isWord, _) in Tokens(texts[i]))
            {
                values[hash % features][i]++;
                if (isWord) words++;
            }

            (values[features][i], values[features + 1][i]) = (words, texts[i].Length);
        }

        return [.. values.Select((column, f) => new TreeColumn(f == features ? "number of words" : f == features + 1 ? "length" : $"feature {f}", column))];
    }

    /// <summary>Gives the word of a feature whose share of the texts differs most between two samples, with its shares.</summary>
    public static (string Word, double Reference, double Current) Word(IReadOnlyList<string> reference, IReadOnlyList<string> current, int feature, int features)
    {
        var (first, second) = (Shares(reference, feature, features), Shares(current, feature, features));
        var word = first.Keys.Union(second.Keys, StringComparer.Ordinal)
            .OrderByDescending(w => Math.Abs(first.GetValueOrDefault(w) - second.GetValueOrDefault(w))).ThenBy(w => w, StringComparer.Ordinal).FirstOrDefault() ?? "a word";
        return (word, first.GetValueOrDefault(word), second.GetValueOrDefault(word));
    }

    private static Dictionary<string, double> Shares(IReadOnlyList<string> texts, int feature, int features)
    {
        var shares = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            foreach (var word in Tokens(text).Where(t => t.Hash % features == feature).Select(t => text[t.Span].ToLowerInvariant()).Distinct(StringComparer.Ordinal))
                shares[word] = shares.GetValueOrDefault(word) + (1.0 / texts.Count);
        }

        return shares;
    }

    // Words, and pairs of neighbours, by their letters and digits in lower case (FNV-1a).
    private static IEnumerable<(uint Hash, bool IsWord, Range Span)> Tokens(string text)
    {
        var (length, before, from, previous) = (Math.Min(text.Length, MaxLength), 0u, 0, 0);
        for (var i = 0; i < length;)
        {
            if (!char.IsLetterOrDigit(text[i]))
            {
                i++;
                continue;
            }

            from = i;
            var (hash, pair) = (Offset, before);
            for (; i < length && char.IsLetterOrDigit(text[i]); i++)
            {
                var letter = char.ToLowerInvariant(text[i]);
                hash = (hash ^ letter) * Prime;
                pair = (pair ^ letter) * Prime;
            }

            yield return (Mix(hash), true, from..i);
            if (before != 0) yield return (Mix(pair), false, previous..i);
            (before, previous) = ((hash ^ ' ') * Prime, from);
        }
    }

    private static uint Mix(uint hash)
    {
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return hash ^ (hash >> 16);
    }
}
