namespace MlOps.Statistics;

/// <summary>The Epps-Singleton test that two samples come from one distribution, which compares their characteristic functions and does not mind equal values.</summary>
/// <remarks>Epps and Singleton 1986; Goerg and Kaiser, The Stata Journal 9(3), 2009, with their points 0.4 and 0.8 and the correction for small samples. NaN and infinities are left out.</remarks>
public static class EppsSingleton
{
    private const int Size = 4;
    private static readonly double[] Points = [0.4, 0.8];

    /// <summary>Tests two samples.</summary>
    /// <param name="first">The first sample, in any order.</param>
    /// <param name="second">The second sample, in any order.</param>
    /// <returns>The statistic and its chance, by chi-square with as many degrees of freedom as the covariance has rank, 4 as a rule. NaN with fewer than five values in a sample; 0 and 1 when nothing varies.</returns>
    public static TestResult Test(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var (a, b) = (Samples.SortedFinite(first), Samples.SortedFinite(second));
        if (a.Length < 5 || b.Length < 5) return TestResult.None;
        double n = a.Length, m = b.Length;
        double[] all = [.. a, .. b];
        Array.Sort(all);
        var sigma = (Quantile(all, 0.75) - Quantile(all, 0.25)) / 2;
        if (sigma == 0) sigma = 1;
        var (meanA, covarianceA) = Characteristic(a, sigma);
        var (meanB, covarianceB) = Characteristic(b, sigma);
        var covariance = new double[Size, Size];
        for (var i = 0; i < Size; i++)
        {
            for (var j = 0; j < Size; j++) covariance[i, j] = ((n + m) / n * covarianceA[i, j]) + ((n + m) / m * covarianceB[i, j]);
        }

        var (square, rank) = SymmetricMatrix.InverseForm(covariance, [.. meanA.Zip(meanB, (x, y) => x - y)]);
        if (rank == 0) return new(0, 1);
        var statistic = (n + m) * square;
        if (Math.Max(n, m) < 25) statistic *= 1 / (1 + Math.Pow(n + m, -0.45) + (10.1 * (Math.Pow(n, -1.7) + Math.Pow(m, -1.7))));
        return new(statistic, ChiSquare.UpperTail(statistic, rank));
    }

    // Between neighbours by linear interpolation.
    private static double Quantile(double[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var low = (int)position;
        return low + 1 < sorted.Length ? sorted[low] + ((sorted[low + 1] - sorted[low]) * (position - low)) : sorted[low];
    }

    // The mean and the covariance (n in the denominator) of cos and sin of the values at the points.
    private static (double[] Mean, double[,] Covariance) Characteristic(double[] values, double sigma)
    {
        var rows = new double[values.Length][];
        var mean = new double[Size];
        for (var i = 0; i < values.Length; i++)
        {
            var (x, y) = (Points[0] * values[i] / sigma, Points[1] * values[i] / sigma);
            rows[i] = [Math.Cos(x), Math.Cos(y), Math.Sin(x), Math.Sin(y)];
            for (var k = 0; k < Size; k++) mean[k] += rows[i][k] / values.Length;
        }

        var covariance = new double[Size, Size];
        foreach (var row in rows)
        {
            for (var i = 0; i < Size; i++)
            {
                for (var j = 0; j < Size; j++) covariance[i, j] += (row[i] - mean[i]) * (row[j] - mean[j]) / values.Length;
            }
        }

        return (mean, covariance);
    }
}
