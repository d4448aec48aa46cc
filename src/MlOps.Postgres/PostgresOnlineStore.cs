using System.Data.Common;
using MlOps.Core;
using Npgsql;
using NpgsqlTypes;

namespace MlOps.Postgres;

/// <summary>An online store in a table of PostgreSQL: all keys of a read, and thousands of rows of a write, travel as arrays in one round trip.</summary>
internal sealed class PostgresOnlineStore(PostgresDatabase database, TimeProvider time) : IOnlineStore
{
    private const int WritesAtOnce = 5_000;
    private static readonly TimeSpan SweepInterval = TimeSpan.FromHours(1);

    private const string Columns = "o.event_time, o.created_time, o.is_deleted, o.expires_at, o.revision, o.row_values";

    private const string FindOne = $"""
        SELECT {Columns}
        FROM online_features AS o
        WHERE o.view = $1 AND o.entity = $2
        """;

    private const string FindOfOneTable = $"""
        SELECT {Columns}, o.entity
        FROM online_features AS o
        WHERE o.view = $1 AND o.entity = ANY($2)
        """;

    private const string FindOfMany = $"""
        SELECT {Columns}, k.number
        FROM unnest($1, $2) WITH ORDINALITY AS k (view, entity, number)
        JOIN online_features AS o ON o.view = k.view COLLATE "C" AND o.entity = k.entity
        """;

    private const string Insert = """
        INSERT INTO online_features AS o (view, entity, event_time, created_time, is_deleted, expires_at, row_values, revision)
        SELECT r.view, r.entity, r.event_time, r.created_time, r.is_deleted, r.expires_at, r.row_values, 1
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS r (view, entity, event_time, created_time, is_deleted, expires_at, row_values, revision)
        ON CONFLICT (view, entity) DO
        """;

    private const string Newer = $"""
        {Insert} UPDATE
        SET event_time = excluded.event_time, created_time = excluded.created_time, is_deleted = excluded.is_deleted, expires_at = excluded.expires_at, row_values = excluded.row_values, revision = o.revision + 1
        WHERE (excluded.event_time, excluded.created_time) >= (o.event_time, o.created_time)
        RETURNING o.view, o.entity
        """;

    private const string New = $"""
        {Insert} NOTHING
        RETURNING o.view, o.entity
        """;

    private const string Expected = """
        UPDATE online_features AS o
        SET event_time = r.event_time, created_time = r.created_time, is_deleted = r.is_deleted, expires_at = r.expires_at, row_values = r.row_values, revision = o.revision + 1
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS r (view, entity, event_time, created_time, is_deleted, expires_at, row_values, revision)
        WHERE o.view = r.view COLLATE "C" AND o.entity = r.entity AND o.revision = r.revision
        RETURNING o.view, o.entity
        """;

    private long _sweptAt = time.GetTimestamp();

