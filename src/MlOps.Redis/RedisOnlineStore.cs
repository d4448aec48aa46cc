using System.Globalization;
using System.Runtime.CompilerServices;
using MlOps.Core;
using StackExchange.Redis;

namespace MlOps.Redis;

/// <summary>An online store in Redis: one string for each entity of a table, read by MGET and written by a script that guards it.</summary>
/// <remarks>A cluster is asked slot by slot, all at once; another server in parts of a thousand keys, so that nobody else waits long for his turn.</remarks>
internal sealed class RedisOnlineStore : IOnlineStore, IAsyncDisposable
{
    private const int KeysAtOnce = 1_000;
    private const int WritesAtOnce = 200;
    private const int CallsAtOnce = 32;

    private readonly RedisConnection _connection;
    private readonly string _prefix;
    private readonly RedisReads _reads = new();
    private readonly ConditionalWeakTable<string, byte[]> _tables = [];

    public RedisOnlineStore(RedisOptions options) => (_connection, _prefix) = (new(options), options.KeyPrefix);

    public async ValueTask ReadAsync(ReadOnlyMemory<OnlineKey> keys, Memory<OnlineRow?> rows, CancellationToken cancellationToken = default)
    {
        if (rows.Length < keys.Length) throw new ArgumentException($"There are {keys.Length} keys and only {rows.Length} places for rows.", nameof(rows));
        cancellationToken.ThrowIfCancellationRequested();
        if (keys.IsEmpty) return;
        try
        {
            // The driver cannot stop a command; its own asyncTimeout ends the waiting of a caller who does not give up by himself.
            var multiplexer = await _connection.GetAsync(cancellationToken).ConfigureAwait(false);
            var database = multiplexer.GetDatabase();
            if (keys.Length == 1)
            {
                var key = RedisRows.Key(TableOf(keys.Span[0].Table), keys.Span[0].Entity);
                var one = _connection.IsCluster(multiplexer) ? await database.StringGetAsync(key).ConfigureAwait(false) : await _reads.GetAsync(database, key).ConfigureAwait(false);
                rows.Span[0] = RedisRows.Decode(one, _connection.Name);
                return;
            }

            if (_connection.IsCluster(multiplexer))
            {
                var encoded = KeysOf(keys.Span);
                await Task.WhenAll(Groups(multiplexer, encoded, KeysAtOnce).Select(group => ReadGroupAsync(database, encoded, group, rows))).ConfigureAwait(false);
            }
            else if (keys.Length <= KeysAtOnce)
            {
                await ReadPartAsync(database, keys, rows).ConfigureAwait(false);
            }
            else
            {
                var parts = Enumerable.Range(0, ((keys.Length - 1) / KeysAtOnce) + 1).Select(part => (part * KeysAtOnce)..Math.Min((part + 1) * KeysAtOnce, keys.Length));
                await Task.WhenAll(parts.Select(part => ReadPartAsync(database, keys[part], rows[part]))).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (RedisErrors.Translate(e, _connection.Name) is { } translated)
        {
            throw translated;
        }
    }

    public async Task<IReadOnlyList<OnlineWriteResult>> WriteAsync(IReadOnlyList<OnlineWrite> writes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writes);
        foreach (var write in writes) ArgumentNullException.ThrowIfNull(write.Row, nameof(writes));
        var results = new OnlineWriteResult[writes.Count];
        await RunAsync(multiplexer => WriteAsync(multiplexer, writes, results, cancellationToken), cancellationToken).ConfigureAwait(false);
        return results;
    }

    public Task DropAsync(string table, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(table);
        return RunAsync(multiplexer => DropAsync(multiplexer, RedisRows.Pattern(RedisRows.Table(_prefix, table)), cancellationToken), cancellationToken);
    }

    public Task PingAsync(CancellationToken cancellationToken = default) => RunAsync(static multiplexer => multiplexer.GetDatabase().PingAsync(), cancellationToken);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    // Each group is asked by one command. Keys of two slots of a cluster must not stand in one.
    private IEnumerable<int[]> Groups(ConnectionMultiplexer multiplexer, RedisKey[] keys, int most) => _connection.IsCluster(multiplexer)
        ? Enumerable.Range(0, keys.Length).GroupBy(i => multiplexer.HashSlot(keys[i])).SelectMany(g => g.Chunk(most))
        : Enumerable.Range(0, keys.Length).Chunk(most);

    private async Task RunAsync(Func<ConnectionMultiplexer, Task> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var multiplexer = await _connection.GetAsync(cancellationToken).ConfigureAwait(false);
            var working = work(multiplexer);
            await (cancellationToken.CanBeCanceled ? working.WaitAsync(cancellationToken) : working).ConfigureAwait(false); // the driver cannot stop a command
        }
        catch (Exception e) when (RedisErrors.Translate(e, _connection.Name) is { } translated)
        {
            throw translated;
        }
    }

    // Plans keep the texts that name their tables, so what belongs to one is found by the text itself.
    private byte[] TableOf(string table) => _tables.TryGetValue(table, out var bytes) ? bytes : _tables.GetValue(table, name => RedisRows.Table(_prefix, name));

