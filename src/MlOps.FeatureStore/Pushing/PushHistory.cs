using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.Options;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>Keeps what was pushed as Parquet files in a folder of each view: a push is one file, which is there as a whole or not at all, and many small files become one.</summary>
internal sealed class PushHistory(IColumnarEngine engine, IDatasetStore datasets, IArtifactStore artifacts, TimeProvider time, IOptions<MlOpsOptions> mlops, IOptions<PushOptions> options) : IPushHistory, IDisposable
{
    private readonly ConcurrentDictionary<string, History> _histories = new(StringComparer.Ordinal);

    /// <summary>Adds rows.</summary>
    /// <param name="view">The view.</param>
    /// <param name="rows">Columns as the source of the view has them; others are passed over.</param>
    /// <param name="cancellationToken">Stops the call; nothing is kept then.</param>
    /// <exception cref="DataException">A column has another type than in what was pushed before.</exception>
    public async Task AppendAsync(FeatureView view, RecordBatch rows, CancellationToken cancellationToken)
    {
        if (rows.Length == 0) return;
        var folder = FolderOf(view);
        var kept = Pick(view, rows);
        var schema = DatasetSchema.FromArrow(kept.Schema);
        var segments = folder.List();
        if (segments.Count > 0) _ = Unite(view, [await SchemaOfAsync(segments[^1], cancellationToken).ConfigureAwait(false), schema]);
        await folder.AddAsync(path => engine.WriteParquetAsync(path, schema, new[] { kept }.ToAsyncEnumerable(), cancellationToken)).ConfigureAwait(false);
        if (segments.Count + 1 >= options.Value.MaxSegments) await CompactAsync(view, folder, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Dataset> GetAsync(FeatureView view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(view);
        var history = _histories.GetOrAdd(view.Name, static _ => new());
        await history.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var segments = FolderOf(view).List();
            var state = $"{ViewDigest.Of(view)}\n{string.Join('\n', segments.Select(s => Path.GetFileName(s.Path)))}";
            if (history.Dataset is { } known && history.State == state && await artifacts.ExistsAsync(known.Artifact.Digest, cancellationToken).ConfigureAwait(false)) return known;
            var schema = await SchemaOfAsync(view, segments, cancellationToken).ConfigureAwait(false);
            history.Dataset = await datasets.WriteAsync($"{view.Name}-pushed", new("pushed", $"feature view {view.Name}"), ReadAsync(segments, schema, cancellationToken), null, cancellationToken).ConfigureAwait(false);
            history.State = state;
            return history.Dataset;
        }
        finally
        {
            history.Gate.Release();
        }
    }

    public void Dispose()
    {
        foreach (var history in _histories.Values) history.Gate.Dispose();
    }

    private async Task CompactAsync(FeatureView view, SegmentFolder folder, CancellationToken cancellationToken)
    {
        var segments = folder.List();
        var schemas = new List<DatasetSchema>();
        foreach (var segment in segments) schemas.Add(await SchemaOfAsync(segment, cancellationToken).ConfigureAwait(false));
        var schema = Unite(view, schemas);
        await folder.ReplaceAsync(segments, path => engine.WriteParquetAsync(path, schema, ReadAsync(segments, schema, cancellationToken), cancellationToken)).ConfigureAwait(false);
    }

    private SegmentFolder FolderOf(FeatureView view) => new(FeatureFolder.Of(mlops.Value, "pushed", view.Name), time);

    // A column whose type only its values tell, and that has none, is left out: it may have any type later.
    private static RecordBatch Pick(FeatureView view, RecordBatch rows)
    {
        var columns = PushedColumns.Of(view)
            .Select(c => (c.Type, Index: rows.Schema.GetFieldIndex(c.Name, StringComparer.Ordinal)))
            .Where(c => c.Index >= 0 && (c.Type is not null || rows.Column(c.Index).NullCount < rows.Length))
            .ToList();
        return new(new Schema(columns.Select(c => rows.Schema.GetFieldByIndex(c.Index)), metadata: null), columns.Select(c => rows.Column(c.Index)), rows.Length);
    }

    // The columns that the view names now: what it no longer names is passed over, what it did not name then is missing.
    private async Task<DatasetSchema> SchemaOfAsync(FeatureView view, IReadOnlyList<Segment> segments, CancellationToken cancellationToken)
    {
        var columns = PushedColumns.Of(view);
        var schemas = new List<DatasetSchema>();
        foreach (var segment in segments) schemas.Add(await SchemaOfAsync(segment, cancellationToken).ConfigureAwait(false));
        var united = Unite(view, [new(columns.Where(c => c.Type is not null).Select(c => new Column(c.Name, c.Type!.Value))), .. schemas]);
        return new(columns.Select(c => new Column(c.Name, united.Contains(c.Name) ? united[c.Name].Type : ColumnType.String)));
    }

    private async Task<DatasetSchema> SchemaOfAsync(Segment segment, CancellationToken cancellationToken)
    {
        await foreach (var batch in engine.ReadAsync(new ParquetFile(segment.Path), null, cancellationToken).ConfigureAwait(false)) return DatasetSchema.FromArrow(batch.Schema);
        throw new DataException($"'{Path.GetFileName(segment.Path)}' in the history of pushes has no rows and no columns.") { DataSource = segment.Path };
    }

    private static DatasetSchema Unite(FeatureView view, IReadOnlyList<DatasetSchema> schemas)
    {
        var columns = new List<Column>();
        foreach (var column in schemas.SelectMany(s => s))
        {
            var at = columns.FindIndex(c => c.Name == column.Name);
            if (at < 0) columns.Add(column);
            else columns[at] = new(column.Name, Wider(view, column.Name, columns[at].Type, column.Type));
        }

        return new(columns);
    }

    private static ColumnType Wider(FeatureView view, string column, ColumnType one, ColumnType other) => (one, other) switch
    {
        _ when one == other => one,
        (ColumnType.Int64, ColumnType.Float64) or (ColumnType.Float64, ColumnType.Int64) => ColumnType.Float64,
        _ => throw new DataException($"Column '{column}' of feature view '{view.Name}' is of type {one}, and of type {other} in what was pushed. Push it as {one}, or give the column another name.") { Column = column },
    };

    private async IAsyncEnumerable<RecordBatch> ReadAsync(IReadOnlyList<Segment> segments, DatasetSchema schema, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var arrow = schema.ToArrow();
        if (segments.Count == 0) yield return new(arrow, schema.Select(c => new ArrowColumnBuilder(c.Type).Build()), 0);
        foreach (var segment in segments)
        {
            await foreach (var batch in engine.ReadAsync(new ParquetFile(segment.Path), null, cancellationToken).ConfigureAwait(false))
                yield return new(arrow, schema.Select(c => ColumnOf(batch, c)), batch.Length);
        }
    }

    private static IArrowArray ColumnOf(RecordBatch batch, Column column)
    {
        var at = batch.Schema.GetFieldIndex(column.Name, StringComparer.Ordinal);
        if (at >= 0) return batch.Column(at) is Int64Array integers && column.Type == ColumnType.Float64 ? ArrowCasts.ToNumbers(integers) : batch.Column(at);
        var missing = new ArrowColumnBuilder(column.Type);
        for (var i = 0; i < batch.Length; i++) missing.Append(default);
        return missing.Build();
    }

    private sealed class History
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public string? State { get; set; }

        public Dataset? Dataset { get; set; }
    }
}
