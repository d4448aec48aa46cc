using System.Collections.Concurrent;
using Apache.Arrow;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Keeps what was pushed as Parquet files in a folder of each view: a push is one file, which is there as a whole or not at all, and many small files become few.</summary>
internal sealed class PushHistory(IColumnarEngine engine, IDatasetStore datasets, IArtifactStore artifacts, TimeProvider time, IOptions<MlOpsOptions> mlops, IOptions<PushOptions> options) : IPushHistory, IDisposable
{
    private readonly ConcurrentDictionary<string, History> _histories = new(StringComparer.Ordinal);

    /// <summary>Gets how many rows the smallest part has that is not written again when more is pushed.</summary>
    public int PartRows { get; init; } = 65_536;

    /// <summary>Adds rows.</summary>
    /// <param name="view">The view.</param>
    /// <param name="rows">Columns as the source of the view has them; others are passed over.</param>
    /// <param name="cancellationToken">Stops the call; nothing is kept then.</param>
    /// <exception cref="DataException">A column has another type than in what was pushed before.</exception>
    public async Task AppendAsync(FeatureView view, RecordBatch rows, CancellationToken cancellationToken)
    {
        if (rows.Length == 0) return;
        var folder = FolderOf(view);
        var kept = PushedSchema.Pick(view, rows);
        var schema = DatasetSchema.FromArrow(kept.Schema);
        var segments = folder.List();
        if (segments.Count > 0) _ = PushedSchema.Unite(view, [await PushedFiles.SchemaOfAsync(engine, segments[^1], cancellationToken).ConfigureAwait(false), schema]);
        await folder.AddAsync(path => engine.WriteParquetAsync(path, schema, new[] { kept }.ToAsyncEnumerable(), cancellationToken)).ConfigureAwait(false);
        if (segments.Count + 1 >= options.Value.MaxSegments) await CompactAsync(view, folder, cancellationToken).ConfigureAwait(false);
    }

    public async Task<DatasetParts> GetAsync(FeatureView view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(view);
        var history = _histories.GetOrAdd(view.Name, static _ => new());
        await history.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var folder = FolderOf(view);
            var segments = folder.List();
            var known = history.State ?? PushedState.Read(folder.StatePath);
            var state = await new PushedParts(engine, datasets, artifacts, PartRows).ContinueAsync(view, segments, known, cancellationToken).ConfigureAwait(false);
            if (!ReferenceEquals(state, known) && segments.Count > 0) state.Write(folder.StatePath);
            if (history.Rows is null || !ReferenceEquals(state, history.State)) (history.State, history.Rows) = (state, new(state.Parts));
            return history.Rows;
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

    // Spans of powers of two: whoever else does the same at once, of more or fewer files, replaces the same ones, or some within, or some apart.
    private async Task CompactAsync(FeatureView view, SegmentFolder folder, CancellationToken cancellationToken)
    {
        var all = folder.List();
        foreach (var (start, length) in Doubling.Divide(all[^1].Last))
        {
            var segments = all.Where(s => s.First > start && s.Last <= start + length).ToList();
            if (segments.Count < 2) continue;
            var schemas = new List<DatasetSchema>();
            foreach (var segment in segments) schemas.Add(await PushedFiles.SchemaOfAsync(engine, segment, cancellationToken).ConfigureAwait(false));
            var schema = PushedSchema.Unite(view, schemas);
            await folder.ReplaceAsync(segments, path => engine.WriteParquetAsync(path, schema, PushedFiles.ReadAsync(engine, segments, schema, cancellationToken), cancellationToken)).ConfigureAwait(false);
        }
    }

    private SegmentFolder FolderOf(FeatureView view) => new(FeatureFolder.Of(mlops.Value, "pushed", view.Name), time);

    private sealed class History
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public PushedState? State { get; set; }

        public DatasetParts? Rows { get; set; }
    }
}
