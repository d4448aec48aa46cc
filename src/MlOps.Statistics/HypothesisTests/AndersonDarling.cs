namespace MlOps.Statistics;

/// <summary>The Anderson-Darling test that two or more samples come from one distribution; it looks at the tails more closely than the Kolmogorov-Smirnov test does.</summary>
/// <remarks>Scholz and Stephens, K-sample Anderson-Darling tests, Journal of the American Statistical Association 82, 1987; with mid-ranks for equal values (equation 7). NaN is left out.</remarks>
public static class AndersonDarling
{
    private static readonly double[] Levels = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001];
    private static readonly double[] B0 = [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085];
    private static readonly double[] B1 = [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615];
    private static readonly double[] B2 = [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154];

    /// <summary>Tests two samples.</summary>
    /// <param name="first">The first sample, in any order.</param>
    /// <param name="second">The second sample, in any order.</param>
    /// <returns>
    /// The standardised statistic, and its chance between the published levels: 0.25 stands for that or more, 0.001 for that or less. NaN when a sample has no values or there are fewer than four; the chance is
    /// 0.25 when all values are equal.
    /// </returns>
    public static TestResult Test(ReadOnlySpan<double> first, ReadOnlySpan<double> second) => Test([Samples.Sorted(first), Samples.Sorted(second)]);

    /// <summary>Tests several samples.</summary>
    /// <param name="samples">The samples, two or more, each in any order.</param>
    /// <returns>As for two samples.</returns>
    /// <exception cref="ArgumentException">There are fewer than two samples.</exception>
    public static TestResult Test(IReadOnlyList<double[]> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.Count < 2) throw new ArgumentException("There must be two samples or more.", nameof(samples));
        return Test([.. samples.Select(s => Samples.Sorted(s))]);
    }

    private static TestResult Test(double[][] sorted)
    {
        var all = sorted.SelectMany(s => s).ToArray();
        if (all.Length < 4 || Array.Exists(sorted, s => s.Length == 0)) return TestResult.None;
        Array.Sort(all);
        if (all[0] == all[^1]) return new(0, Levels[0]);
        var statistic = (Sum(sorted, all) - (sorted.Length - 1)) / Math.Sqrt(Variance(sorted, all.Length));
        return new(statistic, PValue(statistic, sorted.Length - 1));
    }

    private static double Sum(double[][] sorted, double[] all)
    {
        double n = all.Length, sum = 0;
        var at = new int[sorted.Length];
        for (var i = 0; i < all.Length;)
        {
            var value = all[i];
            var from = i;
            while (i < all.Length && all[i] == value) i++;
            double equal = i - from;
            var below = from + (equal / 2);
            for (var s = 0; s < sorted.Length; s++)
            {
                var start = at[s];
                while (at[s] < sorted[s].Length && sorted[s][at[s]] == value) at[s]++;
                var mine = start + ((at[s] - start) / 2.0);
                var distance = (n * mine) - (below * sorted[s].Length);
                sum += equal / n * distance * distance / ((below * (n - below)) - (n * equal / 4)) / sorted[s].Length;
            }
        }

        return sum * (n - 1) / n;
    }

    private static double Variance(double[][] sorted, int all)
    {
        double n = all, k = sorted.Length, inverse = 0, h = 0, g = 0;
        foreach (var sample in sorted) inverse += 1.0 / sample.Length;
        for (var i = all - 1; i >= 2; i--)
        {
            h += 1.0 / i;
            g += h / (all - i + 1);
        }

        h += 1;
        var a = (((4 * g) - 6) * (k - 1)) + ((10 - (6 * g)) * inverse);
        var b = (((2 * g) - 4) * k * k) + (8 * h * k) + (((2 * g) - (14 * h) - 4) * inverse) - (8 * h) + (4 * g) - 6;
        var c = (((6 * h) + (2 * g) - 2) * k * k) + (((4 * h) - (4 * g) + 6) * k) + (((2 * h) - 6) * inverse) + (4 * h);
        var d = (((2 * h) + 6) * k * k) - (4 * h * k);
        return ((a * n * n * n) + (b * n * n) + (c * n) + d) / ((n - 1) * (n - 2) * (n - 3));
    }

    // The logarithm of the level as a parabola through the published critical values, by least squares.
    private static double PValue(double statistic, int m)
    {
        double s0 = Levels.Length, s1 = 0, s2 = 0, s3 = 0, s4 = 0, t0 = 0, t1 = 0, t2 = 0, least = double.PositiveInfinity, most = double.NegativeInfinity, center = 0;
        var critical = new double[Levels.Length];
        for (var i = 0; i < Levels.Length; i++)
        {
            critical[i] = B0[i] + (B1[i] / Math.Sqrt(m)) + (B2[i] / m);
            (least, most) = (Math.Min(least, critical[i]), Math.Max(most, critical[i]));
            center += critical[i] / Levels.Length;
        }

        if (statistic < least) return Levels[0];
        if (statistic > most) return Levels[^1];
        for (var i = 0; i < Levels.Length; i++)
        {
            var (x, y) = (critical[i] - center, Math.Log(Levels[i]));
            s1 += x;
            s2 += x * x;
            s3 += x * x * x;
            s4 += x * x * x * x;
            t0 += y;
            t1 += x * y;
            t2 += x * x * y;
        }

        var determinant = Determinant(s0, s1, s2, s1, s2, s3, s2, s3, s4);
        var (c0, c1, c2) = (Determinant(t0, s1, s2, t1, s2, s3, t2, s3, s4) / determinant, Determinant(s0, t0, s2, s1, t1, s3, s2, t2, s4) / determinant, Determinant(s0, s1, t0, s1, s2, t1, s2, s3, t2) / determinant);
        var at = statistic - center;
        return Math.Clamp(Math.Exp(c0 + (c1 * at) + (c2 * at * at)), Levels[^1], Levels[0]);
    }

    private static double Determinant(double a, double b, double c, double d, double e, double f, double g, double h, double i) =>
        (a * ((e * i) - (f * h))) - (b * ((d * i) - (f * g))) + (c * ((d * h) - (e * g)));
}
