namespace MlOps.DataValidation;

/// <summary>A metric of a dataset whose newest value must fit those before.</summary>
/// <param name="Metric">The name of the metric.</param>
/// <param name="Check">What fits.</param>
public sealed record HistoryRule(string Metric, ISeriesCheck Check)
{
    /// <summary>Gets whether data that did not pass validation are left out of the past.</summary>
    /// <value>
    /// The default is true: what is wrong teaches nothing, and a new level stays an anomaly until a point at it is accepted. With false every point is past, as in Deequ: a new level that lasts is an anomaly of a change once.
    /// </value>
    public bool OnlyAccepted { get; init; } = true;
}
