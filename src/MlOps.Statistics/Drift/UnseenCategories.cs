namespace MlOps.Statistics;

/// <summary>Whether the rows of categories that the reference never had are more than chance gives. Rare categories are missed by any sample, so some always are.</summary>
internal static class UnseenCategories
{
    /// <summary>Gives the share of the current rows that are of unseen categories, the share that is to be expected when nothing has changed, and a chance of as many that is not too small.</summary>
    /// <remarks>
    /// Given how often each category occurs in both samples together, one with c rows has all of them among the m current ones of N with the chance m (m-1) … / N (N-1) …: the expected share is Good's (Biometrika 40, 1953) in
    /// its finite form. Whether this happens to one category makes it less likely for the others (the draws are negatively associated, Joag-Dev and Proschan 1983), so Chernoff's bound for independent
    /// categories holds.
    /// </remarks>
    public static UnseenResult Test(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        double n = 0, m = 0;
        var unseen = 0L;
        var categories = new SortedDictionary<long, int>(); // by their rows in both
        for (var i = 0; i < reference.Length; i++)
        {
            n += reference[i];
            m += current[i];
            if (reference[i] == 0) unseen += current[i];
            var both = reference[i] + current[i];
            categories[both] = categories.GetValueOrDefault(both) + 1;
        }

        if (n == 0 || m == 0) return new(double.NaN, double.NaN, double.NaN);
        var sizes = categories.Where(c => c.Key > 0 && c.Key <= m).Select(c => (Rows: (double)c.Key, Number: c.Value, LogChance: LogAll(c.Key, m, n + m))).ToArray();
        var expected = sizes.Sum(s => s.Rows * s.Number * Math.Exp(s.LogChance));
        return new(unseen / m, expected / m, unseen <= expected ? 1 : Math.Exp(Bound(sizes, unseen)));
    }

    // The chance that all of so many rows are among the m of N.
    private static double LogAll(long rows, double m, double all) =>
        SpecialFunctions.LogGamma(m + 1) - SpecialFunctions.LogGamma(m - rows + 1) - SpecialFunctions.LogGamma(all + 1) + SpecialFunctions.LogGamma(all - rows + 1);

    // The least over t of log E exp(t (U - u)), which is convex.
    private static double Bound((double Rows, int Number, double LogChance)[] sizes, double unseen)
    {
        double Exponent(double t)
        {
            var sum = -t * unseen;
            foreach (var (rows, number, logChance) in sizes)
            {
                var (x, rest) = ((t * rows) + logChance, -double.ExpM1(logChance));
                sum += number * (x > 30 ? x + double.LogP1(rest * Math.Exp(-x)) : Math.Log(rest + Math.Exp(x)));
            }

            return sum;
        }

        var (low, high) = (0.0, 1.0);
        while (high < 64 && Exponent(high) < Exponent(high / 2)) high *= 2;
        for (var i = 0; i < 100; i++)
        {
            var (left, right) = (low + ((high - low) / 3), high - ((high - low) / 3));
            if (Exponent(left) < Exponent(right)) high = right;
            else low = left;
        }

        return Math.Min(0, Exponent(low));
    }
}

/// <summary>What was found of unseen categories.</summary>
/// <param name="Share">Their share of the current rows.</param>
/// <param name="Expected">The share to be expected when nothing has changed.</param>
/// <param name="PValue">The chance of as many.</param>
internal readonly record struct UnseenResult(double Share, double Expected, double PValue);
