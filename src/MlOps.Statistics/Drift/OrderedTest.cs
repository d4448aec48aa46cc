namespace MlOps.Statistics;

/// <summary>The Kolmogorov-Smirnov test of two samples that were counted in the same buckets in ascending order; a bucket is a group of equal values.</summary>
internal static class OrderedTest
{
    // About ten milliseconds.
    private const long ExactSteps = 4_000_000;

    /// <summary>Gives the largest distance of the distribution functions and a chance that is not too small.</summary>
    /// <remarks>
    /// The chance is bounded by 2 exp(-2 d² n m / (n + m)) (Massart 1990; for two samples Wei and Dudley, Statistics and Probability Letters 82, 2012), which is nearly it where it is small. For small samples whose
    /// bound is neither large nor tiny it is exact, given the groups of equal values: all orders of the rows of both samples, as paths in a lattice that are looked at where a group ends
    /// (Schröer and Trenkler, Computational Statistics and Data Analysis 20, 1995).
    /// </remarks>
    public static TestResult Test(ReadOnlySpan<long> first, ReadOnlySpan<long> second)
    {
        var (n, m) = (Sum(first), Sum(second));
        if (n == 0 || m == 0) return TestResult.None;
        var (a, b, most) = (0L, 0L, 0.0);
        for (var i = 0; i < first.Length; i++)
        {
            a += first[i];
            b += second[i];
            most = Math.Max(most, Math.Abs(((double)a * m) - ((double)b * n)));
        }

        var distance = most / n / m;
        var bound = Math.Min(1, 2 * Math.Exp(-2 * distance * distance * ((double)n / (n + m) * m)));
        return new(distance, bound is <= 0.2 and > 1e-12 && (double)n * m <= ExactSteps ? Math.Min(1, Exact(first, second, (int)n, (int)m, (long)most)) : bound);
    }

    // The share of the orders that have gone too far, so that small chances keep their digits.
    private static double Exact(ReadOnlySpan<long> first, ReadOnlySpan<long> second, int n, int m, long limit)
    {
        (n, m) = (Math.Max(n, m), Math.Min(n, m));
        var ends = new bool[n + m + 1];
        var at = 0L;
        for (var i = 0; i < first.Length; i++)
        {
            at += first[i] + second[i];
            ends[at] = true;
        }

        var tooFar = new double[m + 1];
        for (var i = 0; i <= n; i++)
        {
            var here = (long)i * m;
            for (var j = 0; j <= m; j++)
            {
                if (ends[i + j] && Math.Abs(here - ((long)j * n)) >= limit) tooFar[j] = 1;
                else if (i + j > 0) tooFar[j] = ((i * tooFar[j]) + (j == 0 ? 0 : j * tooFar[j - 1])) / (i + j);
            }
        }

        return tooFar[m];
    }

    private static long Sum(ReadOnlySpan<long> counts)
    {
        var sum = 0L;
        foreach (var count in counts) sum += count;
        return sum;
    }
}
