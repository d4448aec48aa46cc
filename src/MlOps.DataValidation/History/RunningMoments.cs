namespace MlOps.DataValidation;

/// <summary>Count, mean and squared distance from the mean of a growing series (Welford 1962). The mean of equal values is that value, to the bit.</summary>
internal readonly record struct RunningMoments(long Count, double Mean, double SquaredDistance)
{
    /// <summary>The standard deviation of the values themselves; 0 for none.</summary>
    public double PopulationDeviation => Count == 0 ? 0 : Math.Sqrt(SquaredDistance / Count);

    /// <summary>The standard deviation of what the values are a sample of; 0 for fewer than two.</summary>
    public double SampleDeviation => Count < 2 ? 0 : Math.Sqrt(SquaredDistance / (Count - 1));

    public static RunningMoments Of(ReadOnlySpan<double> values)
    {
        var moments = default(RunningMoments);
        foreach (var value in values) moments = moments.With(value);
        return moments;
    }

    public RunningMoments With(double value)
    {
        var mean = Mean + ((value - Mean) / (Count + 1));
        return new(Count + 1, mean, SquaredDistance + ((value - Mean) * (value - mean)));
    }
}
