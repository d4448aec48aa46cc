using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Writes the rows of one view to the online store, several calls at once. Each key stands once in what it is given.</summary>
internal sealed class OnlineWriter(FeatureView view, string table, IOnlineStore store, MaterializationOptions options, long now)
{
    /// <summary>So often a row is merged anew because somebody else has written it in between.</summary>
    private const int MaxAttempts = 50;

    private readonly RowForm _form = new(view);

    /// <summary>Gives from when on the store may forget a row; null for never.</summary>
    public long? ExpiryOf(long eventTime)
    {
        if (view.TimeToLive is not { } ttl || ttl <= TimeSpan.Zero) return null;
        var expiry = (Int128)eventTime + (ttl.Ticks / TimeSpan.TicksPerMicrosecond) + (options.KeepExpired.Ticks / TimeSpan.TicksPerMicrosecond);
        return expiry > long.MaxValue ? null : (long)Int128.Max(expiry, long.MinValue);
    }

    public async Task<WriteCounts> WriteAsync(IReadOnlyList<EntityRow> rows, CancellationToken cancellationToken)
    {
        var counts = new WriteCounts();
        var batches = Enumerable.Range(0, (rows.Count + options.WriteBatch - 1) / options.WriteBatch);
        await Parallel.ForEachAsync(batches, new ParallelOptions { MaxDegreeOfParallelism = options.MaxParallelWrites, CancellationToken = cancellationToken }, async (batch, token) =>
        {
            var first = batch * options.WriteBatch;
            var part = new List<EntityRow>(Math.Min(options.WriteBatch, rows.Count - first));
            long expired = 0;
            for (var i = first; i < Math.Min(rows.Count, first + options.WriteBatch); i++)
            {
                if (ExpiryOf(rows[i].Moment.Event) <= now) expired++;
                else part.Add(rows[i]);
            }

            counts.AddExpired(expired);
            if (part.Count == 0) return;
            if (view.SkipsNulls) await MergeAsync(part, counts, token).ConfigureAwait(false);
            else await WriteGuardedAsync(part, counts, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return counts;
    }

    /// <summary>Forgets entities as of a moment.</summary>
    public async Task DeleteAsync(IEnumerable<byte[]> entities, EventMoment at, CancellationToken cancellationToken)
    {
        foreach (var part in entities.Distinct(KeyComparer.Instance).Chunk(options.WriteBatch))
        {
            if (view.SkipsNulls) await MergeAsync([.. part.Select(key => new EntityRow(key, at, default, SkippingRow.DeletedAt(at, view.Features.Count)))], new(), cancellationToken).ConfigureAwait(false);
            else await store.WriteAsync([.. part.Select(key => new OnlineWrite(new(table, key), Tombstone(at)))], cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WriteGuardedAsync(List<EntityRow> rows, WriteCounts counts, CancellationToken cancellationToken)
    {
        var writes = new OnlineWrite[rows.Count];
        for (var i = 0; i < writes.Length; i++)
            writes[i] = new(new(table, rows[i].Key), new(rows[i].Moment.Event, rows[i].Moment.Created, rows[i].Values) { ExpiresAt = ExpiryOf(rows[i].Moment.Event) });
        foreach (var result in await store.WriteAsync(writes, cancellationToken).ConfigureAwait(false)) counts.Add(result);
    }

    /// <summary>Merges rows with what is stored, and writes each only if nobody else has in between.</summary>
    private async Task MergeAsync(List<EntityRow> rows, WriteCounts counts, CancellationToken cancellationToken)
    {
        for (var attempt = 1; rows.Count > 0; attempt++)
        {
            if (attempt > MaxAttempts) throw new StoreException($"Rows of feature view '{view.Name}' are written by others so often that they could not be merged. Try again.", null, isTransient: true);
            var keys = rows.Select(r => new OnlineKey(table, r.Key)).ToArray();
            var stored = new OnlineRow?[keys.Length];
            await store.ReadAsync(keys, stored, cancellationToken).ConfigureAwait(false);
            var writes = new List<OnlineWrite>(keys.Length);
            var written = new List<EntityRow>(keys.Length);
            for (var i = 0; i < keys.Length; i++)
            {
                var merged = rows[i].Merge!;
                if (stored[i] is { } row && !merged.MergeStored(_form.ReadSkipping(row)))
                {
                    counts.Add(OnlineWriteResult.Superseded);
                    continue;
                }

                writes.Add(new(keys[i], ToRow(merged), stored[i]?.Revision ?? 0));
                written.Add(rows[i]);
            }

            var results = writes.Count == 0 ? [] : await store.WriteAsync(writes, cancellationToken).ConfigureAwait(false);
            rows = [];
            for (var i = 0; i < results.Count; i++)
            {
                if (results[i] == OnlineWriteResult.Conflict) rows.Add(written[i]);
                else counts.Add(results[i]);
            }
        }
    }

    private OnlineRow Tombstone(EventMoment at) => new(at.Event, at.Created, default) { IsDeleted = true, ExpiresAt = ExpiryOf(at.Event) };

    private OnlineRow ToRow(SkippingRow row) => row.IsDeleted
        ? Tombstone(row.Newest)
        : new(row.Newest.Event, row.Newest.Created, _form.Write(row)) { ExpiresAt = ExpiryOf(row.Newest.Event) };
}

/// <summary>What became of writes. Thread-safe.</summary>
internal sealed class WriteCounts
{
    private long _written;
    private long _superseded;
    private long _expired;

    public long Written => Volatile.Read(ref _written);

    public long Superseded => Volatile.Read(ref _superseded);

    public long Expired => Volatile.Read(ref _expired);

    public void Add(OnlineWriteResult result)
    {
        if (result == OnlineWriteResult.Written) Interlocked.Increment(ref _written);
        else Interlocked.Increment(ref _superseded);
    }

    public void AddExpired(long rows) => Interlocked.Add(ref _expired, rows);

    public void Add(WriteCounts other)
    {
        Interlocked.Add(ref _written, other.Written);
        Interlocked.Add(ref _superseded, other.Superseded);
        Interlocked.Add(ref _expired, other.Expired);
    }
}
