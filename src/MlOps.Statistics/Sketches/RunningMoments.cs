namespace MlOps.Statistics;

/// <summary>Count, mean and squared distance from the mean of a growing series, value by value (Welford, Technometrics 4, 1962). The mean of equal values is that value, to the bit.</summary>
/// <remarks>Immutable. Its default is that of no values. NaN and infinities make the rest NaN; leave them out before. Whole columns are profiled by <see cref="ColumnProfile"/>, which is faster, more exact, and merges.</remarks>
/// <param name="Count">How many values there were.</param>
/// <param name="Mean">Their mean; 0 for none.</param>
/// <param name="SquaredDistance">The sum of the squares of their distances from the mean.</param>
public readonly record struct RunningMoments(long Count, double Mean, double SquaredDistance)
{
    /// <summary>Gets the variance of what the values are a sample of; 0 for fewer than two.</summary>
    public double SampleVariance => Count < 2 ? 0 : SquaredDistance / (Count - 1);

    /// <summary>Gets the standard deviation of what the values are a sample of; 0 for fewer than two.</summary>
    public double SampleDeviation => Math.Sqrt(SampleVariance);

    /// <summary>Gets the standard deviation of the values themselves; 0 for none.</summary>
    public double PopulationDeviation => Count == 0 ? 0 : Math.Sqrt(SquaredDistance / Count);

    /// <summary>Gives the moments of a series.</summary>
    /// <param name="values">The values, in their order.</param>
    /// <returns>The moments.</returns>
    public static RunningMoments Of(ReadOnlySpan<double> values)
    {
        var moments = default(RunningMoments);
        foreach (var value in values) moments = moments.With(value);
        return moments;
    }

    /// <summary>Gives the moments with one value more.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The moments.</returns>
    public RunningMoments With(double value)
    {
        var mean = Mean + ((value - Mean) / (Count + 1));
        return new(Count + 1, mean, SquaredDistance + ((value - Mean) * (value - mean)));
    }
}
