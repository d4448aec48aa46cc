using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>The events of a view that belong to entities that are asked for: by entity, then by time, then in source order; where events take back others, by created time before that, for a change stands after what it changes
/// wherever the source has it.</summary>
internal sealed class WindowEvents
{
    private WindowEvents(int[] starts, long[] times, long[]? created, bool[]? reversals, WindowColumn[] columns) =>
        (Starts, Times, Created, Reversals, Columns) = (starts, times, created, reversals, columns);

    /// <summary>Gets where the events of each entity begin, and, last, where the last ones end.</summary>
    public int[] Starts { get; }

    public long[] Times { get; }

    /// <summary>Gets when they were created, <see cref="long.MinValue"/> where that is missing; null when the view has no such column.</summary>
    public long[]? Created { get; }

    public bool[]? Reversals { get; }

    public WindowColumn[] Columns { get; }

    /// <summary>Gets how many events were read.</summary>
    public long Read { get; private init; }

    /// <summary>Gets how many of them have no key or time, or belong to entities that are not wanted.</summary>
    public long Rejected { get; private init; }

    /// <summary>Gives the events of one entity, by time and in source order.</summary>
    public WindowStateEvent[] Of(int entity)
    {
        var events = new WindowStateEvent[Starts[entity + 1] - Starts[entity]];
        for (var i = 0; i < events.Length; i++)
        {
            var at = Starts[entity] + i;
            events[i] = new(Times[at], Created?[at] ?? long.MinValue, Reversals?[at] ?? false, [.. Columns.Select(c => c.ValueAt(at))]);
        }

        return events;
    }

    /// <summary>Reads the events.</summary>
    /// <param name="reader">Reads them.</param>
    /// <param name="view">The view.</param>
    /// <param name="features">The features that are wanted.</param>
    /// <param name="keys">The entities that are wanted.</param>
    /// <param name="addKeys">Whether entities that are not known are wanted, too.</param>
    /// <param name="span">Which events; null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="DataException">A column lacks, or has a type of which there is no such aggregation.</exception>
    public static async Task<WindowEvents> ReadAsync(
        IEventReader reader, FeatureView view, IReadOnlyList<Feature> features, KeyIndex keys, bool addKeys, EventSpan? span, CancellationToken cancellationToken)
    {
        var schema = await reader.GetSchemaAsync(view, features, cancellationToken).ConfigureAwait(false);
        foreach (var feature in features)
        {
            if (AggregationTypes.HasNoColumn(feature)) AggregationTypes.Check(view.Name, feature);
            else AggregationTypes.Check(view.Name, feature, schema[feature.Column].Type);
        }

        var collector = new Collector(view, schema, [.. features.Where(f => !AggregationTypes.HasNoColumn(f)).Select(f => f.Column).Distinct()], keys, addKeys);
        await foreach (var batch in reader.ReadAsync(view, features, span, cancellationToken).ConfigureAwait(false)) collector.Add(batch);
        return collector.Finish();
    }

    /// <summary>Takes the events of one entity, which gets the number 0.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="types">The types of its columns.</param>
    /// <param name="events">The events, in source order.</param>
    public static WindowEvents Of(WindowPlan plan, IReadOnlyList<ColumnType> types, IReadOnlyList<WindowStateEvent> events)
    {
        var (times, order) = (events.Select(e => e.Time).ToArray(), Enumerable.Range(0, events.Count).ToArray());
        StableSort.Sort(times, order, 0, times.Length);
        if (plan.View.CreatedTime is not null && plan.TakesBack) StableSort.SortTies(times, order, 0, times.Length, i => events[i].Created);
        var columns = plan.Columns.Select((name, c) => new WindowColumn(name, types[c])).ToArray();
        for (var c = 0; c < columns.Length; c++)
        {
            foreach (var e in events) columns[c].Append(e.Values[c]);
            columns[c].Arrange(order);
        }

        return new([0, times.Length], times, plan.View.CreatedTime is null ? null : [.. order.Select(i => events[i].Created)], plan.TakesBack ? [.. order.Select(i => events[i].IsReversal)] : null, columns);
    }

    private sealed class Collector
    {
        private readonly KeyIndex _keys;
        private readonly bool _addKeys;
        private readonly int[] _keyPlaces;
        private readonly int _time;
        private readonly int _createdPlace;
        private readonly int _reversalPlace;
        private readonly int[] _columnPlaces;
        private readonly WindowColumn[] _columns;
        private readonly IArrowArray[] _keyColumns;
        private int[] _batchIds = [];
        private int[] _ids = [];
        private long[] _times = [];
        private long[] _created = [];
        private bool[] _reversals = [];
        private long[] _scratch = [];
        private int _count;
        private long _read;