    private RedisKey[] KeysOf(ReadOnlySpan<OnlineKey> keys)
    {
        var encoded = new RedisKey[keys.Length];
        var (name, table) = ((string?)null, (byte[])[]);
        for (var i = 0; i < keys.Length; i++)
        {
            if (name != keys[i].Table) (name, table) = (keys[i].Table, TableOf(keys[i].Table));
            encoded[i] = RedisRows.Key(table, keys[i].Entity);
        }

        return encoded;
    }

    // The keys as they are written, in one array. They are no keys for the driver, who looks for their node in a cluster only.
    private RedisKeyOrValue[] ArgumentsOf(ReadOnlySpan<OnlineKey> keys)
    {
        var (arguments, room) = (new RedisKeyOrValue[keys.Length], Memory<byte>.Empty);
        var (name, table) = ((string?)null, (byte[])[]);
        for (var i = 0; i < keys.Length; i++)
        {
            if (!ReferenceEquals(name, keys[i].Table)) (name, table) = (keys[i].Table, TableOf(keys[i].Table));
            var length = RedisRows.KeyLength(table, keys[i].Entity);
            if (length > room.Length) room = new byte[length * (keys.Length - i)];
            RedisRows.WriteKey(table, keys[i].Entity, room.Span);
            arguments[i] = (RedisValue)(ReadOnlyMemory<byte>)room[..length];
            room = room[length..];
        }

        return arguments;
    }

    // The driver's own way to many values makes an array of each one, and of each key.
    private async Task ReadPartAsync(IDatabase database, ReadOnlyMemory<OnlineKey> keys, Memory<OnlineRow?> rows)
    {
        using var answer = await database.ExecuteRespAsync("MGET", ArgumentsOf(keys.Span)).ConfigureAwait(false);
        RedisRows.Decode(answer, rows.Span[..keys.Length], _connection.Name);
    }

    private async Task ReadGroupAsync(IDatabase database, RedisKey[] keys, int[] group, Memory<OnlineRow?> rows)
    {
        var values = await database.StringGetAsync(Array.ConvertAll(group, i => keys[i])).ConfigureAwait(false);
        for (var i = 0; i < group.Length; i++) rows.Span[group[i]] = RedisRows.Decode(values[i], _connection.Name);
    }

    // Calls follow each other on one connection, so the rows of one key are taken in their order; they are sent without waiting for each answer.
    private async Task WriteAsync(ConnectionMultiplexer multiplexer, IReadOnlyList<OnlineWrite> writes, OnlineWriteResult[] results, CancellationToken cancellationToken)
    {
        var database = multiplexer.GetDatabase();
        var keys = KeysOf([.. writes.Select(w => w.Key)]);
        var underWay = new Queue<Task>();
        foreach (var group in Groups(multiplexer, keys, WritesAtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            underWay.Enqueue(WriteGroupAsync(database, keys, group, writes, results));
            if (underWay.Count >= CallsAtOnce) await underWay.Dequeue().ConfigureAwait(false);
        }

        await Task.WhenAll(underWay).ConfigureAwait(false);
    }

    private static async Task WriteGroupAsync(IDatabase database, RedisKey[] keys, int[] group, IReadOnlyList<OnlineWrite> writes, OnlineWriteResult[] results)
    {
        var arguments = new RedisValue[3 * group.Length];
        for (var i = 0; i < group.Length; i++)
        {
            var write = writes[group[i]];
            arguments[3 * i] = RedisRows.Encode(write.Row);
            arguments[(3 * i) + 1] = write.Expected is { } expected ? expected.ToString(CultureInfo.InvariantCulture) : RedisValue.EmptyString;
            arguments[(3 * i) + 2] = RedisRows.Expiry(write.Row);
        }

        var answers = (int[])(await database.ScriptEvaluateAsync(RedisScript.Write, Array.ConvertAll(group, i => keys[i]), arguments).ConfigureAwait(false))!;
        for (var i = 0; i < group.Length; i++) results[group[i]] = (OnlineWriteResult)answers[i];
    }

    // SCAN goes in small steps, so that the server answers others in between.
    private async Task DropAsync(ConnectionMultiplexer multiplexer, byte[] pattern, CancellationToken cancellationToken)
    {
        var database = multiplexer.GetDatabase();
        var isCluster = _connection.IsCluster(multiplexer);
        foreach (var server in multiplexer.GetServers().Where(s => s is { IsConnected: true, IsReplica: false }))
        {
            var found = new List<RedisKey>(KeysAtOnce);
            await foreach (var key in server.KeysAsync(database.Database, pattern, KeysAtOnce).WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                found.Add(key);
                if (found.Count < KeysAtOnce) continue;
                await DeleteAsync(database, found, isCluster).ConfigureAwait(false);
                found.Clear();
            }

            await DeleteAsync(database, found, isCluster).ConfigureAwait(false);
        }
    }

    private static Task DeleteAsync(IDatabase database, List<RedisKey> keys, bool isCluster) => isCluster
        ? Task.WhenAll(keys.Select(key => database.KeyDeleteAsync(key)))
        : keys.Count == 0 ? Task.CompletedTask : database.KeyDeleteAsync([.. keys]);
}
