namespace MlOps.Statistics;

/// <summary>How many different values a column has.</summary>
/// <param name="Value">The count; missing values and NaN are no values.</param>
/// <param name="IsExact">Whether it was counted; else it is estimated.</param>
public readonly record struct DistinctCount(long Value, bool IsExact)
{
    /// <summary>Gets the relative standard error of the count: 0 when it is exact, else 0.0081 (two thirds of all estimates are as near as that, 95 % twice as near).</summary>
    public double StandardError => IsExact ? 0 : HyperLogLog.StandardError;

    internal static DistinctCount Estimated(HyperLogLog sketch, long values, long others) => new(Math.Min(values, (long)Math.Round(sketch.Estimate())) + others, false);
}
