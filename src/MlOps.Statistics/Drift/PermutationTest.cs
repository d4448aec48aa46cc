namespace MlOps.Statistics;

/// <summary>Pearson's test of two samples of categories that are too sparse for the chi-square distribution: which rows belong to which sample is drawn anew, again and again.</summary>
/// <remarks>
/// Given how often each category occurs in both samples together, every division of the rows into two samples of these sizes is as likely when nothing has changed; so the level holds whatever the sizes.
/// Drawing ends early once twenty draws were as extreme as the samples (Besag and Clifford, Biometrika 78, 1991). The numbers that are drawn depend on the counts only.
/// </remarks>
internal static class PermutationTest
{
    private const int Enough = 20;
    private const int MostDraws = 99_999;
    private const int FewestDraws = 9_999;
    private const long Work = 100_000_000;
    private const long MostRows = 1 << 22;

    /// <summary>Gives the chance of samples at least this different.</summary>
    /// <param name="small">The counts of the smaller sample.</param>
    /// <param name="both">The counts of both samples together.</param>
    public static double PValue(ReadOnlySpan<long> small, ReadOnlySpan<long> both)
    {
        long rows = 0, all = 0;
        var seed = 0x9E3779B97F4A7C15UL;
        for (var i = 0; i < small.Length; i++)
        {
            rows += small[i];
            all += both[i];
            seed = Hashing.Mix(seed ^ (ulong)((small[i] * 31) + both[i]));
        }

        var urn = all <= MostRows ? Urn(both, all) : null;
        var upTo = urn is null ? UpTo(both) : [];
        var weights = new double[both.Length];
        for (var i = 0; i < weights.Length; i++) weights[i] = both[i] > 0 ? 1.0 / both[i] : 0;
        var observed = 0.0;
        for (var i = 0; i < small.Length; i++) observed += (double)small[i] * small[i] * weights[i];

        // Rounding must not make a draw that equals the samples less extreme than they are.
        observed *= 1 - 1e-12;
        var draws = (int)Math.Clamp(Work / Math.Max(1, rows), FewestDraws, MostDraws);
        var counts = new int[both.Length];
        var extreme = 0;
        for (var draw = 1; draw <= draws; draw++)
        {
            var sum = urn is not null ? Draw(urn, (int)rows, counts, weights, ref seed) : Draw(upTo, (int)rows, counts, weights, ref seed);
            if (sum >= observed && ++extreme == Enough) return (double)Enough / draw;
        }

        return (extreme + 1.0) / (draws + 1);
    }

    // The category of every row.
    private static int[] Urn(ReadOnlySpan<long> both, long all)
    {
        var urn = new int[(int)all];
        var from = 0;
        for (var category = 0; category < both.Length; category++)
        {
            urn.AsSpan(from, (int)both[category]).Fill(category);
            from += (int)both[category];
        }

        return urn;
    }

    private static long[] UpTo(ReadOnlySpan<long> both)
    {
        var upTo = new long[both.Length];
        var sum = 0L;
        for (var i = 0; i < both.Length; i++) upTo[i] = sum += both[i];
        return upTo;
    }

    // Shuffles the first rows of the urn, which needs not be put back in order, and gives the part of Pearson's statistic that depends on the draw.
    private static double Draw(int[] urn, int rows, int[] counts, double[] weights, ref ulong state)
    {
        var sum = 0.0;
        for (var i = 0; i < rows; i++)
        {
            var at = i + (int)Math.BigMul(SplitMix.Next(ref state), (ulong)(urn.Length - i), out _);
            var category = urn[at];
            urn[at] = urn[i];
            urn[i] = category;
            sum += ((2 * counts[category]++) + 1) * weights[category];
        }

        for (var i = 0; i < rows; i++) counts[urn[i]] = 0;
        return sum;
    }

    // Of very many rows hardly any comes twice, so they are put back.
    private static double Draw(long[] upTo, int rows, int[] counts, double[] weights, ref ulong state)
    {
        var sum = 0.0;
        for (var i = 0; i < rows; i++)
        {
            var at = Array.BinarySearch(upTo, (long)Math.BigMul(SplitMix.Next(ref state), (ulong)upTo[^1], out _) + 1);
            var category = at >= 0 ? at : ~at;

            // Of categories without rows, the first of equal sums is the one that has some.
            while (category > 0 && upTo[category - 1] == upTo[category]) category--;
            sum += ((2 * counts[category]++) + 1) * weights[category];
        }

        Array.Clear(counts);
        return sum;
    }
}