        public Collector(FeatureView view, DatasetSchema schema, IReadOnlyList<string> columns, KeyIndex keys, bool addKeys)
        {
            (_keys, _addKeys) = (keys, addKeys);
            _keyPlaces = [.. view.Keys.Select(k => schema.IndexOf(k.Name))];
            _keyColumns = new IArrowArray[_keyPlaces.Length];
            _time = schema.IndexOf(EventColumns.EventTime);
            _createdPlace = view.CreatedTime is null ? -1 : schema.IndexOf(EventColumns.CreatedTime);
            _reversalPlace = view.IsReversal is null ? -1 : schema.IndexOf(EventColumns.IsReversal);
            _columnPlaces = [.. columns.Select(schema.IndexOf)];
            _columns = [.. columns.Select(c => new WindowColumn(c, schema[c].Type))];
        }

        public void Add(RecordBatch batch)
        {
            var rows = batch.Length;
            _read += rows;
            if (_batchIds.Length < rows) _batchIds = new int[rows];
            var ids = _batchIds.AsSpan(0, rows);
            for (var i = 0; i < _keyPlaces.Length; i++) _keyColumns[i] = batch.Column(_keyPlaces[i]);
            _keys.Resolve(_keyColumns, ids, _addKeys);
            var time = batch.Column(_time);
            var anyTimeMissing = time.NullCount != 0;
            var kept = 0;
            for (var row = 0; row < rows; row++)
            {
                if (anyTimeMissing && time.IsNull(row)) ids[row] = -1; // an event without a time is put aside
                if (ids[row] >= 0) kept++;
            }

            if (kept == 0) return;
            Grow(kept);
            var times = ArrowValues.Bits(time, ref _scratch);
            var at = _count;
            for (var row = 0; row < rows; row++)
            {
                if (ids[row] < 0) continue;
                _ids[at] = ids[row];
                _times[at++] = times[row];
            }

            if (_createdPlace >= 0)
            {
                var column = batch.Column(_createdPlace);
                var created = ArrowValues.Bits(column, ref _scratch);
                at = _count;
                for (var row = 0; row < rows; row++)
                {
                    if (ids[row] >= 0) _created[at++] = column.IsNull(row) ? long.MinValue : created[row];
                }
            }

            if (_reversalPlace >= 0)
            {
                var column = (BooleanArray)batch.Column(_reversalPlace);
                at = _count;
                for (var row = 0; row < rows; row++)
                {
                    if (ids[row] >= 0) _reversals[at++] = column.GetValue(row) == true;
                }
            }

            for (var c = 0; c < _columns.Length; c++) _columns[c].Append(batch.Column(_columnPlaces[c]), ids, kept, ref _scratch);
            _count += kept;
        }

        public WindowEvents Finish()
        {
            var starts = new int[_keys.Count + 1];
            for (var i = 0; i < _count; i++) starts[_ids[i] + 1]++;
            for (var k = 1; k < starts.Length; k++) starts[k] += starts[k - 1];
            var next = starts.AsSpan(0, _keys.Count).ToArray();
            var (order, times) = (new int[_count], new long[_count]);
            for (var i = 0; i < _count; i++)
            {
                var at = next[_ids[i]]++;
                order[at] = i;
                times[at] = _times[i];
            }

            for (var k = 0; k < _keys.Count; k++)
            {
                StableSort.Sort(times, order, starts[k], starts[k + 1]);
                if (_createdPlace >= 0 && _reversalPlace >= 0) StableSort.SortTies(times, order, starts[k], starts[k + 1], i => _created[i]);
            }

            foreach (var column in _columns) column.Arrange(order);
            return new(starts, times, _createdPlace < 0 ? null : Arranged(_created, order), _reversalPlace < 0 ? null : Arranged(_reversals, order), _columns) { Read = _read, Rejected = _read - _count };
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
            var length = Math.Max(_count + more, (int)Math.Min(System.Array.MaxLength, _ids.LongLength * 2));
            System.Array.Resize(ref _ids, length);
            System.Array.Resize(ref _times, length);
            if (_createdPlace >= 0) System.Array.Resize(ref _created, length);
            if (_reversalPlace >= 0) System.Array.Resize(ref _reversals, length);
        }
    }
}
