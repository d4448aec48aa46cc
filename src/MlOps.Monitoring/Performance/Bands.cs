namespace MlOps.Monitoring;

/// <summary>The band about a value: three standard errors to either side, as far as the metric reaches.</summary>
internal static class Bands
{
    public const double Errors = 3;

    /// <summary>Gives a value its band; null for NaN, which is no value.</summary>
    public static PerformanceValue? Around(PerformanceMetric metric, double value, double error, long rows) => double.IsNaN(value)
        ? null
        : new(value, error, Math.Max(metric.Least, value - (Errors * error)), Math.Min(metric.Most, value + (Errors * error)), rows);
}
