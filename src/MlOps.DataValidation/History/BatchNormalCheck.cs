using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>A value lies near to the mean of the values that are not checked, or of all.</summary>
internal sealed class BatchNormalCheck(DeviationFactors factors, bool includeChecked) : ISeriesCheck
{
    public DeviationFactors Factors { get; } = factors.Checked();

    public bool IncludeChecked { get; } = includeChecked;

    public int PointsNeeded => 2;

    public IReadOnlyList<SeriesAnomaly> Find(ReadOnlySpan<double> series, int start, int end)
    {
        (start, end) = SeriesSpan.Check(series, start, end);
        double[] basis = IncludeChecked ? series.ToArray() : [.. series[..start], .. series[end..]];
        if (basis.Length == 0) throw new ArgumentException("No value is left for the mean and the deviation. Check a part of the series only, or include what is checked.", nameof(series));
        var moments = RunningMoments.Of(basis);
        var bounds = SeriesBounds.Around(moments.Mean, moments.SampleDeviation, Factors);
        var found = new List<SeriesAnomaly>();
        for (var i = start; i < end; i++)
        {
            if (!bounds.Contains(series[i])) found.Add(new(i, series[i], series[i], bounds.Lower, bounds.Upper, $"is {SeriesBounds.Text(series[i])}, and should be {bounds} by the other values"));
        }

        return found;
    }

    public override string ToString() => $"near the mean: at most {Factors}";
}
