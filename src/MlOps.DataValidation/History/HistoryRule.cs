namespace MlOps.DataValidation;

/// <summary>A metric of a dataset whose newest value must fit those before.</summary>
/// <param name="Metric">The name of the metric.</param>
/// <param name="Check">What fits.</param>
public sealed record HistoryRule(string Metric, ISeriesCheck Check);
