using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Puts columns in the order in which their drift goes with a change of performance, so that one knows what matters.</summary>
/// <remarks>
/// As NannyML's rankers: the correlation of a column's drift with the distance of performance from its reference, period by period, and the number of alarms. A correlation over few periods says little, and none says why: two
/// columns that move together have the same rank.
/// </remarks>
public static class DriftRanking
{
    /// <summary>How many periods a correlation needs.</summary>
    public const int MinPeriods = 3;

    /// <summary>Ranks series.</summary>
    /// <param name="drift">The drift of each column, one value a period: any figure that is larger for more, as psi. Its sign does not count; NaN where it is not known.</param>
    /// <param name="alarms">How many alarms each column had; a column that is not named had none.</param>
    /// <param name="performance">The performance, one value a period; NaN where it is not known.</param>
    /// <param name="reference">The performance in the reference.</param>
    /// <returns>The columns: by the rank correlation from the highest down, those without one last; then by alarms, then by name.</returns>
    /// <exception cref="ArgumentException">A series has another number of periods than the performance.</exception>
    public static IReadOnlyList<RankedColumn> Rank(
        IReadOnlyDictionary<string, IReadOnlyList<double>> drift, IReadOnlyDictionary<string, int> alarms, IReadOnlyList<double> performance, double reference)
    {
        ArgumentNullException.ThrowIfNull(drift);
        ArgumentNullException.ThrowIfNull(alarms);
        ArgumentNullException.ThrowIfNull(performance);
        var change = performance.Select(p => Math.Abs(p - reference)).ToArray();
        return
        [
            .. drift.Select(d => Of(d.Key, d.Value, alarms.GetValueOrDefault(d.Key), change))
                .OrderBy(r => double.IsNaN(r.Spearman)).ThenByDescending(r => r.Spearman).ThenByDescending(r => r.Alarms).ThenBy(r => r.Column, StringComparer.Ordinal),
        ];
    }

    /// <summary>Ranks the columns of reports, a period each.</summary>
    /// <param name="reports">The reports, in any order.</param>
    /// <param name="metric">The metric; null for the first one of the reports.</param>
    /// <returns>The columns; none when no report has both drift and performance.</returns>
    /// <remarks>The performance of a report is that of its last chunk that has a value.</remarks>
    public static IReadOnlyList<RankedColumn> Rank(IReadOnlyList<MonitorReport> reports, string? metric = null)
    {
        ArgumentNullException.ThrowIfNull(reports);
        var periods = reports.Where(r => r.Drift is not null && r.Section<PerformanceReport>() is not null).OrderBy(r => r.From).ToList();
        var series = periods.Select(r => r.Section<PerformanceReport>()!.Series.FirstOrDefault(s => s.Segment is null && (metric is null || s.Metric == metric))).ToList();
        if (series.OfType<PerformanceSeries>().LastOrDefault(s => !double.IsNaN(s.Reference)) is not { } last) return [];
        var performance = series.Select(s => s?.Points.LastOrDefault(p => p.Value is not null)?.Value?.Value ?? double.NaN).ToArray();
        var columns = periods.SelectMany(r => r.Drift!.Columns).Select(c => c.Column).Distinct(StringComparer.Ordinal);
        var drift = columns.ToDictionary(
            column => column, column => (IReadOnlyList<double>)[.. periods.Select(r => r.Drift!.Columns.FirstOrDefault(c => c.Column == column)?.Psi ?? double.NaN)], StringComparer.Ordinal);
        var alarms = periods.SelectMany(r => r.Alarms).Where(a => a.Kind == AlarmKind.Drift).CountBy(a => a.Subject).ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);
        return Rank(drift, alarms, performance, last.Reference);
    }

    /// <summary>Ranks the columns of one report, a chunk a period.</summary>
    /// <param name="report">The report.</param>
    /// <param name="metric">The metric; null for the first one of the report.</param>
    /// <returns>The columns; none when the window was not cut, or the report has not both drift and performance with a reference.</returns>
    public static IReadOnlyList<RankedColumn> Rank(MonitorReport report, string? metric = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        var series = report.Section<PerformanceReport>()?.Series.FirstOrDefault(s => s.Segment is null && (metric is null || s.Metric == metric));
        if (report.Drift is not { Chunks.Count: > 0 } drift || series is null || double.IsNaN(series.Reference)) return [];
        var performance = drift.Chunks.Select(c => series.Points.FirstOrDefault(p => p.Chunk == c.Chunk.Number)?.Value?.Value ?? double.NaN).ToArray();
        var columns = drift.Chunks.SelectMany(c => c.Columns).Select(c => c.Column).Distinct(StringComparer.Ordinal);
        var psi = columns.ToDictionary(
            column => column, column => (IReadOnlyList<double>)[.. drift.Chunks.Select(c => c.Columns.FirstOrDefault(d => d.Column == column)?.Psi ?? double.NaN)], StringComparer.Ordinal);
        var alarms = report.Alarms.Where(a => a.Kind == AlarmKind.Drift).CountBy(a => a.Subject).ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);
        return Rank(psi, alarms, performance, series.Reference);
    }

    private static RankedColumn Of(string column, IReadOnlyList<double> drift, int alarms, double[] change)
    {
        if (drift.Count != change.Length) throw new ArgumentException($"Column '{column}' has {drift.Count} periods, and the performance {change.Length}.", nameof(drift));
        var (xs, ys) = (new List<double>(), new List<double>());
        for (var i = 0; i < change.Length; i++)
        {
            if (!double.IsFinite(drift[i]) || !double.IsFinite(change[i])) continue;
            xs.Add(Math.Abs(drift[i]));
            ys.Add(change[i]);
        }

        if (xs.Count < MinPeriods) return new(column, double.NaN, double.NaN, double.NaN, alarms, xs.Count);
        var pearson = new Correlation();
        pearson.Add([.. xs], [.. ys]);
        var spearman = RankCorrelation.Spearman([.. xs], [.. ys]);
        return new(column, spearman.Statistic, pearson.Pearson, spearman.PValue, alarms, xs.Count);
    }
}

/// <summary>How much the drift of a column goes with a change of performance.</summary>
/// <param name="Column">The column.</param>
/// <param name="Spearman">The correlation of the ranks of both, from -1 to 1; NaN with fewer than three periods or when one does not vary.</param>
/// <param name="Pearson">The correlation of the figures themselves.</param>
/// <param name="PValue">The chance of such a rank correlation when the two have nothing to do with each other; see <see cref="RankCorrelation"/>.</param>
/// <param name="Alarms">How many drift alarms the column had.</param>
/// <param name="Periods">How many periods have both figures.</param>
public sealed record RankedColumn(string Column, double Spearman, double Pearson, double PValue, int Alarms, int Periods);
