namespace MlOps.Statistics;

/// <summary>The Cramér-von Mises test that two samples come from one distribution: how far apart their distribution functions are on average, squared.</summary>
/// <remarks>NaN is left out; infinities are the smallest and largest numbers. Anderson, On the distribution of the two-sample Cramér-von Mises criterion, 1962.</remarks>
public static class CramerVonMises
{
    /// <summary>Up to how many values in the larger sample the chance is computed exactly.</summary>
    public const int ExactLimit = 20;

    /// <summary>Tests two samples.</summary>
    /// <param name="first">The first sample, in any order.</param>
    /// <param name="second">The second sample, in any order.</param>
    /// <returns>The statistic T, and its chance: exact up to <see cref="ExactLimit"/> values in the larger sample, then asymptotic; below about 1e-15 it is 0.</returns>
    public static TestResult Test(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var (a, b) = (Samples.Sorted(first), Samples.Sorted(second));
        return a.Length == 0 || b.Length == 0 ? TestResult.None : Test(a, b, Math.Max(a.Length, b.Length) <= ExactLimit);
    }

    internal static TestResult Test(double[] a, double[] b, bool exact)
    {
        var (ranksA, ranksB, _) = Samples.Ranks(a, b);
        double n = a.Length, m = b.Length;
        var u = (n * Squares(ranksA)) + (m * Squares(ranksB));
        var (product, all) = (n * m, n + m);
        var statistic = (u / (product * all)) - (((4 * product) - 1) / (6 * all));
        return new(statistic, exact ? ExactTail(u, a.Length, b.Length) : Tail(statistic, n, m));
    }

    private static double Squares(double[] ranks)
    {
        var sum = 0.0;
        for (var i = 0; i < ranks.Length; i++) sum += (ranks[i] - (i + 1)) * (ranks[i] - (i + 1));
        return sum;
    }

    // Moved and scaled to the mean and variance of the limit.
    private static double Tail(double statistic, double n, double m)
    {
        var all = n + m;
        var mean = (1 + (1 / all)) / 6;
        var variance = (all + 1) * ((4 * m * n * all) - (3 * ((m * m) + (n * n))) - (2 * m * n)) / (45 * all * all * 4 * m * n);
        var moved = (1.0 / 6) + ((statistic - mean) / Math.Sqrt(45 * variance));
        return moved < 0.003 ? 1 : Math.Clamp(1 - Limit(moved), 0, 1);
    }

    // The limiting distribution: Csörgő and Faraway, Journal of the Royal Statistical Society B 58, 1996, equation 1.2.
    private static double Limit(double x)
    {
        var sum = 0.0;
        for (var k = 0; k < 1000; k++)
        {
            var y = (4.0 * k) + 1;
            var q = y * y / (16 * x);
            var factor = Math.Exp(SpecialFunctions.LogGamma(k + 0.5) - SpecialFunctions.LogGamma(k + 1)) / (Math.Pow(Math.PI, 1.5) * Math.Sqrt(x));
            var term = factor * Math.Sqrt(y) * Math.Exp(-2 * q) * SpecialFunctions.ScaledBesselK(0.25, q);
            sum += term;
            if (term < 1e-17) break;
        }

        return sum;
    }

    // All orders in which the values can be drawn, by the sum of squares that they give (Xiao, Gordon and Yakovlev, Journal of Statistical Software 17(8), 2006).
    private static double ExactTail(double u, int n, int m)
    {
        var (divisor, other) = (n, m);
        while (other != 0) (divisor, other) = (other, divisor % other);
        long multiple = (long)n / divisor * m;
        long stepN = multiple / n, stepM = multiple / m;

        // The statistic in whole numbers, n m / multiple^2 / (n + m)^2 each; with equal values it lies between two, and the lower one counts.
        var product = (double)n * m;
        var wanted = (long)Math.Floor(((u - (product * ((4 * product) - 1) / 6)) * (n + m) * multiple * multiple / (product * product)) + 1e-6);
        var rows = new Dictionary<long, double>[m + 1];
        for (var i = 0; i <= n; i++)
        {
            for (var j = 0; j <= m; j++)
            {
                var square = ((i * stepN) - (j * stepM)) * ((i * stepN) - (j * stepM));
                var next = new Dictionary<long, double>();
                if (i + j == 0) next[0] = 1;
                if (i > 0) Spread(rows[j], next, square, (double)i / (i + j));
                if (j > 0) Spread(rows[j - 1], next, square, (double)j / (i + j));
                rows[j] = next;
            }
        }

        return Math.Clamp(rows[m].Where(p => p.Key >= wanted).OrderBy(p => p.Value).Sum(p => p.Value), 0, 1);
    }

    private static void Spread(Dictionary<long, double> from, Dictionary<long, double> into, long square, double share)
    {
        foreach (var (sum, chance) in from) into[sum + square] = into.GetValueOrDefault(sum + square) + (chance * share);
    }
}
