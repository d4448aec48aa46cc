using Apache.Arrow;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.FeatureStore;

/// <summary>Brings one span of one view to the online store, chunk by chunk, and remembers after each how far it came.</summary>
internal sealed class ViewRun(FeatureView view, IEventReader reader, MaterializationContext context, IProgress<MaterializedView>? progress)
{
    private readonly MaterializationOptions _options = context.Options;
    private readonly EventCursor _rows = new(view);
    private readonly IEntityTable _table = MaterializationContext.TableFor(view);
    private readonly OnlineWriter _writer = context.WriterOf(view);
    private readonly ViewGuards _guards = context.GuardsOf(view);
    private readonly RejectedRows _refused = context.RejectedOf(view);
    private readonly FeatureProfiler? _profiler = context.Options.KeepStatistics ? new(view) : null;
    private readonly WriteCounts _counts = new();
    private long _read;
    private long _rejected;
    private long _flagged;

    /// <summary>Gets the latest created time that was seen.</summary>
    public long MaxCreated { get; private set; } = long.MinValue;

    /// <summary>Gets statistics of what was written; null when none are kept.</summary>
    public DatasetProfile? Profile => _profiler?.Profile;

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
            if (_table.Count < _options.ChunkEntities && place - written < _options.ChunkRows) continue;
            await FlushAsync(start, cancellationToken).ConfigureAwait(false);
            written = place;
            await remember(start with { Rows = written, MaxCreated = MaxCreated }).ConfigureAwait(false);
        }

        var result = await FlushAsync(start, cancellationToken).ConfigureAwait(false);
        return result with { RejectedRows = await _refused.KeepAsync(cancellationToken).ConfigureAwait(false) };
    }

    private void Add(RecordBatch batch)
    {
        var guarded = _guards.Check(batch);
        _refused.Add(guarded.Rows);
        _rows.Open(batch);
        var counts = _table.Add(_rows, guarded.IsTaken);
        _read += batch.Length;
        _rejected += counts.WithoutKeyOrTime + guarded.Refused;
        _flagged += guarded.Flagged;
        MaxCreated = Math.Max(MaxCreated, counts.MaxCreated);
    }

    private async Task<MaterializedView> FlushAsync(ResumePoint start, CancellationToken cancellationToken)
    {
        if (_table.Count > 0)
        {
            var rows = _table.Take();
            _counts.Add(await _writer.WriteAsync(rows, cancellationToken).ConfigureAwait(false));
            _profiler?.Add(rows);
        }

        var result = new MaterializedView(view.Name, Moments.ToTime(start.From), Moments.ToTime(start.To), _read, _counts.Written, _counts.Superseded, _rejected) { Expired = _counts.Expired, Flagged = _flagged };
        progress?.Report(result);
        return result;
    }
}
