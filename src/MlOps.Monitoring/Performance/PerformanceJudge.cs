using System.Globalization;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Sets limits to the values of all series and finds those beyond them. Pure arithmetic.</summary>
/// <remarks>
/// By <see cref="PerformanceThreshold.Corrected"/> a limit lies so many standard errors from the reference, of chunk and reference together, that all comparisons of the report have a false alarm at most as often as is stated
/// (Bonferroni). How far a figure scatters is told by the reference together with the labelled rows of the chunk, as is right when nothing has changed: a reference that happens to have no large losses is not taken at its word.
/// Where figures scatter lopsidedly, as shares near 1 and losses do, the number is corrected for it (E. Cornish, R. Fisher, 1938, first term).
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
                var (lower, upper) = point.Value is null ? (double.NaN, double.NaN) : Limits(one, point, options, z);
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

    private static (double Lower, double Upper) Limits(OpenSeries series, PerformancePoint point, PerformanceOptions options, double z)
    {
        var (metric, value) = (series.Metric, point.Value!);
        if (options.Limits.TryGetValue(metric.Name, out var limits)) return (limits.Lower ?? double.NaN, limits.Upper ?? double.NaN);
        if (metric.Name == PerformanceMetric.BusinessValue || double.IsNaN(series.Reference)) return (double.NaN, double.NaN); // a sum grows with the rows
        if (options.Threshold == PerformanceThreshold.Deviations)
        {
            if (series.Scatter(value.Rows) is not { } scatter) return (double.NaN, double.NaN);
            return (Math.Max(metric.Least, scatter.Mean - (options.Deviations * scatter.Deviation)), Math.Min(metric.Most, scatter.Mean + (options.Deviations * scatter.Deviation)));
        }

        if (Noise(series, point) is not { } noise) return (double.NaN, double.NaN);
        var worse = metric.IsHigherBetter ? -1 : 1;
        var errors = Math.Max(z / 2, z + (worse * noise.Skewness * ((z * z) - 1) / 6));
        var limit = series.Reference + (worse * Math.Max(options.MinChange * Math.Abs(series.Reference), errors * noise.Error));
        return metric.IsHigherBetter ? (Math.Max(metric.Least, limit), double.NaN) : (double.NaN, Math.Min(metric.Most, limit));
    }

    // Of the difference of chunk and reference, when both are drawn from the same.
    private static (double Error, double Skewness)? Noise(OpenSeries series, PerformancePoint point)
    {
        double n = point.Value!.Rows, m = series.ReferenceRows;
        var row = series.Noise(point);
        if (double.IsNaN(row.Error) || n < 1 || m < 1) return null;
        var share = Math.Sqrt((1 / n) + (1 / m));
        return (row.Error * share, row.Skewness * ((1 / (n * n)) - (1 / (m * m))) / (share * share * share));
    }

    private static Alarm ToAlarm(OpenSeries series, PerformancePoint point, IReadOnlyList<Chunk> chunks, PerformanceOptions options, int comparisons, string source)
    {
        var (value, metric) = (point.Value!, series.Metric);
        var isBelow = value.Value < point.Lower;
        var isEstimated = point.Status == PerformanceStatus.Estimated;
        var pValue = double.NaN;
        if (UsesCorrected(series, options) && Noise(series, point) is { Error: > 0 } noise) pValue = Math.Min(1, comparisons * Normal.UpperTail(Math.Abs(value.Value - series.Reference) / noise.Error));
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
/// <param name="ReferenceRows">The rows that it is of.</param>
/// <param name="Points">The points, without limits.</param>
internal sealed record OpenSeries(PerformanceMetric Metric, string? Segment, double Reference, double ReferenceRows, IReadOnlyList<PerformancePoint> Points)
{
    /// <summary>Gets how the figure of a point scatters when nothing has changed, at one row.</summary>
    public Func<PerformancePoint, RowNoise> Noise { get; init; } = _ => new(double.NaN, 0);

    /// <summary>Gets mean and deviation of the reference's chunks, as those of so many rows would have; null when it is too small.</summary>
    public Func<double, (double Mean, double Deviation)?> Scatter { get; init; } = _ => null;
}
