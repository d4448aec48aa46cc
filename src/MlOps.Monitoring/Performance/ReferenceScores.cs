namespace MlOps.Monitoring;

/// <summary>The labelled rows that a window is held against, scored once. Thread-safe, except for being disposed.</summary>
internal sealed class ReferenceScores : IDisposable
{
    private readonly PerformanceTask _task;
    private readonly ScoredRows _rows;
    private readonly IReadOnlyDictionary<string, string?[]> _columns;
    private readonly Dictionary<string, SegmentReference> _segments = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Segment, string Metric), PerformanceValue?> _orders = [];
    private readonly Lock _gate = new();

    /// <summary>Keeps rows.</summary>
    /// <param name="task">What the model does.</param>
    /// <param name="source">Where the rows come from.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="columns">The columns that the rows are sliced and grouped by.</param>
    /// <param name="estimator">What was learned from them; null when nothing could be.</param>
    /// <param name="estimateProblem">Why nothing could be.</param>
    public ReferenceScores(PerformanceTask task, string source, ScoredRows rows, IReadOnlyDictionary<string, string?[]> columns, PerformanceEstimator? estimator, string? estimateProblem)
    {
        (_task, Source, _rows, _columns, Estimator, EstimateProblem) = (task, source, rows, columns, estimator, estimateProblem);
        Labels = rows.Truth.Where((t, i) => !double.IsNaN(t) && !double.IsNaN(rows.Predicted[i])).LongCount();
    }

    public string Source { get; }

    /// <summary>Gets the rows with a prediction and a label.</summary>
    public long Labels { get; }

    public PerformanceEstimator? Estimator { get; }

    public string? EstimateProblem { get; }

    /// <summary>Gives the figures of all rows.</summary>
    public SegmentReference All => Get(string.Empty, () => _rows);

    /// <summary>Gives the most frequent values of a column; none when the rows lack it.</summary>
    public IReadOnlyList<string> Frequent(string column, int count) => !_columns.TryGetValue(column, out var values)
        ? []
        : [.. values.OfType<string>().CountBy(v => v).OrderByDescending(v => v.Value).ThenBy(v => v.Key, StringComparer.Ordinal).Take(count).Select(v => v.Key)];

    /// <summary>Gives the figures of the rows with a value; of none when the rows lack the column.</summary>
    public SegmentReference Of(string column, string value) => Get($"{column}={value}", () =>
        _rows.Take(_columns.TryGetValue(column, out var values) ? [.. Enumerable.Range(0, _rows.Count).Where(i => values[i] == value)] : []));

    /// <summary>Gives a figure of the order of rows in their groups; null when there are no groups.</summary>
    /// <param name="metric">The figure.</param>
    /// <param name="slice">The column and value of the rows that are ordered; null for all rows.</param>
    public PerformanceValue? Order(PerformanceMetric metric, (string Column, string Value)? slice)
    {
        if (_task.Options.RankBy is not { } by || !_columns.TryGetValue(by, out var groups)) return null;
        string?[]? values = null;
        if (slice is { } part && !_columns.TryGetValue(part.Column, out values)) return null;
        lock (_gate)
        {
            var key = (slice is null ? string.Empty : $"{slice.Value.Column}={slice.Value.Value}", metric.Name);
            if (_orders.TryGetValue(key, out var known)) return known;
            var tally = new RankingTally(_task.Options.RankDepth);
            for (var row = 0; row < _rows.Count; row++)
            {
                if (values is null || values[row] == slice!.Value.Value) tally.Add(groups[row], _rows.Scores.Length > 0 ? _rows.Scores[row] : _rows.Predicted[row], _rows.Truth[row]);
            }

            return _orders[key] = tally.Realize(metric);
        }
    }

    public void Dispose() => Estimator?.Dispose();

    private SegmentReference Get(string name, Func<ScoredRows> rows)
    {
        lock (_gate)
        {
            return _segments.TryGetValue(name, out var known) ? known : _segments[name] = new(_task, rows());
        }
    }
}
