namespace MlOps.DataValidation;

/// <summary>A value lies between fixed bounds.</summary>
internal sealed class ThresholdCheck(double? lower, double? upper) : ISeriesCheck
{
    public SeriesBounds Bounds { get; } = SeriesBounds.Of(lower, upper, nameof(lower), nameof(upper));

    public int PointsNeeded => 0;

    public IReadOnlyList<SeriesAnomaly> Find(ReadOnlySpan<double> series, int start, int end)
    {
        (start, end) = SeriesSpan.Check(series, start, end);
        var found = new List<SeriesAnomaly>();
        for (var i = start; i < end; i++)
        {
            if (!Bounds.Contains(series[i]))
                found.Add(new(i, series[i], series[i], Bounds.Lower, Bounds.Upper, $"is {SeriesBounds.Text(series[i])}, and should be {Bounds}"));
        }

        return found;
    }

    public override string ToString() => $"{Bounds}";
}
