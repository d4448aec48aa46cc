using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>A group that is joined in parts: rows and events go to files by the hash of their entity, each part is joined by itself, and its features go to a file in the order of the rows, from where they are put together again.</summary>
internal sealed class SpilledJoinGroup : JoinGroup
{
    private const int RowsOfBatch = 8192;

    private readonly Column[] _keys;
    private readonly KeyTable _hasher;
    private readonly Func<IJoinPart> _begin;
    private readonly LeakageCounter _leakage;
    private readonly BatchFile[] _rows;
    private readonly BatchFile[][] _events;
    private readonly BatchFile[] _features;
    private readonly BatchCursor?[] _readers;
    private readonly Schema _rowSchema;

    /// <summary>Begins.</summary>
    /// <param name="views">The views.</param>
    /// <param name="schemas">The schema of the events of each view.</param>
    /// <param name="parts">How many parts.</param>
    /// <param name="begin">Begins the work of one part.</param>
    /// <param name="leakage">Counts values created after their row's time.</param>
    /// <param name="folder">Where the files lie.</param>
    public SpilledJoinGroup(IReadOnlyList<SelectedView> views, IReadOnlyList<DatasetSchema> schemas, int parts, Func<IJoinPart> begin, LeakageCounter leakage, TemporaryFolder folder)
        : base(views)
    {
        _keys = [.. views[0].View.Keys];
        _hasher = new(_keys);
        _begin = begin;
        _leakage = leakage;
        _rowSchema = new DatasetSchema([.. _keys, new(EventColumns.EventTime, ColumnType.Timestamp)]).ToArrow();
        var features = new DatasetSchema(views.SelectMany(v => v.Features.Select((f, i) => new Column($"f{v.FirstSlot + i}", f.Type)))).ToArrow();
        _rows = [.. Enumerable.Range(0, parts).Select(_ => new BatchFile(_rowSchema, folder))];
        _events = [.. schemas.Select(s => s.ToArrow()).Select(s => Enumerable.Range(0, parts).Select(_ => new BatchFile(s, folder)).ToArray())];
        _features = [.. Enumerable.Range(0, parts).Select(_ => new BatchFile(features, folder))];
        _readers = new BatchCursor?[parts];
    }

    public override void AddRows(IReadOnlyList<IArrowArray> keys, TimestampArray times) =>
        Split(new(_rowSchema, [.. keys, times], times.Length), keys, _rows, new());

    public override void Prepare()
    {
        foreach (var file in _rows) file.Complete();
    }

    public override void AddEvents(int which, RecordBatch events, EventScratch scratch)
    {
        var (files, keys) = (_events[which], new EventBatch(Views[which].View, events).Keys);
        var wanted = new RecordBatch(files[0].Schema, files[0].Schema.FieldsList.Select(f => events.Column(f.Name)), events.Length); // others may have asked for more of the view
        Split(wanted, keys, files, scratch);
    }

    public override void EndEvents(int which, CancellationToken cancellationToken)
    {
        foreach (var file in _events[which]) file.Complete();
    }

    public override async Task CompleteAsync(CancellationToken cancellationToken)
    {
        var scratch = new EventScratch();
        for (var i = 0; i < _rows.Length; i++)
        {
            var part = _begin();
            await foreach (var batch in _rows[i].ReadAsync(cancellationToken).ConfigureAwait(false))
                part.AddRows([.. Enumerable.Range(0, _keys.Length).Select(batch.Column)], ((TimestampArray)batch.Column(_keys.Length)).Values);
            part.Prepare();
            for (var view = 0; view < Views.Count; view++)
            {
                await foreach (var batch in _events[view][i].ReadAsync(cancellationToken).ConfigureAwait(false)) part.AddEvents(view, batch, scratch);
                part.EndEvents(view, cancellationToken);
            }

            for (var left = _rows[i].RowCount; left > 0; left -= RowsOfBatch)
            {
                var length = (int)Math.Min(left, RowsOfBatch);
                _features[i].Add(new(_features[i].Schema, part.Take(length, _leakage), length));
            }

            _features[i].Complete();
            _readers[i] = new(_features[i].ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken));
        }
    }

    public override async ValueTask<List<IArrowArray>> TakeAsync(IReadOnlyList<IArrowArray> keys, int rows, CancellationToken cancellationToken)
    {
        var places = Parts(keys, rows, new());
        var pieces = new List<RecordBatch>();
        var starts = new int[_rows.Length];
        var total = 0;
        for (var i = 0; i < _rows.Length; i++)
        {
            var count = places.AsSpan().Count(i);
            starts[i] = total;
            total += count;
            if (count > 0) await _readers[i]!.TakeAsync(count, pieces).ConfigureAwait(false);
        }

        for (var row = 0; row < places.Length; row++)
        {
            if (places[row] >= 0) places[row] = starts[places[row]]++;
        }

        return [.. Enumerable.Range(0, _features[0].Schema.FieldsList.Count).Select(c => Gather(c, pieces, places))];
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var reader in _readers.OfType<BatchCursor>()) await reader.DisposeAsync().ConfigureAwait(false);
        foreach (var file in _rows.Concat(_features).Concat(_events.SelectMany(e => e))) file.Dispose();
    }

    private IArrowArray Gather(int column, List<RecordBatch> pieces, int[] places)
    {
        var empty = new ArrowColumnBuilder(DatasetSchema.FromArrow(_features[0].Schema)[column].Type).Build();
        return ArrowRows.Take(pieces.Count == 0 ? empty : ArrowArrayConcatenator.Concatenate([.. pieces.Select(p => p.Column(column))], ArrowMemory.Managed), places);
    }

    private void Split(RecordBatch batch, IReadOnlyList<IArrowArray> keys, BatchFile[] files, EventScratch scratch)
    {
        var parts = Parts(keys, batch.Length, scratch);
        var ends = new int[files.Length + 1];
        foreach (var part in parts)
        {
            if (part >= 0) ends[part + 1]++;
        }

        for (var part = 0; part < files.Length; part++) ends[part + 1] += ends[part];
        var (next, rows) = (ends[..^1], new int[ends[^1]]);
        for (var row = 0; row < parts.Length; row++)
        {
            if (parts[row] >= 0) rows[next[parts[row]]++] = row;
        }

        for (var part = 0; part < files.Length; part++)
        {
            if (ends[part + 1] > ends[part]) files[part].Add(ArrowRows.Take(batch, rows.AsSpan(ends[part], ends[part + 1] - ends[part])));
        }
    }

    /// <summary>The part of each row, below zero for one without entity.</summary>
    private int[] Parts(IReadOnlyList<IArrowArray> keys, int rows, EventScratch scratch)
    {
        var hashes = scratch.Hashes(rows);
        if (rows > 0) _hasher.Hash(keys, hashes);
        var parts = new int[rows];
        for (var i = 0; i < rows; i++) parts[i] = (int)((hashes[i] >> 32) * (ulong)_rows.Length >> 32); // the table of a part uses the lower bits
        foreach (var key in keys.Where(k => k.NullCount > 0))
        {
            for (var i = 0; i < rows; i++)
            {
                if (key.IsNull(i)) parts[i] = KeyTable.None;
            }
        }

        return parts;
    }
}
