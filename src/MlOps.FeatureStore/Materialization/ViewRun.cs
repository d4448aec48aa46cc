using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Brings one span of one view to the online store, chunk by chunk, and remembers after each how far it came.</summary>
internal sealed class ViewRun(FeatureView view, IEventReader reader, OnlineWriter writer, IEntityTable table, MaterializationOptions options, IProgress<MaterializedView>? progress)
{
    private readonly EventCursor _rows = new(view);
    private readonly WriteCounts _counts = new();
    private long _read;
    private long _rejected;

    /// <summary>Gets the latest created time that was seen.</summary>
    public long MaxCreated { get; private set; } = long.MinValue;

    /// <summary>Reads and writes.</summary>
    /// <param name="pinned">The view, held to the state of its source.</param>
    /// <param name="start">What is read, and how much of it is done already.</param>
    /// <param name="remember">Is told after each chunk how far the run came.</param>
    /// <param name="cancellationToken">Stops the run; what is written stays.</param>
    /// <returns>What was written.</returns>
    public async Task<MaterializedView> RunAsync(FeatureView pinned, ResumePoint start, Func<ResumePoint, Task> remember, CancellationToken cancellationToken)
    {
        MaxCreated = start.MaxCreated;
        long place = 0, written = start.Rows;
        await foreach (var batch in reader.ReadAsync(pinned, null, start.Span, cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var done = (int)Math.Clamp(start.Rows - place, 0, batch.Length);
            place += batch.Length;
            if (done == batch.Length) continue;
            Add(done == 0 ? batch : batch.Slice(done, batch.Length - done));
            if (table.Count < options.ChunkEntities && place - written < options.ChunkRows) continue;
            await FlushAsync(start, cancellationToken).ConfigureAwait(false);
            written = place;
            await remember(start with { Rows = written, MaxCreated = MaxCreated }).ConfigureAwait(false);
        }

        return await FlushAsync(start, cancellationToken).ConfigureAwait(false);
    }

    private void Add(RecordBatch batch)
    {
        _rows.Open(batch);
        var counts = table.Add(_rows, []);
        _read += batch.Length;
        _rejected += counts.WithoutKeyOrTime;
        MaxCreated = Math.Max(MaxCreated, counts.MaxCreated);
    }

    private async Task<MaterializedView> FlushAsync(ResumePoint start, CancellationToken cancellationToken)
    {
        if (table.Count > 0) _counts.Add(await writer.WriteAsync(table.Take(), cancellationToken).ConfigureAwait(false));
        var result = new MaterializedView(view.Name, Moments.ToTime(start.From), Moments.ToTime(start.To), _read, _counts.Written, _counts.Superseded, _rejected) { Expired = _counts.Expired };
        progress?.Report(result);
        return result;
    }
}
