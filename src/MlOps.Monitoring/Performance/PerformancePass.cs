using System.Globalization;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Looks at the predictions of a window, and judges how good they were.</summary>
internal sealed class PerformancePass : IMonitorPass
{
    private const int ManyTallies = 50;

    private readonly MonitorContext _context;
    private readonly PerformanceTask _task;
    private readonly ReferenceScores? _reference;
    private readonly string? _referenceProblem;
    private readonly DateTimeOffset? _newestRow;
    private readonly StabilityProbe _probe;
    private readonly MonitoringMetrics _metrics;
    private readonly Slices _slices;
    private readonly Dictionary<(int Chunk, int Segment), PerformanceTally> _tallies = [];
    private readonly Dictionary<(int Chunk, int Segment), RankingTally> _orders = [];
    private readonly Dictionary<int, CalibrationTally> _calibrations = [];
    private readonly FairnessTally[] _fairness;
    private readonly NamedColumns _named;
    private readonly SeenIds _ids = new();
    private (long Rows, long Missing, long Infinite, long OutOfRange) _sound;
    private (long Other, long Duplicate) _leftOut;
    private DateTimeOffset? _lastLabel;

    public PerformancePass(MonitorContext context, PerformanceCheck.Known known, StabilityProbe probe, MonitoringMetrics metrics)
    {
        (_context, _task, _reference, _referenceProblem, _newestRow) = (context, known.Task, known.Reference, known.Problem, known.NewestRow);
        (_probe, _metrics) = (probe, metrics);
        _slices = new(_task.Options, _reference);
        var options = _task.Options;
        _named = new(
            PerformanceCheck.CheckName,
            (nameof(PerformanceOptions.FairnessColumns), options.FairnessColumns), (nameof(PerformanceOptions.SliceBy), options.SliceBy), (nameof(PerformanceOptions.RankBy), options.RankBy is { } by ? [by] : []));
        _fairness = _task.Name == PerformanceMetric.Binary ? [.. _task.Options.FairnessColumns.Select(c => new FairnessTally(c))] : [];
    }

    public void Add(MonitorBatch batch)
    {
        var rows = batch.Rows;
        if (rows.Length == 0 || _task.Outputs.Problem is not null) return;
        var kept = Kept(rows);
        if (kept.Count == 0 || _task.Outputs.Read(rows) is not { } scored) return;
        _reference?.Estimator?.Estimate(scored, rows);
        _sound = (_sound.Rows + rows.Length, _sound.Missing + scored.Unsound.Missing, _sound.Infinite + scored.Unsound.Infinite, _sound.OutOfRange + scored.Unsound.OutOfRange);
        _named.Add(rows);
        var slices = _slices.Read(rows);
        var all = Tally(batch.Chunk, 0);
        foreach (var row in kept)
        {
            all.Add(scored, row);
            foreach (var slice in slices)
            {
                if (slice[row] is var segment and > 0) Tally(batch.Chunk, segment).Add(scored, row);
            }
        }

        AddCalibration(batch.Chunk, scored, kept);
        AddOrders(batch.Chunk, rows, scored, kept, slices);
        AddFairness(rows, scored, kept);
        AddLabelTimes(rows, scored, kept);
    }

