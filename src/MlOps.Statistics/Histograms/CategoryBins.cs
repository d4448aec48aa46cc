namespace MlOps.Statistics;

/// <summary>Bins for a column of categories: the most frequent ones, the other known ones, and those that the reference never saw.</summary>
public static class CategoryBins
{
    /// <summary>Counts two samples of categories in the same bins.</summary>
    /// <param name="reference">How often the reference has each category.</param>
    /// <param name="current">How often the current sample has each category.</param>
    /// <param name="top">How many categories get a bin of their own, at least 1.</param>
    /// <returns>The names of the categories that have a bin, and the counts: theirs, then the other categories of the reference, then the ones that it never saw.</returns>
    /// <remarks>
    /// The most frequent categories are those of both samples together, equal counts in ordinal order of the name: chosen from one sample alone, their shares in it would come out too
    /// high (regression to the mean), and columns with many rare categories would seem to drift. For the same reason categories that the reference has once stand for the unseen
    /// in it: their share is what the next sample's share of unseen categories is expected to be when nothing has changed (Good, Biometrika 40, 1953). Where that estimate is
    /// itself uncertain, because the reference is small and full of rare categories, the unseen are counted with the other ones and their bin is empty.
    /// </remarks>
    public static CategoryCounts Count(IReadOnlyDictionary<string, long> reference, IReadOnlyDictionary<string, long> current, int top = 20)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(current);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        var both = new Dictionary<string, long>(reference, StringComparer.Ordinal);
        foreach (var (name, count) in current) both[name] = both.GetValueOrDefault(name) + count;
        var names = both.Where(p => p.Value > 0).OrderByDescending(p => p.Value).ThenBy(p => p.Key, StringComparer.Ordinal).Take(top).Select(p => p.Key).ToArray();
        var (first, second) = (new long[names.Length + 2], new long[names.Length + 2]);
        for (var i = 0; i < names.Length; i++)
        {
            first[i] = reference.GetValueOrDefault(names[i]);
            second[i] = current.GetValueOrDefault(names[i]);
        }

        var chosen = names.ToHashSet(StringComparer.Ordinal);
        var other = names.Length;
        var unseen = KnowsTheUnseen(reference, current, chosen) ? other + 1 : other;
        foreach (var (name, count) in reference)
        {
            if (!chosen.Contains(name)) first[count == 1 ? unseen : other] += count;
        }

        foreach (var (name, count) in current)
        {
            if (!chosen.Contains(name)) second[reference.GetValueOrDefault(name) > 0 ? other : unseen] += count;
        }

        return new(names, first, second);
    }

    // The variance of Good's estimate is about (once + 2 twice) / rows squared (Robbins 1968), where a bin of counts is taken to have once / rows squared:
    // the difference must be small beside what the two samples vary by anyway.
    private static bool KnowsTheUnseen(IReadOnlyDictionary<string, long> reference, IReadOnlyDictionary<string, long> current, HashSet<string> chosen)
    {
        double rows = 0, once = 0, twice = 0, currentRows = 0;
        foreach (var (name, count) in reference)
        {
            rows += count;
            if (chosen.Contains(name)) continue;
            if (count == 1) once++;
            if (count == 2) twice++;
        }

        foreach (var (_, count) in current) currentRows += count;
        return 2 * twice * currentRows <= 0.1 * (once + 1) * (rows + currentRows);
    }
}

/// <summary>Two samples of categories, counted in the same bins.</summary>
/// <param name="Names">The categories that have a bin of their own.</param>
/// <param name="Reference">The counts of the reference: those of <paramref name="Names"/>, other known categories, unseen categories.</param>
/// <param name="Current">The counts of the current sample in the same bins.</param>
public sealed record CategoryCounts(IReadOnlyList<string> Names, long[] Reference, long[] Current);
