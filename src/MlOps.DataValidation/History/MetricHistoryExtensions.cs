namespace MlOps.DataValidation;

/// <summary>Checks a dataset against the history of its metrics.</summary>
public static class MetricHistoryExtensions
{
    /// <summary>Checks the metrics of a dataset against those of the datasets of the same name before its time. Nothing is added.</summary>
    /// <param name="history">The history.</param>
    /// <param name="metrics">The metrics of the dataset.</param>
    /// <param name="rules">Which metrics must fit, and how.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>What was found.</returns>
    /// <remarks>Values of the past that are not finite are left out. A metric that has no finite value now is an anomaly when it had one before.</remarks>
    public static async Task<HistoryReport> CheckAsync(
        this IMetricHistory history, DatasetMetrics metrics, IReadOnlyList<HistoryRule> rules, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(rules);
        var accepted = await PastAsync(onlyAccepted: true).ConfigureAwait(false);
        var all = await PastAsync(onlyAccepted: false).ConfigureAwait(false);
        return new(metrics.Dataset, metrics.Time, [.. rules.Select(r => Check(r.OnlyAccepted ? accepted : all, metrics, r))]);

        async Task<IReadOnlyList<DatasetMetrics>> PastAsync(bool onlyAccepted)
        {
            string[] names = [.. rules.Where(r => r.OnlyAccepted == onlyAccepted).Select(r => r.Metric).Distinct(StringComparer.Ordinal)];
            if (names.Length == 0) return [];
            return await history.ReadAsync(new(metrics.Dataset) { Before = metrics.Time, OnlyAccepted = onlyAccepted, Metrics = names }, cancellationToken).ConfigureAwait(false);
        }
    }

    private static HistoryFinding Check(IReadOnlyList<DatasetMetrics> past, DatasetMetrics metrics, HistoryRule rule)
    {
        double[] series = [.. past.Select(p => p.Values.GetValueOrDefault(rule.Metric, double.NaN)).Where(double.IsFinite)];
        var value = metrics.Values.GetValueOrDefault(rule.Metric, double.NaN);
        HistoryFinding Found(HistoryStatus status, string sentence, double lower = double.NaN, double upper = double.NaN) =>
            new(rule.Metric, $"{rule.Check}", status, value, lower, upper, series.Length, $"Metric '{rule.Metric}' of '{metrics.Dataset}' {sentence}.");

        if (!double.IsFinite(value) && series.Length > 0) return Found(HistoryStatus.Anomalous, $"has no value, and had one {series.Length} times before");
        if (!double.IsFinite(value)) return Found(HistoryStatus.NotChecked, "has no value and never had one");
        if (series.Length < rule.Check.PointsNeeded)
            return Found(HistoryStatus.NotChecked, $"has {series.Length} values before this one; {rule.Check.PointsNeeded} are needed to check that it is {rule.Check}");
        var anomalies = rule.Check.Find([.. series, value], series.Length, series.Length + 1);
        return anomalies.Count > 0
            ? Found(HistoryStatus.Anomalous, anomalies[0].Sentence, anomalies[0].Lower, anomalies[0].Upper)
            : Found(HistoryStatus.Normal, $"is {SeriesBounds.Text(value)} and fits the {series.Length} values before");
    }
}
