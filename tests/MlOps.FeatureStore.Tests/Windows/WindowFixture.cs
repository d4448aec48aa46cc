using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore.Tests;

/// <summary>Events and rows written down in a test, and the windows over them.</summary>
internal sealed class WindowFixture : IEventReader
{
    public const long Second = 1_000_000;
    public const long Minute = 60 * Second;
    public const long Hour = 60 * Minute;
    public const long Day = 24 * Hour;
    private static readonly LocalJoinOptions Plenty = new();

    private readonly DatasetSchema _rowColumns;
    private readonly List<FeatureValue[]> _events = [];

    public WindowFixture(IReadOnlyList<Column> columns, IReadOnlyList<Feature> features, bool created = false, bool reversals = false, ColumnType key = ColumnType.Int64)
    {
        _rowColumns = new([new("id", key), new("event_timestamp", ColumnType.Timestamp)]);
        List<Column> all = [new("id", key), new(EventColumns.EventTime, ColumnType.Timestamp)];
        if (created) all.Add(new(EventColumns.CreatedTime, ColumnType.Timestamp));
        if (reversals) all.Add(new(EventColumns.IsReversal, ColumnType.Boolean));
        Schema = new([.. all, .. columns]);
        View = new()
        {
            Name = "flights",
            Entities = [new("airport", [new("id", key)])],
            Source = FeatureSource.Pushed(),
            EventTime = "at",
            CreatedTime = created ? "created" : null,
            IsReversal = reversals ? "is_before" : null,
            Features = features,
        };
    }

    public FeatureView View { get; }

    /// <summary>Gets the columns of the events.</summary>
    public DatasetSchema Schema { get; }

    /// <summary>Gets the memory of the join and where its files lie.</summary>
    public LocalJoinOptions Options { get; init; } = Plenty;

    /// <summary>Gets how many events a batch holds.</summary>
    public int BatchSize { get; init; } = 3;

    public IReadOnlyList<FeatureValue[]> Events => _events;

    /// <summary>Gets how often the events were read.</summary>
    public int Readings { get; private set; }

    /// <summary>Events of one column named value.</summary>
    public static WindowFixture Of(ColumnType type, params Feature[] features) => new([new("value", type)], features);

    /// <summary>A feature named as its kind, over a window of some minutes with a hop of one.</summary>
    public static Feature Feature(AggregationKind kind, ColumnType result, int? minutes = 60, string? name = null, string column = "value") => new(name ?? kind.ToString(), result)
    {
        Column = column,
        Aggregation = new(kind, minutes is { } length ? TimeSpan.FromMinutes(length) : null) { Hop = TimeSpan.FromMinutes(1) },
    };

    public WindowFixture Add(FeatureValue id, long time, FeatureValue value, long? created = null, bool reversal = false) => Add(id, time, [value], created, reversal);

    public WindowFixture Add(FeatureValue id, long time, FeatureValue[] values, long? created, bool reversal)
    {
        List<FeatureValue> row = [id, FeatureValue.FromBits(ColumnType.Timestamp, time)];
        if (View.CreatedTime is not null) row.Add(created is { } there ? FeatureValue.FromBits(ColumnType.Timestamp, there) : default);
        if (View.IsReversal is not null) row.Add(reversal);
        row.AddRange(values);
        _events.Add([.. row]);
        return this;
    }

    public Task<FeatureView> PinAsync(FeatureView view, CancellationToken cancellationToken) => Task.FromResult(view);

    public Task<DatasetSchema> GetSchemaAsync(FeatureView view, IReadOnlyList<Feature>? features, CancellationToken cancellationToken) => Task.FromResult(Schema);

    public async IAsyncEnumerable<RecordBatch> ReadAsync(FeatureView view, IReadOnlyList<Feature>? features, EventSpan? span, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        Readings++;
        yield return BatchOf(Schema, []);
        foreach (var chunk in _events.Where(e => span is null || (e[1].Bits >= span.From && e[1].Bits <= span.To)).Chunk(BatchSize)) yield return BatchOf(Schema, chunk);
    }

    /// <summary>Gives the features of rows: for each row one value a feature.</summary>
    public async Task<FeatureValue[][]> JoinAsync(IEnumerable<(FeatureValue Id, long Time)> rows, bool createdBeforeRow = false, LeakageCounter? leakage = null)
    {
        var values = rows.Select(r => new[] { r.Id, FeatureValue.FromBits(ColumnType.Timestamp, r.Time) }).ToArray();
        var batches = values.Chunk(2).Select(c => BatchOf(_rowColumns, c)).Prepend(BatchOf(_rowColumns, []));
        var selected = new SelectedView(View, ["id"], View.Features, 0);
        var engine = Engine();
        var joined = new List<FeatureValue[]>();
        await foreach (var batch in engine.JoinAsync(new(EntityRows.Of(batches.ToAsyncEnumerable()), "event_timestamp", [selected], createdBeforeRow, leakage ?? new()), TestContext.Current.CancellationToken))
        {
            for (var row = 0; row < batch.Length; row++) joined.Add([.. View.Features.Select((_, f) => ArrowValues.Read(batch.Column(_rowColumns.Count + f), row))]);
        }

        return [.. joined];
    }

    /// <summary>Makes the engine over these events.</summary>
    public WindowJoin Engine()
    {
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        return new(this, new(null!, [], options), options);
    }

    /// <summary>Gives the only feature of entity 1 as of one moment.</summary>
    public async Task<FeatureValue> AsOfAsync(long time, bool createdBeforeRow = false) => (await JoinAsync([(1L, time)], createdBeforeRow))[0][0];

    public static RecordBatch BatchOf(DatasetSchema schema, IReadOnlyList<FeatureValue[]> rows)
    {
        var builders = schema.Select(c => new ArrowColumnBuilder(c.Type)).ToArray();
        foreach (var row in rows)
        {
            for (var c = 0; c < builders.Length; c++) builders[c].Append(row[c]);
        }

        return new(schema.ToArrow(), builders.Select(b => b.Build()), rows.Count);
    }
}
