using System.Text.Json.Serialization;

namespace MlOps.DataValidation;

/// <summary>How the metrics of a dataset fit their history.</summary>
/// <param name="Dataset">What the data is called.</param>
/// <param name="Time">Which time the data stand for.</param>
/// <param name="Findings">What was found, in the order of the rules.</param>
public sealed record HistoryReport(string Dataset, DateTimeOffset Time, IReadOnlyList<HistoryFinding> Findings)
{
    /// <summary>Gets whether a metric does not fit.</summary>
    public bool HasAnomalies => Anomalies.Any();

    /// <summary>Gets what was found of the metrics that do not fit.</summary>
    [JsonIgnore]
    public IEnumerable<HistoryFinding> Anomalies => Findings.Where(f => f.Status == HistoryStatus.Anomalous);

    /// <summary>Gives a line for each metric that does not fit or could not be checked.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        var lines = Findings.Where(f => f.Status != HistoryStatus.Normal).Select(f => f.Sentence).ToArray();
        return lines.Length == 0 ? $"The {Findings.Count} metrics of '{Dataset}' that were checked fit their history." : string.Join('\n', lines);
    }
}

/// <summary>How one metric fits its history.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Check">What was checked.</param>
/// <param name="Status">Whether it fits, or that nothing can be said yet.</param>
/// <param name="Value">Its newest value; NaN when it has none.</param>
/// <param name="Lower">The least that would have fitted; NaN when nothing was found.</param>
/// <param name="Upper">The most that would have fitted; NaN when nothing was found.</param>
/// <param name="Points">How many values before it were known.</param>
/// <param name="Sentence">What was found, for people.</param>
public sealed record HistoryFinding(string Metric, string Check, HistoryStatus Status, double Value, double Lower, double Upper, int Points, string Sentence);

/// <summary>What can be said of a metric.</summary>
public enum HistoryStatus
{
    /// <summary>It fits.</summary>
    Normal,

    /// <summary>It does not fit, or it has no value although it had some before.</summary>
    Anomalous,

    /// <summary>Nothing can be said: too few values are known.</summary>
    NotChecked,
}