    public async ValueTask ReadAsync(ReadOnlyMemory<OnlineKey> keys, Memory<OnlineRow?> rows, CancellationToken cancellationToken = default)
    {
        if (rows.Length < keys.Length) throw new ArgumentException($"There are {keys.Length} keys and only {rows.Length} places for rows.", nameof(rows));
        cancellationToken.ThrowIfCancellationRequested();
        if (keys.IsEmpty) return;
        await database.RunAloneAsync(connection => ReadAsync((NpgsqlConnection)connection, keys, rows, cancellationToken), isWrite: false, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<OnlineWriteResult>> WriteAsync(IReadOnlyList<OnlineWrite> writes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writes);
        foreach (var write in writes) ArgumentNullException.ThrowIfNull(write.Row, nameof(writes));
        cancellationToken.ThrowIfCancellationRequested();
        var results = new OnlineWriteResult[writes.Count];
        foreach (var round in Rounds(writes))
        {
            foreach (var kind in round.GroupBy(i => writes[i].Expected switch { null => Newer, 0 => New, _ => Expected }))
            {
                // In one order, so that two who write the same rows wait for each other and not in a circle.
                foreach (var part in kind.Order(Comparer<int>.Create((a, b) => Compare(writes[a].Key, writes[b].Key))).Chunk(WritesAtOnce))
                    await WriteAsync(kind.Key, part, writes, results, cancellationToken).ConfigureAwait(false);
            }
        }

        await SweepAsync(cancellationToken).ConfigureAwait(false);
        return results;
    }

    public Task DropAsync(string table, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(table);
        return ExecuteAsync("DELETE FROM online_features WHERE view = $1", new NpgsqlParameter<string> { TypedValue = table }, cancellationToken);
    }

    public Task PingAsync(CancellationToken cancellationToken = default) => ReadAsync(new OnlineKey[] { new("ping", []) }, new OnlineRow?[1], cancellationToken).AsTask();

    private static int Compare(OnlineKey a, OnlineKey b) => string.CompareOrdinal(a.Table, b.Table) is not 0 and var tables ? tables : a.Entity.AsSpan().SequenceCompareTo(b.Entity);

    // A statement changes each row once, so the second write of a key waits for the first.
    private static List<List<int>> Rounds(IReadOnlyList<OnlineWrite> writes)
    {
        var seen = new Dictionary<OnlineKey, int>(writes.Count);
        var rounds = new List<List<int>>();
        for (var i = 0; i < writes.Count; i++)
        {
            var round = seen[writes[i].Key] = seen.GetValueOrDefault(writes[i].Key, -1) + 1;
            if (round == rounds.Count) rounds.Add([]);
            rounds[round].Add(i);
        }

        return rounds;
    }

    private static NpgsqlCommand CommandOf(NpgsqlConnection connection, ReadOnlyMemory<OnlineKey> keys)
    {
        var span = keys.Span;
        var (first, command) = (span[0].Table, new NpgsqlCommand { Connection = connection });
        if (span.Length == 1)
        {
            command.CommandText = FindOne;
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = first });
            command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = span[0].Entity });
            return command;
        }

        var entities = new byte[span.Length][];
        var isOfOneTable = true;
        for (var i = 0; i < entities.Length; i++)
        {
            entities[i] = span[i].Entity;
            isOfOneTable &= ReferenceEquals(first, span[i].Table) || first == span[i].Table;
        }

        command.CommandText = isOfOneTable ? FindOfOneTable : FindOfMany;
        command.Parameters.Add(isOfOneTable ? new NpgsqlParameter<string> { TypedValue = first } : Array(NpgsqlDbType.Text, System.Array.ConvertAll(span.ToArray(), k => k.Table)));
        command.Parameters.Add(Array(NpgsqlDbType.Bytea, entities));
        return command;
    }

    private static NpgsqlParameter<T[]> Array<T>(NpgsqlDbType type, T[] values) => new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };

    private static async Task<int> ReadAsync(NpgsqlConnection connection, ReadOnlyMemory<OnlineKey> keys, Memory<OnlineRow?> rows, CancellationToken cancellationToken)
    {
        rows.Span[..keys.Length].Clear();
        var command = CommandOf(connection, keys);
        await using var _ = command.ConfigureAwait(false);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false); // once a connection
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var places = command.CommandText == FindOfOneTable ? new Places(keys.Span) : null;
        var found = 0;
        for (; await reader.ReadAsync(cancellationToken).ConfigureAwait(false); found++)
        {
            if (places is not null) places.Put(rows.Span, reader.GetFieldValue<byte[]>(6), RowOf(reader));
            else rows.Span[keys.Length == 1 ? 0 : (int)reader.GetInt64(6) - 1] = RowOf(reader);
        }

        return found;
    }

    private static OnlineRow RowOf(DbDataReader reader) => new(reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(5))
    {
        IsDeleted = reader.GetBoolean(2),
        ExpiresAt = reader.IsDBNull(3) ? null : reader.GetInt64(3),
        Revision = reader.GetInt64(4),
    };

    private Task<int> WriteAsync(string sql, int[] part, IReadOnlyList<OnlineWrite> writes, OnlineWriteResult[] results, CancellationToken cancellationToken) => database.RunAloneAsync(
        async connection =>
        {
            var command = new NpgsqlCommand(sql, (NpgsqlConnection)connection);
            await using var _ = command.ConfigureAwait(false);
            T[] Each<T>(Func<OnlineWrite, T> value) => System.Array.ConvertAll(part, i => value(writes[i]));
            command.Parameters.Add(Array(NpgsqlDbType.Text, Each(w => w.Key.Table)));
            command.Parameters.Add(Array(NpgsqlDbType.Bytea, Each(w => w.Key.Entity)));
            command.Parameters.Add(Array(NpgsqlDbType.Bigint, Each(w => w.Row.EventTime)));
            command.Parameters.Add(Array(NpgsqlDbType.Bigint, Each(w => w.Row.CreatedTime)));
            command.Parameters.Add(Array(NpgsqlDbType.Boolean, Each(w => w.Row.IsDeleted)));
            command.Parameters.Add(Array(NpgsqlDbType.Bigint, Each(w => w.Row.ExpiresAt)));
            command.Parameters.Add(Array(NpgsqlDbType.Bytea, Each(w => w.Row.Values)));
            command.Parameters.Add(Array(NpgsqlDbType.Bigint, Each(w => w.Expected ?? 0)));
            await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            var written = new HashSet<OnlineKey>(part.Length);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) written.Add(new(reader.GetString(0), reader.GetFieldValue<byte[]>(1)));
            foreach (var i in part) results[i] = written.Contains(writes[i].Key) ? OnlineWriteResult.Written : writes[i].Expected is null ? OnlineWriteResult.Superseded : OnlineWriteResult.Conflict;
            return written.Count;
        },
        isWrite: true,
        cancellationToken);

    // An index over the expiry would make each write dearer; a look at all rows now and then is cheap.
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        var swept = Interlocked.Read(ref _sweptAt);
        if (time.GetElapsedTime(swept) < SweepInterval || Interlocked.CompareExchange(ref _sweptAt, time.GetTimestamp(), swept) != swept) return;
        await ExecuteAsync("DELETE FROM online_features WHERE expires_at <= $1", new NpgsqlParameter<long> { TypedValue = FeatureTime.ToMicros(time.GetUtcNow()) }, cancellationToken).ConfigureAwait(false);
    }

    private Task<int> ExecuteAsync(string sql, NpgsqlParameter parameter, CancellationToken cancellationToken) => database.RunAloneAsync(
        async connection =>
        {
            var command = new NpgsqlCommand(sql, (NpgsqlConnection)connection);
            await using var _ = command.ConfigureAwait(false);
            command.Parameters.Add(parameter.Clone());
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        },
        isWrite: true,
        cancellationToken);

    // Where the rows of one table belong, that come in any order and once for a key that was asked twice.
    private sealed class Places
    {
        private readonly string _table;
        private readonly Dictionary<OnlineKey, int> _last;
        private readonly int[] _before;

        public Places(ReadOnlySpan<OnlineKey> keys)
        {
            (_table, _last, _before) = (keys[0].Table, new(keys.Length), new int[keys.Length]);
            for (var i = 0; i < keys.Length; i++)
            {
                _before[i] = _last.TryGetValue(keys[i], out var before) ? before : -1;
                _last[keys[i]] = i;
            }
        }

        public void Put(Span<OnlineRow?> rows, byte[] entity, OnlineRow row)
        {
            for (var i = _last[new(_table, entity)]; i >= 0; i = _before[i]) rows[i] = row;
        }
    }
}