    public ValueTask<MonitorSection> EndAsync(IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
    {
        var open = Enumerable.Range(0, _slices.Count).SelectMany(segment => Open(segment, chunks.Count).Concat(_task.Orders.Select(m => OpenOrder(m, segment, chunks.Count)))).ToList();
        var (series, alarms) = PerformanceJudge.Judge(open, _task.Options, chunks, _reference?.Source ?? "reference");
        var coverage = chunks.Select(c => Coverage(c.Number)).ToList();
        var fairness = _fairness.Select(f => f.Judge(_task.Options)).ToList();
        var report = new PerformanceReport(_task.Name, _reference is null ? null : new(_reference.Source, _reference.Labels, _reference.Estimator?.IsCalibrated ?? false), coverage, series)
        {
            OtherVersionRows = _leftOut.Other,
            DuplicateRows = _leftOut.Duplicate,
            ReferenceProblem = _referenceProblem,
            EstimateProblem = _reference is null ? "There is no reference to learn from." : _reference.EstimateProblem,
            Calibration = [.. chunks.Where(c => _calibrations.ContainsKey(c.Number)).Select(c => _calibrations[c.Number].ToChunk(c.Number))],
            Fairness = fairness,
            Stability = new(_sound.Rows, _sound.Missing, _sound.Infinite, _sound.OutOfRange, _probe.SampleDifference, _probe.Perturbation, _probe.IsReproduced),
        };
        report = report with { Staleness = new(_context.To - _context.Version.CreatedAt, _context.To - _newestRow, report.Rows == 0 ? double.NaN : 1 - ((double)report.Labels / report.Rows), _context.To - _lastLabel) };
        Measure(report);
        return new(report with
        {
            Summary = Summarise(report),
            Alarms = [.. alarms.Concat(_named.Alarms()).Concat(PerformanceAlarms.OfTask(_task)).Concat(fairness.SelectMany(PerformanceAlarms.Of)).Concat(PerformanceAlarms.Of(report.Staleness, _task.Options)).Concat(PerformanceAlarms.Of(report.Stability, _probe.Problem, _task.Options)).OrderByDescending(a => a.Severity)],
        });
    }

    public void Dispose()
    {
    }

    // The rows of the version, each identifier once.
    private List<int> Kept(RecordBatch rows)
    {
        var ids = ColumnReader.Find(rows, PredictionColumns.Id) as StringArray;
        var kept = new List<int>(rows.Length);
        var own = 0;
        foreach (var row in LogRows.OfVersion(rows, _context.Version.Version))
        {
            own++;
            if (ids is null || ids.IsNull(row) || _ids.IsNew(ids.GetString(row))) kept.Add(row);
            else _leftOut.Duplicate++;
        }

        _leftOut.Other += rows.Length - own;
        return kept;
    }

    private PerformanceTally Tally(int chunk, int segment)
    {
        if (_tallies.TryGetValue((chunk, segment), out var tally)) return tally;
        return _tallies[(chunk, segment)] = _task.Create(_tallies.Count < ManyTallies ? Statistics.BinaryTally.DefaultExactRows : Statistics.BinaryTally.DefaultExactRows / 10);
    }

    private void AddCalibration(int chunk, ScoredRows scored, List<int> kept)
    {
        if (!_task.Outputs.IsProbability || _task.Name == PerformanceMetric.Regression) return;
        foreach (var row in kept)
        {
            if (double.IsNaN(scored.Predicted[row]) || double.IsNaN(scored.Truth[row])) continue;
            if (!_calibrations.TryGetValue(chunk, out var tally)) _calibrations[chunk] = tally = new();
            if (_task.Name == PerformanceMetric.Binary) tally.Add(scored.Scores[row], scored.Truth[row]);
            else if (scored.ClassScores[(int)scored.Predicted[row]] is { Length: > 0 } scores) tally.Add(scores[row], scored.Predicted[row] == scored.Truth[row] ? 1 : 0);
        }
    }

    private void AddOrders(int chunk, RecordBatch rows, ScoredRows scored, List<int> kept, IReadOnlyList<int[]> slices)
    {
        if (_task.Orders.Count == 0 || ColumnReader.Find(rows, _task.Options.RankBy!) is not { } groups) return;
        var all = Ranking(chunk, 0);
        foreach (var row in kept)
        {
            var (group, score) = (ColumnReader.AnyText(groups, row), scored.Scores.Length > 0 ? scored.Scores[row] : scored.Predicted[row]);
            all.Add(group, score, scored.Truth[row]);
            foreach (var slice in slices)
            {
                if (slice[row] is var segment and > 0) Ranking(chunk, segment).Add(group, score, scored.Truth[row]);
            }
        }
    }

    private RankingTally Ranking(int chunk, int segment)
    {
        if (_orders.TryGetValue((chunk, segment), out var tally)) return tally;
        return _orders[(chunk, segment)] = new(_task.Options.RankDepth, _orders.Count < ManyTallies ? RankingTally.DefaultRows : RankingTally.DefaultRows / 10);
    }

    private void AddFairness(RecordBatch rows, ScoredRows scored, List<int> kept)
    {
        for (var i = 0; i < _fairness.Length; i++)
        {
            if (ColumnReader.Find(rows, _task.Options.FairnessColumns[i]) is not { } groups) continue;
            foreach (var row in kept) _fairness[i].Add(ColumnReader.AnyText(groups, row), scored.Predicted[row], scored.Truth[row]);
        }
    }

    // When a label became known; where the log does not say, when the prediction was made.
    private void AddLabelTimes(RecordBatch rows, ScoredRows scored, List<int> kept)
    {
        var known = ColumnReader.Find(rows, PredictionColumns.TruthTime) as TimestampArray;
        var made = ColumnReader.Find(rows, PredictionColumns.Time) as TimestampArray;
        foreach (var row in kept)
        {
            if (double.IsNaN(scored.Truth[row])) continue;
            var time = known?.GetTimestamp(row) ?? made?.GetTimestamp(row);
            if (time is not null && (_lastLabel is null || time > _lastLabel)) _lastLabel = time < _context.To ? time : _context.To; // a label after the window, or of a clock that is ahead
        }
    }

    private IEnumerable<OpenSeries> Open(int segment, int chunks)
    {
        var (name, reference) = _slices.Of(segment);
        foreach (var metric in _task.Metrics)
        {
            yield return new(metric, name, Scaled(reference?.Value(metric) ?? double.NaN, metric), reference?.Rows ?? 0, [.. Enumerable.Range(0, chunks).Select(c => Point(metric, c, segment, reference))])
            {
                Noise = point => reference?.Noise(metric, point.Status == PerformanceStatus.Realized ? _tallies[(point.Chunk, segment)] : null) ?? new(double.NaN, 0),
                Scatter = rows => reference?.Scatter(metric, rows),
            };
        }
    }

    // The sum of a reference says nothing of chunks of another size.
    private static double Scaled(double value, PerformanceMetric metric) => metric.Name == PerformanceMetric.BusinessValue ? double.NaN : value;

    private PerformancePoint Point(PerformanceMetric metric, int chunk, int segment, SegmentReference? reference)
    {
        if (!_tallies.TryGetValue((chunk, segment), out var tally)) return new(chunk, PerformanceStatus.Unknown, null, null, double.NaN, double.NaN, double.NaN, false);
        var estimated = tally.EstimatedRows == 0 ? null : Bands.Around(metric, tally.Estimate(metric), reference?.Error(metric, tally.EstimatedRows) ?? double.NaN, tally.EstimatedRows);
        var realized = tally.Labels == 0 ? null : Bands.Around(metric, tally.Realize(metric), reference?.Error(metric, tally.Labels) ?? double.NaN, tally.Labels);
        return new(chunk, StatusOf(tally), estimated, realized, double.NaN, double.NaN, tally.Rows == 0 ? double.NaN : (double)tally.Labels / tally.Rows, false);
    }

    private OpenSeries OpenOrder(PerformanceMetric metric, int segment, int chunks)
    {
        var reference = _slices.Order(segment, metric);
        return new(metric, _slices.Of(segment).Name, reference?.Value ?? double.NaN, reference?.Rows ?? 0, [.. Enumerable.Range(0, chunks).Select(chunk =>
        {
            var tally = _tallies.GetValueOrDefault((chunk, segment));
            var realized = _orders.GetValueOrDefault((chunk, segment))?.Realize(metric);
            var isKnown = realized is not null && tally is not null && StatusOf(tally) == PerformanceStatus.Realized;
            return new PerformancePoint(chunk, isKnown ? PerformanceStatus.Realized : PerformanceStatus.Unknown, null, realized, double.NaN, double.NaN, tally is null || tally.Rows == 0 ? double.NaN : (double)tally.Labels / tally.Rows, false);
        })])
        {
            // The groups of both, as many as they are.
            Noise = point => reference is null ? new(double.NaN, 0) : new(Math.Max(reference.Error * Math.Sqrt(reference.Rows), point.Value!.Error * Math.Sqrt(point.Value.Rows)), 0),
        };
    }

    private PerformanceStatus StatusOf(PerformanceTally tally)
    {
        var share = tally.Rows == 0 ? 0 : (double)tally.Labels / tally.Rows;
        if (tally.Labels > 0 && share >= _task.Options.MinCoverage && (tally.Labels >= _task.Options.MinLabels || share == 1)) return PerformanceStatus.Realized;
        return tally.EstimatedRows > 0 ? PerformanceStatus.Estimated : PerformanceStatus.Unknown;
    }

    private ChunkCoverage Coverage(int chunk) => _tallies.TryGetValue((chunk, 0), out var tally) ? new(chunk, tally.Rows, tally.Labels, StatusOf(tally)) : new(chunk, 0, 0, PerformanceStatus.Unknown);

    private void Measure(PerformanceReport report)
    {
        _metrics.Coverage(_context.Version.Model, report.Rows == 0 ? double.NaN : (double)report.Labels / report.Rows);
        foreach (var series in report.Series.Where(s => s.Segment is null))
        {
            if (series.Points.LastOrDefault(p => p.Estimated is not null)?.Estimated is { } estimated) _metrics.Performance(_context.Version.Model, series.Metric, "estimated", estimated.Value);
            if (series.Points.LastOrDefault(p => p is { Status: PerformanceStatus.Realized, Realized: not null })?.Realized is { } realized) _metrics.Performance(_context.Version.Model, series.Metric, "realized", realized.Value);
        }
    }

    private string Summarise(PerformanceReport report)
    {
        if (_task.Outputs.Problem is { } unreadable) return unreadable;
        if (report.Rows == 0) return "No predictions of the version to judge the performance by.";
        var whole = report.Series.Where(s => s.Segment is null).ToList();
        var main = whole.Find(s => s.Points.Any(p => p.Value is not null)) ?? whole.FirstOrDefault(); // of one class auc has no value, accuracy has
        var last = main?.Points.LastOrDefault(p => p.Value is not null);
        FormattableString known = $"{report.Labels:N0} of {report.Rows:N0} predictions are labelled";
        if (main is null || last is null) return FormattableString.Invariant($"Nothing is known of the performance: {known.ToString(CultureInfo.InvariantCulture)}; {report.ReferenceProblem ?? report.EstimateProblem ?? "no metric applies"}");
        var bad = report.Series.Count(s => s.Points.Any(p => p.IsAlarm));
        FormattableString value = $"{main.Metric} is {last.Value!.Value:0.####} ({(last.Status == PerformanceStatus.Realized ? "from labels" : "estimated")}), {(double.IsNaN(main.Reference) ? "without a reference" : string.Create(CultureInfo.InvariantCulture, $"{report.Reference!.Source} {main.Reference:0.####}"))}";
        return FormattableString.Invariant($"{(bad > 0 ? $"Performance is off in {bad} of {report.Series.Count} series" : "Performance holds")}: {value.ToString(CultureInfo.InvariantCulture)}; {known.ToString(CultureInfo.InvariantCulture)}.");
    }
}
