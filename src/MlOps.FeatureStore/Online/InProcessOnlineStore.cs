using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>An online store in the memory of this process: readers take no lock, and it is empty when the process starts.</summary>
internal sealed class InProcessOnlineStore : IOnlineStore, IDisposable
{
    // Objects and tables around the bytes of a row and its key.
    private const int Overhead = 200;

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<byte[], OnlineRow>> _tables = new(StringComparer.Ordinal);
    private readonly InProcessOnlineStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ITimer _sweeper;
    private long _used;

    public InProcessOnlineStore(IOptions<InProcessOnlineStoreOptions> options, TimeProvider time)
    {
        (_options, _time) = (options.Value, time);
        _sweeper = time.CreateTimer(static store => ((InProcessOnlineStore)store!).Sweep(), this, _options.SweepInterval, _options.SweepInterval);
    }

    /// <summary>Gets about how many bytes rows and keys take up.</summary>
    internal long Used => Interlocked.Read(ref _used);

    public ValueTask ReadAsync(ReadOnlyMemory<OnlineKey> keys, Memory<OnlineRow?> rows, CancellationToken cancellationToken = default)
    {
        if (rows.Length < keys.Length) throw new ArgumentException($"There are {keys.Length} keys and only {rows.Length} places for rows.", nameof(rows));
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        Read(keys.Span, rows.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>Reads at once.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="rows">As many places.</param>
    public void Read(ReadOnlySpan<OnlineKey> keys, Span<OnlineRow?> rows)
    {
        var (name, table) = ((string?)null, (ConcurrentDictionary<byte[], OnlineRow>?)null);
        for (var i = 0; i < keys.Length; i++)
        {
            ref readonly var key = ref keys[i];
            if (!ReferenceEquals(name, key.Table))
            {
                name = key.Table;
                table = _tables.GetValueOrDefault(name);
            }

            rows[i] = table is not null && table.TryGetValue(key.Entity, out var row) ? row : null;
        }
    }

    public Task<IReadOnlyList<OnlineWriteResult>> WriteAsync(IReadOnlyList<OnlineWrite> writes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writes);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<IReadOnlyList<OnlineWriteResult>>(cancellationToken);
        var results = new OnlineWriteResult[writes.Count];
        for (var i = 0; i < results.Length; i++)
        {
            if ((i & 1023) == 1023 && cancellationToken.IsCancellationRequested) return Task.FromCanceled<IReadOnlyList<OnlineWriteResult>>(cancellationToken);
            try
            {
                results[i] = Write(writes[i]);
            }
            catch (StoreException e)
            {
                return Task.FromException<IReadOnlyList<OnlineWriteResult>>(e);
            }
        }

        return Task.FromResult<IReadOnlyList<OnlineWriteResult>>(results);
    }

    public Task DropAsync(string table, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(table);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        if (!_tables.TryGetValue(table, out var rows)) return Task.CompletedTask;
        foreach (var (key, row) in rows) Remove(rows, key, row); // and the table stays, empty: a writer may hold it
        return Task.CompletedTask;
    }

    public Task PingAsync(CancellationToken cancellationToken = default) => cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;

    public void Dispose() => _sweeper.Dispose();

    /// <summary>Removes the rows that have expired.</summary>
    internal void Sweep()
    {
        var now = FeatureTime.ToMicros(_time.GetUtcNow());
        foreach (var (_, rows) in _tables)
        {
            foreach (var (key, row) in rows)
            {
                if (row.ExpiresAt <= now) Remove(rows, key, row);
            }
        }
    }

    private static int SizeOf(byte[] key, OnlineRow row) => key.Length + row.Values.Length + Overhead;

    private OnlineWriteResult Write(OnlineWrite write)
    {
        ArgumentNullException.ThrowIfNull(write.Row, nameof(write));
        var rows = _tables.GetOrAdd(write.Key.Table, static _ => new(BytesComparer.Instance));
        var key = write.Key.Entity;
        OnlineRow? kept = null;
        while (true)
        {
            var stored = rows.GetValueOrDefault(key);
            if (write.Expected is { } expected ? expected != (stored?.Revision ?? 0) : stored is not null && !write.Row.Supersedes(stored))
                return write.Expected is null ? OnlineWriteResult.Superseded : OnlineWriteResult.Conflict;
            kept ??= write.Row with { Values = write.Row.Values.ToArray() }; // of its own: the caller's may be a slice of something large
            var next = kept with { Revision = (stored?.Revision ?? 0) + 1 };
            var more = SizeOf(key, next) - (stored is null ? 0 : SizeOf(key, stored));
            Reserve(more);
            if (stored is null ? rows.TryAdd(key, next) : rows.TryUpdate(key, next, stored)) return OnlineWriteResult.Written;
            Interlocked.Add(ref _used, -more); // somebody else was first: look again
        }
    }

    private void Reserve(int bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= _options.MaxBytes || bytes <= 0) return;
        Sweep();
        if (Interlocked.Read(ref _used) <= _options.MaxBytes) return;
        Interlocked.Add(ref _used, -bytes);
        throw new StoreException($"The online store in this process is full: it holds {Used} of {_options.MaxBytes} bytes. Raise MlOps:InProcessOnlineStore:MaxBytes, give views a time to live, or take a store outside of the process.");
    }

    private void Remove(ConcurrentDictionary<byte[], OnlineRow> rows, byte[] key, OnlineRow row)
    {
        if (rows.TryRemove(KeyValuePair.Create(key, row))) Interlocked.Add(ref _used, -SizeOf(key, row));
    }

    private sealed class BytesComparer : IEqualityComparer<byte[]>
    {
        public static readonly BytesComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] bytes)
        {
            var hash = default(HashCode);
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }
    }
}
