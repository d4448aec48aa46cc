using Apache.Arrow;
using MlOps.Core;
using Array = System.Array;

namespace MlOps.FeatureStore;

/// <summary>Gathers the events of a view whose entities have been numbered, batch by batch, and puts them in order.</summary>
internal sealed class WindowEventCollector
{
    private readonly bool _hasCreated;
    private readonly bool _hasReversals;
    private readonly WindowColumn[] _columns;
    private int[] _ids = [];
    private long[] _times = [];
    private long[] _created = [];
    private bool[] _reversals = [];
    private long[] _scratch = [];
    private int _count;
    private long _read;

    /// <summary>Begins.</summary>
    /// <param name="view">The view.</param>
    /// <param name="features">The features that are wanted.</param>
    /// <param name="schema">The columns of the events.</param>
    /// <exception cref="DataException">A column has a type of which there is no such aggregation.</exception>
    public WindowEventCollector(FeatureView view, IReadOnlyList<Feature> features, DatasetSchema schema)
    {
        foreach (var feature in features)
        {
            if (AggregationTypes.HasNoColumn(feature)) AggregationTypes.Check(view.Name, feature);
            else AggregationTypes.Check(view.Name, feature, schema[feature.Column].Type);
        }

        (_hasCreated, _hasReversals) = (view.CreatedTime is not null, view.IsReversal is not null);
        _columns = [.. features.Where(f => !AggregationTypes.HasNoColumn(f)).Select(f => f.Column).Distinct().Select(c => new WindowColumn(c, schema[c].Type))];
    }

    /// <summary>Gets about how many bytes an event takes, with the room to grow and to be put in order.</summary>
    public int BytesOfEvent => 2 * (sizeof(int) + sizeof(long) + (_hasCreated ? sizeof(long) : 0) + (_hasReversals ? 1 : 0) + (_columns.Length * (sizeof(long) + 1)));

    /// <summary>Adds events.</summary>
    /// <param name="batch">The events.</param>
    /// <param name="ids">The number of each one's entity, below zero for one that is not wanted; those without a time are struck.</param>
    /// <returns>How many of them are kept.</returns>
    public int Add(RecordBatch batch, Span<int> ids)
    {
        var rows = batch.Length;
        _read += rows;
        var time = batch.Column(EventColumns.EventTime);
        var anyTimeMissing = time.NullCount != 0;
        var kept = 0;
        for (var row = 0; row < rows; row++)
        {
            if (anyTimeMissing && time.IsNull(row)) ids[row] = -1; // an event without a time is put aside
            if (ids[row] >= 0) kept++;
        }

        if (kept == 0) return 0;
        Grow(kept);
        var times = ArrowValues.Bits(time, ref _scratch);
        var at = _count;
        for (var row = 0; row < rows; row++)
        {
            if (ids[row] < 0) continue;
            _ids[at] = ids[row];
            _times[at++] = times[row];
        }

        if (_hasCreated)
        {
            var column = batch.Column(EventColumns.CreatedTime);
            var created = ArrowValues.Bits(column, ref _scratch);
            at = _count;
            for (var row = 0; row < rows; row++)
            {
                if (ids[row] >= 0) _created[at++] = column.IsNull(row) ? long.MinValue : created[row];
            }
        }

        if (_hasReversals)
        {
            var column = (BooleanArray)batch.Column(EventColumns.IsReversal);
            at = _count;
            for (var row = 0; row < rows; row++)
            {
                if (ids[row] >= 0) _reversals[at++] = column.GetValue(row) == true;
            }
        }

        foreach (var column in _columns) column.Append(batch.Column(column.Name), ids, kept, ref _scratch);
        _count += kept;
        return kept;
    }

    /// <summary>Puts the events in order.</summary>
    /// <param name="entities">How many entities there are.</param>
    public WindowEvents Finish(int entities)
    {
        var starts = new int[entities + 1];
        for (var i = 0; i < _count; i++) starts[_ids[i] + 1]++;
        for (var k = 1; k < starts.Length; k++) starts[k] += starts[k - 1];
        var next = starts.AsSpan(0, entities).ToArray();
        var (order, times) = (new int[_count], new long[_count]);
        for (var i = 0; i < _count; i++)
        {
            var at = next[_ids[i]]++;
            order[at] = i;
            times[at] = _times[i];
        }

        for (var k = 0; k < entities; k++)
        {
            StableSort.Sort(times, order, starts[k], starts[k + 1]);
            if (_hasCreated && _hasReversals) StableSort.SortTies(times, order, starts[k], starts[k + 1], i => _created[i]);
        }

        foreach (var column in _columns) column.Arrange(order);
        return new(starts, times, _hasCreated ? Arranged(_created, order) : null, _hasReversals ? Arranged(_reversals, order) : null, _columns) { Read = _read, Rejected = _read - _count };
    }

    private static T[] Arranged<T>(T[] values, int[] order)
    {
        var arranged = new T[order.Length];
        for (var i = 0; i < order.Length; i++) arranged[i] = values[order[i]];
        return arranged;
    }

    private void Grow(int more)
    {
        if (_ids.Length >= _count + more) return;
        var length = Math.Max(_count + more, (int)Math.Min(Array.MaxLength, _ids.LongLength * 2));
        Array.Resize(ref _ids, length);
        Array.Resize(ref _times, length);
        if (_hasCreated) Array.Resize(ref _created, length);
        if (_hasReversals) Array.Resize(ref _reversals, length);
    }
}
