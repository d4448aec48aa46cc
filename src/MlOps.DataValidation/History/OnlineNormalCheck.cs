using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>A value lies near to the running mean of all values up to itself.</summary>
internal sealed class OnlineNormalCheck(DeviationFactors factors, double ignoredStart, bool learnFromAnomalies) : ISeriesCheck
{
    public DeviationFactors Factors { get; } = factors.Checked();

    public double IgnoredStart { get; } =
        ignoredStart is >= 0 and <= 1 ? ignoredStart : throw new ArgumentException($"A share of {ignoredStart} cannot be ignored: it lies between 0 and 1.", nameof(ignoredStart));

    public bool LearnFromAnomalies { get; } = learnFromAnomalies;

    // One of n values lies at most √(n - 1) deviations from their mean, so fewer values before it can never show anything.
    public int PointsNeeded => (int)Math.Min(int.MaxValue, Math.Floor(Factors.Least * Factors.Least) + 1);

    public IReadOnlyList<SeriesAnomaly> Find(ReadOnlySpan<double> series, int start, int end)
    {
        (start, end) = SeriesSpan.Check(series, start, end);
        var found = new List<SeriesAnomaly>();
        var past = default(RunningMoments);
        for (var i = 0; i < end; i++)
        {
            var present = past.With(series[i]);
            var bounds = SeriesBounds.Around(present.Mean, present.PopulationDeviation, Factors);
            var fits = i < start || i < series.Length * IgnoredStart || bounds.Contains(series[i]);
            if (fits || LearnFromAnomalies) past = present;
            if (!fits) found.Add(new(i, series[i], series[i], bounds.Lower, bounds.Upper, $"is {SeriesBounds.Text(series[i])}, and should be {bounds} by the values before"));
        }

        return found;
    }

    public override string ToString() => $"near the running mean: at most {Factors}";
}
