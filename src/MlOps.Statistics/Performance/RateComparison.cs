namespace MlOps.Statistics;

/// <summary>How far two shares lie apart, with an interval that holds also for small numbers and for shares of 0 and 1.</summary>
/// <param name="Value">The difference or the ratio.</param>
/// <param name="Lower">The lower end of the interval.</param>
/// <param name="Upper">The upper end.</param>
public readonly record struct RateComparison(double Value, double Lower, double Upper)
{
    /// <summary>Gives the first share less the second.</summary>
    /// <param name="firstHits">The hits of the first.</param>
    /// <param name="firstRows">The rows of the first.</param>
    /// <param name="secondHits">The hits of the second.</param>
    /// <param name="secondRows">The rows of the second.</param>
    /// <param name="significance">The chance that the interval does not hold the true difference.</param>
    /// <returns>The difference; NaN when one has no rows.</returns>
    /// <remarks>R. Newcombe, Interval Estimation for the Difference between Independent Proportions, Statistics in Medicine 17, 1998, method 10.</remarks>
    public static RateComparison Difference(double firstHits, double firstRows, double secondHits, double secondRows, double significance)
    {
        if (firstRows <= 0 || secondRows <= 0) return new(double.NaN, double.NaN, double.NaN);
        var z = Normal.UpperQuantile(significance / 2);
        var (p, q) = (firstHits / firstRows, secondHits / secondRows);
        var (pLow, pHigh) = Wilson(p, firstRows, z);
        var (qLow, qHigh) = Wilson(q, secondRows, z);
        return new(p - q, p - q - Length(p - pLow, qHigh - q), p - q + Length(pHigh - p, q - qLow));
    }

    /// <summary>Gives the first share over the second.</summary>
    /// <param name="firstHits">The hits of the first.</param>
    /// <param name="firstRows">The rows of the first.</param>
    /// <param name="secondHits">The hits of the second.</param>
    /// <param name="secondRows">The rows of the second.</param>
    /// <param name="significance">The chance that the interval does not hold the true ratio.</param>
    /// <returns>The ratio; NaN when one has no rows, or the second no hits.</returns>
    /// <remarks>D. Katz and others, Obtaining Confidence Intervals for the Risk Ratio in Cohort Studies, Biometrics 34, 1978, with half a hit more on each side so that none without hits has an end as well.</remarks>
    public static RateComparison Ratio(double firstHits, double firstRows, double secondHits, double secondRows, double significance)
    {
        if (firstRows <= 0 || secondRows <= 0 || secondHits <= 0) return new(double.NaN, double.NaN, double.NaN);
        var z = Normal.UpperQuantile(significance / 2);
        var middle = Math.Log((firstHits + 0.5) / (firstRows + 0.5) / ((secondHits + 0.5) / (secondRows + 0.5)));
        var error = Math.Sqrt(Math.Max(0, (1 / (firstHits + 0.5)) - (1 / (firstRows + 0.5)) + (1 / (secondHits + 0.5)) - (1 / (secondRows + 0.5))));
        return new(firstHits / firstRows / (secondHits / secondRows), Math.Exp(middle - (z * error)), Math.Exp(middle + (z * error)));
    }

    private static (double Low, double High) Wilson(double share, double rows, double z)
    {
        var square = z * z;
        var middle = (share + (square / (2 * rows))) / (1 + (square / rows));
        var half = z / (1 + (square / rows)) * Math.Sqrt((share * (1 - share) / rows) + (square / (4 * rows * rows)));
        return (middle - half, middle + half);
    }

    private static double Length(double a, double b) => Math.Sqrt((a * a) + (b * b));
}
