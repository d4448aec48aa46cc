using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Goes along the events and rows of one entity after the other, with all windows of a view at once.</summary>
internal sealed class WindowSweep
{
    private readonly WindowEvents _events;
    private readonly int _rows;
    private readonly bool _createdBeforeRow;
    private readonly bool _isLate;
    private readonly (WindowFrame Frame, WindowRun[] Runs)[] _frames;

    public WindowSweep(FeatureView view, IReadOnlyList<Feature> features, WindowEvents events, int rows, bool createdBeforeRow)
    {
        (_events, _rows) = (events, rows);
        _createdBeforeRow = createdBeforeRow && events.Created is not null;
        _isLate = view.IsReversal is not null || _createdBeforeRow;
        Results = [.. features.Select(f => new WindowResults(f, rows))];
        _frames =
        [
            .. Enumerable.Range(0, features.Count).GroupBy(i => WindowFrame.Of(features[i].Aggregation!)).Select(g => (g.Key, RunsOf(features, [.. g]))),
        ];
    }

    /// <summary>Gets the values of each feature.</summary>
    public WindowResults[] Results { get; }

    /// <summary>Gets how many rows met an event in any window.</summary>
    public long Matched { get; private set; }

    /// <summary>Gets how many of them met one that was created after the row's time.</summary>
    public long CreatedLater { get; private set; }

    /// <summary>Computes.</summary>
    /// <param name="ids">The number of each row's entity; -1 for none.</param>
    /// <param name="times">The time of each row.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public void Run(ReadOnlySpan<int> ids, ReadOnlySpan<long> times, CancellationToken cancellationToken)
    {
        var (starts, order, sorted) = Arrange(ids, times);
        var slice = new WindowSlice(_events);
        var frames = _frames.Select(f => (Rows: new WindowRows(f.Frame, order, sorted), f.Runs)).ToArray();
        var (matched, later) = (Array.Empty<bool>(), Array.Empty<bool>());
        for (var entity = 0; entity < _events.Starts.Length - 1; entity++)
        {
            var count = starts[entity + 1] - starts[entity];
            if (count == 0 || _events.Starts[entity] == _events.Starts[entity + 1]) continue;
            if ((entity & 0xFF) == 0) cancellationToken.ThrowIfCancellationRequested();
            slice.Move(_events.Starts[entity], _events.Starts[entity + 1]);
            if (_events.Created is not null)
            {
                if (matched.Length < count) (matched, later) = (new bool[count], new bool[count]);
                Array.Clear(matched, 0, count);
                Array.Clear(later, 0, count);
            }

            foreach (var (rows, runs) in frames)
            {
                rows.Move(slice, starts[entity], count);
                if (_isLate) rows.FindSeen(slice, _createdBeforeRow);
                foreach (var run in runs)
                {
                    if (_isLate) run.Late(slice, rows);
                    else run.Forward(slice, rows);
                }

                if (_events.Created is null) continue;
                if (_isLate) rows.MarkSeen(slice, matched);
                else rows.Mark(slice, matched, later);
            }

            if (_events.Created is null) continue;
            Matched += matched.AsSpan(0, count).Count(true);
            CreatedLater += later.AsSpan(0, count).Count(true);
        }
    }

    private WindowRun[] RunsOf(IReadOnlyList<Feature> features, List<int> places)
    {
        var runs = new List<WindowRun>();
        while (places.Count > 0)
        {
            var feature = features[places[0]];
            var column = Array.Find(_events.Columns, c => c.Name == feature.Column);
            var mean = feature.Aggregation!.Kind == AggregationKind.Sum && column!.Type == ColumnType.Float64
                ? places.FindIndex(p => features[p].Column == feature.Column && features[p].Aggregation!.Kind == AggregationKind.Mean)
                : -1;
            if (mean < 0)
            {
                runs.Add(WindowRun.Of(feature, column, !_isLate, Results[places[0]]));
            }
            else
            {
                runs.Add(WindowRun.OfSumAndMean(feature, column!, Results[places[0]], Results[places[mean]]));
                places.RemoveAt(mean);
            }

            places.RemoveAt(0);
        }

        return [.. runs];
    }

    private (int[] Starts, int[] Order, long[] Times) Arrange(ReadOnlySpan<int> ids, ReadOnlySpan<long> times)
    {
        var entities = _events.Starts.Length - 1;
        var starts = new int[entities + 1];
        for (var row = 0; row < _rows; row++)
        {
            if (ids[row] >= 0) starts[ids[row] + 1]++;
        }

        for (var e = 1; e <= entities; e++) starts[e] += starts[e - 1];
        var next = starts.AsSpan(0, entities).ToArray();
        var (order, sorted) = (new int[starts[entities]], new long[starts[entities]]);
        for (var row = 0; row < _rows; row++)
        {
            if (ids[row] < 0) continue;
            var at = next[ids[row]]++;
            order[at] = row;
            sorted[at] = times[row];
        }

        for (var e = 0; e < entities; e++) StableSort.Sort(sorted, order, starts[e], starts[e + 1]);
        return (starts, order, sorted);
    }
}
