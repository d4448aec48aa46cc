using System.Globalization;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Sets limits to the values of all series and finds those beyond them. Pure arithmetic.</summary>
/// <remarks>
/// By <see cref="PerformanceThreshold.Corrected"/> a limit lies so many standard errors from the reference, of chunk and reference together, that all comparisons of the report have a false alarm at most as often as is stated
/// (Bonferroni); where figures scatter lopsidedly, as of shares near 1 and of losses, the number is corrected for it (E. Cornish, R. Fisher, 1938, first term).
/// </remarks>
internal static class PerformanceJudge
{
    /// <summary>Judges series whose points have values but no limits yet.</summary>
    public static (IReadOnlyList<PerformanceSeries> Series, IReadOnlyList<Alarm> Alarms) Judge(IReadOnlyList<OpenSeries> open, PerformanceOptions options, IReadOnlyList<Chunk> chunks, string source)
    {
        var comparisons = open.Where(s => UsesCorrected(s, options)).Sum(s => s.Points.Count(p => CanBeJudged(p, options)));
        var z = Normal.UpperQuantile(options.Significance / Math.Max(1, comparisons));
        var (series, alarms) = (new List<PerformanceSeries>(), new List<Alarm>());
        foreach (var one in open)
        {
            var points = new List<PerformancePoint>(one.Points.Count);
            foreach (var point in one.Points)
            {
                var (lower, upper) = point.Value is null ? (double.NaN, double.NaN) : Limits(one, point.Value, options, z);
                var isAlarm = CanBeJudged(point, options) && (point.Value!.Value < lower || point.Value.Value > upper);
                points.Add(point with { Lower = lower, Upper = upper, IsAlarm = isAlarm });
                if (isAlarm) alarms.Add(ToAlarm(one, points[^1], chunks, options, comparisons, source));
            }

            series.Add(new(one.Metric.Name, one.Segment, one.Metric.IsHigherBetter, one.Reference, points));
        }

        return (series, [.. alarms.OrderByDescending(a => a.Severity)]);
    }

    private static bool CanBeJudged(PerformancePoint point, PerformanceOptions options) => point.Value is { } value && value.Rows >= options.MinLabels;

    private static bool UsesCorrected(OpenSeries series, PerformanceOptions options) =>
        options.Threshold == PerformanceThreshold.Corrected && !options.Limits.ContainsKey(series.Metric.Name) && series.Metric.Name != PerformanceMetric.BusinessValue && !double.IsNaN(series.Reference);

    private static (double Lower, double Upper) Limits(OpenSeries series, PerformanceValue value, PerformanceOptions options, double z)
    {
        var metric = series.Metric;
        if (options.Limits.TryGetValue(metric.Name, out var limits)) return (limits.Lower ?? double.NaN, limits.Upper ?? double.NaN);
        if (metric.Name == PerformanceMetric.BusinessValue || double.IsNaN(series.Reference)) return (double.NaN, double.NaN); // a sum grows with the rows
        if (options.Threshold == PerformanceThreshold.Deviations)
        {
            if (series.Scatter(value.Rows) is not { } scatter) return (double.NaN, double.NaN);
            return (Math.Max(metric.Least, scatter.Mean - (options.Deviations * scatter.Deviation)), Math.Min(metric.Most, scatter.Mean + (options.Deviations * scatter.Deviation)));
        }

        if (Noise(series, value) is not { } noise) return (double.NaN, double.NaN);
        var worse = metric.IsHigherBetter ? -1 : 1;
        var errors = Math.Max(z / 2, z + (worse * noise.Skewness * ((z * z) - 1) / 6));
        var limit = series.Reference + (worse * Math.Max(options.MinChange * Math.Abs(series.Reference), errors * noise.Error));
        return metric.IsHigherBetter ? (Math.Max(metric.Least, limit), double.NaN) : (double.NaN, Math.Min(metric.Most, limit));
    }

    // Of the difference of chunk and reference.
    private static (double Error, double Skewness)? Noise(OpenSeries series, PerformanceValue value)
    {
        var (own, other) = (value.Error, series.ReferenceError);
        if (double.IsNaN(own) || double.IsNaN(other)) return null;
        var error = Math.Sqrt((own * own) + (other * other));
        if (error == 0) return (0, 0);
        var cubes = (own * own * own * series.Skewness(value.Rows)) - (other * other * other * series.ReferenceSkewness);
        return (error, cubes / (error * error * error));
    }

    private static Alarm ToAlarm(OpenSeries series, PerformancePoint point, IReadOnlyList<Chunk> chunks, PerformanceOptions options, int comparisons, string source)
    {
        var (value, metric) = (point.Value!, series.Metric);
        var isBelow = value.Value < point.Lower;
        var isEstimated = point.Status == PerformanceStatus.Estimated;
        var pValue = double.NaN;
        if (UsesCorrected(series, options) && Noise(series, value) is { Error: > 0 } noise) pValue = Math.Min(1, comparisons * Normal.UpperTail(Math.Abs(value.Value - series.Reference) / noise.Error));
        FormattableString sentence = $"{(isEstimated ? "Estimated without labels" : "Known from labels")}: {value.Value:0.####}, {(isBelow ? "below" : "above")} the limit of {(isBelow ? point.Lower : point.Upper):0.####}; {(double.IsNaN(series.Reference) ? "no reference" : string.Create(CultureInfo.InvariantCulture, $"{source} {series.Reference:0.####}"))}, over {value.Rows:N0} rows.";
        return new(PerformanceCheck.CheckName, AlarmKind.Performance, isEstimated || series.Segment is not null ? AlarmSeverity.Warning : AlarmSeverity.Critical, metric.Name, sentence.ToString(CultureInfo.InvariantCulture))
        {
            Segment = series.Segment,
            Chunk = point.Chunk < chunks.Count ? chunks[point.Chunk] : null,
            Direction = isBelow ? "down" : "up",
            Statistic = metric.Name,
            Value = value.Value,
            Reference = series.Reference,
            Threshold = isBelow ? point.Lower : point.Upper,
            PValue = pValue,
        };
    }
}

/// <summary>A series before it has limits.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Segment">The slice; null for all rows.</param>
/// <param name="Reference">The value in the reference; NaN for none.</param>
/// <param name="ReferenceError">Its standard error.</param>
/// <param name="Points">The points, without limits.</param>
internal sealed record OpenSeries(PerformanceMetric Metric, string? Segment, double Reference, double ReferenceError, IReadOnlyList<PerformancePoint> Points)
{
    /// <summary>Gets how lopsided the value of the reference scatters.</summary>
    public double ReferenceSkewness { get; init; }

    /// <summary>Gets how lopsided a value of so many rows scatters.</summary>
    public Func<double, double> Skewness { get; init; } = _ => 0;

    /// <summary>Gets mean and deviation of the reference's chunks, as those of so many rows would have; null when it is too small.</summary>
    public Func<double, (double Mean, double Deviation)?> Scatter { get; init; } = _ => null;
}
