namespace MlOps.DataValidation;

/// <summary>A value lies between fixed bounds.</summary>
internal sealed class ThresholdCheck(double? lower, double? upper) : ISeriesCheck
{
    private readonly SeriesBounds _bounds = SeriesBounds.Of(lower, upper, nameof(lower), nameof(upper));

    public int PointsNeeded => 0;

    public IReadOnlyList<SeriesAnomaly> Find(ReadOnlySpan<double> series, int start, int end)
    {
        (start, end) = SeriesSpan.Check(series, start, end);
        var found = new List<SeriesAnomaly>();
        for (var i = start; i < end; i++)
        {
            if (!_bounds.Contains(series[i]))
                found.Add(new(i, series[i], series[i], _bounds.Lower, _bounds.Upper, $"is {SeriesBounds.Text(series[i])}, and should be {_bounds}"));
        }

        return found;
    }

    public override string ToString() => $"{_bounds}";
}
