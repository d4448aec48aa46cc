namespace MlOps.Statistics;

/// <summary>The Mann-Whitney (Wilcoxon rank-sum) test that neither of two samples tends to have larger values.</summary>
/// <remarks>NaN is left out; infinities are the smallest and largest numbers.</remarks>
public static class MannWhitney
{
    /// <summary>Up to how many values in the smaller sample the chance is computed exactly, when no values are equal.</summary>
    public const int ExactLimit = 8;

    private const int ExactProduct = 1_000_000;

    /// <summary>Tests two samples.</summary>
    /// <param name="first">The first sample, in any order.</param>
    /// <param name="second">The second sample, in any order.</param>
    /// <param name="alternative">Which differences to look for.</param>
    /// <returns>
    /// The statistic U of the first sample, that is how many pairs have the larger value in it, equal ones counting half, and its chance: exact with up to <see cref="ExactLimit"/> values in the smaller
    /// sample and none equal, else by the normal distribution with corrections for ties and continuity. The chance is 1 when all values are equal.
    /// </returns>
    /// <remarks>Mann and Whitney 1947; Hollander and Wolfe, Nonparametric Statistical Methods, 4.1.</remarks>
    public static TestResult Test(ReadOnlySpan<double> first, ReadOnlySpan<double> second, Alternative alternative = Alternative.TwoSided)
    {
        var (a, b) = (Samples.Sorted(first), Samples.Sorted(second));
        return a.Length == 0 || b.Length == 0 ? TestResult.None : Test(a, b, alternative, ExactLimit);
    }

    internal static TestResult Test(double[] a, double[] b, Alternative alternative, int exactLimit)
    {
        var (ranks, _, ties) = Samples.Ranks(a, b);
        double n = a.Length, m = b.Length;
        var u = ranks.Sum() - (n * (n + 1) / 2);
        var extreme = alternative switch
        {
            Alternative.Greater => u,
            Alternative.Less => (n * m) - u,
            _ => Math.Max(u, (n * m) - u),
        };
        var exact = ties == 0 && Math.Min(a.Length, b.Length) <= exactLimit && n * m <= ExactProduct;
        var tail = exact ? ExactTail((int)Math.Round(extreme), a.Length, b.Length) : NormalTail(extreme, n, m, ties);
        return new(u, Math.Clamp(alternative == Alternative.TwoSided ? 2 * tail : tail, 0, 1));
    }

    private static double NormalTail(double u, double n, double m, double ties)
    {
        var all = n + m;
        var variance = n * m / 12 * (all + 1 - (ties / (all * (all - 1))));
        return variance > 0 ? Normal.UpperTail((u - (n * m / 2) - 0.5) / Math.Sqrt(variance)) : 1;
    }

    // The chance that U is at least this large, from how many of all orders have each U: adding a value of the first sample adds as many pairs as values of the second lie below.
    private static double ExactTail(int u, int n, int m)
    {
        var (fewer, more) = (Math.Min(n, m), Math.Max(n, m));
        var chances = new double[(fewer * more) + 1];
        chances[0] = 1;
        for (var i = 1; i <= fewer; i++)
        {
            // The generating function is the product of (1 - q^(more + i)) / (1 - q^i); each factor is scaled to sum to 1.
            for (var at = chances.Length - 1; at >= more + i; at--) chances[at] -= chances[at - more - i];
            for (var at = i; at < chances.Length; at++) chances[at] += chances[at - i];
            var scale = (double)i / (more + i);
            for (var at = 0; at < chances.Length; at++) chances[at] *= scale;
        }

        // It is symmetric: the small end keeps its digits.
        var sum = 0.0;
        for (var at = 0; at <= (fewer * more) - u; at++) sum += chances[at];
        return sum;
    }
}
