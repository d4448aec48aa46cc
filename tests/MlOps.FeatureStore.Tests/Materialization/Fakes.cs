using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore.Tests.Materialization;

/// <summary>Events of views in memory, in source order, as the reader gives them.</summary>
internal sealed class FakeEvents : IEventReader
{
    private readonly Dictionary<string, List<FeatureValue?[]>> _rows = [];

    public int BatchRows { get; set; } = 1000;

    /// <summary>Gets the spans that were read.</summary>
    public List<EventSpan?> Spans { get; } = [];

    /// <summary>Gets or sets whether the source has a fingerprint, so that a run can go on in the middle of it.</summary>
    public bool IsPinned { get; set; } = true;

    /// <summary>Gets or sets after how many rows reading breaks.</summary>
    public long? BreaksAfter { get; set; }

    public Dictionary<string, Exception> Errors { get; } = [];

    public int RowsRead { get; private set; }

    /// <summary>Adds an event: keys, event time, created time where the view has one, features.</summary>
    public void Add(FeatureView view, params FeatureValue?[] row)
    {
        if (!_rows.TryGetValue(view.Name, out var rows)) _rows[view.Name] = rows = [];
        rows.Add(row);
    }

    public Task<FeatureView> PinAsync(FeatureView view, CancellationToken cancellationToken)
    {
        if (Errors.TryGetValue(view.Name, out var error)) throw error;
        if (!IsPinned) return Task.FromResult(view);
        var count = _rows.TryGetValue(view.Name, out var rows) ? rows.Count : 0;
        var dataset = new Dataset(view.Name, $"{view.Name} {count}", SchemaOf(view, null), count, new(new string('0', 64), 1), new("rows", "memory"), DateTimeOffset.UnixEpoch);
        return Task.FromResult(view with { Source = FeatureSource.Of(dataset) });
    }

    public Task<DatasetSchema> GetSchemaAsync(FeatureView view, IReadOnlyList<Feature>? features, CancellationToken cancellationToken) => Task.FromResult(SchemaOf(view, features));

    public async IAsyncEnumerable<RecordBatch> ReadAsync(FeatureView view, IReadOnlyList<Feature>? features, EventSpan? span, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Spans.Add(span);
        var schema = SchemaOf(view, features);
        var at = view.Keys.Count();
        var rows = (_rows.GetValueOrDefault(view.Name) ?? []).Where(r => span is null || r[at] is not { IsMissing: false } time || IsIn(span, time.Bits, view.CreatedTime is null ? null : r[at + 1])).ToList();
        var given = 0L;
        foreach (var part in rows.Chunk(BatchRows).DefaultIfEmpty([]))
        {
            await Task.Yield();
            if (given + part.Length > BreaksAfter) throw new StoreException("The source broke.");
            given += part.Length;
            RowsRead += part.Length;
            yield return ToBatch(schema, part);
        }
    }

    public static RecordBatch ToBatch(DatasetSchema schema, IReadOnlyList<FeatureValue?[]> rows)
    {
        var builders = schema.Select(c => new ArrowColumnBuilder(c.Type)).ToArray();
        foreach (var row in rows)
        {
            for (var i = 0; i < builders.Length; i++) builders[i].Append(row[i] ?? default);
        }

        return new(schema.ToArrow(), builders.Select(b => b.Build()), rows.Count);
    }

    private static bool IsIn(EventSpan span, long time, FeatureValue? created) =>
        time <= span.To && (time >= span.From || (span.CreatedAfter is { } after && created is { IsMissing: false } c && c.Bits > after));

    private static DatasetSchema SchemaOf(FeatureView view, IReadOnlyList<Feature>? features)
    {
        List<Column> columns = [.. view.Keys, new(EventColumns.EventTime, ColumnType.Timestamp)];
        if (view.CreatedTime is not null) columns.Add(new(EventColumns.CreatedTime, ColumnType.Timestamp));
        return new([.. columns, .. (features ?? view.Features).Where(f => f.Column.Length > 0).Select(f => new Column(f.Column, f.Type)).DistinctBy(c => c.Name)]);
    }
}

/// <summary>An online store in memory that can break.</summary>
internal sealed class FakeStore : IOnlineStore
{
    private readonly Lock _gate = new();

    public Dictionary<OnlineKey, OnlineRow> Rows { get; } = [];

    public int Writes { get; private set; }

    /// <summary>Gets or sets what is done before each write, for instance to write something else in between.</summary>
    public Action? BeforeWrite { get; set; }

    public ValueTask ReadAsync(ReadOnlyMemory<OnlineKey> keys, Memory<OnlineRow?> rows, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            for (var i = 0; i < keys.Length; i++) rows.Span[i] = Rows.GetValueOrDefault(keys.Span[i]);
        }

        return ValueTask.CompletedTask;
    }

    public Task<IReadOnlyList<OnlineWriteResult>> WriteAsync(IReadOnlyList<OnlineWrite> writes, CancellationToken cancellationToken = default)
    {
        BeforeWrite?.Invoke();
        lock (_gate)
        {
            Writes += writes.Count;
            return Task.FromResult<IReadOnlyList<OnlineWriteResult>>([.. writes.Select(Write)]);
        }
    }

    public OnlineWriteResult Write(OnlineWrite write)
    {
        lock (_gate)
        {
            var stored = Rows.GetValueOrDefault(write.Key);
            if (write.Expected is { } revision && revision != (stored?.Revision ?? 0)) return OnlineWriteResult.Conflict;
            if (write.Expected is null && stored is not null && !write.Row.Supersedes(stored)) return OnlineWriteResult.Superseded;
            Rows[write.Key] = write.Row with { Revision = (stored?.Revision ?? 0) + 1 };
            return OnlineWriteResult.Written;
        }
    }

    public Task DropAsync(string table, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            foreach (var key in Rows.Keys.Where(k => k.Table == table).ToList()) Rows.Remove(key);
        }

        return Task.CompletedTask;
    }

    public Task PingAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
}

/// <summary>Marks in memory.</summary>
internal sealed class FakeCatalog : IFeatureCatalog
{
    public Dictionary<string, MaterializationMark> Marks { get; } = [];

    public Task<IReadOnlyList<FeatureDefinitionVersion>> ListAsync(CancellationToken cancellationToken = default) => Task.FromResult<IReadOnlyList<FeatureDefinitionVersion>>([]);

    public Task<IReadOnlyList<FeatureDefinitionVersion>> GetHistoryAsync(string kind, string name, CancellationToken cancellationToken = default) => Task.FromResult<IReadOnlyList<FeatureDefinitionVersion>>([]);

    public Task ApplyAsync(IReadOnlyList<FeatureDefinitionVersion> changes, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task<MaterializationMark?> FindMarkAsync(string view, CancellationToken cancellationToken = default) => Task.FromResult(Marks.GetValueOrDefault(view));

    public Task<MaterializationMark> SetMarkAsync(MaterializationMark mark, CancellationToken cancellationToken = default)
    {
        if ((Marks.GetValueOrDefault(mark.View)?.Revision ?? 0) != mark.Revision) throw new ConflictException($"Somebody else has set the mark of view '{mark.View}'.");
        return Task.FromResult(Marks[mark.View] = mark with { Revision = mark.Revision + 1 });
    }
}
