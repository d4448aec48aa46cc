using System.Diagnostics;
using Microsoft.Data.Sqlite;
using MlOps.Core;
using Npgsql;
using NpgsqlTypes;
using StackExchange.Redis;

namespace MlOps.Benchmarks;

/// <summary>What does reading fifty features of one and of a hundred entities cost, beside a bare client that reads the same bytes and does nothing with them?</summary>
/// <remarks>Ours resolves the query, writes the keys, reads, checks schema and age, and gives values, statuses and times. What is timed is the median of single calls of one caller, each for other entities.</remarks>
internal static class ReadingOnline
{
    private const string Redis = "Redis is not installed";
    private static readonly Func<string?> NeedsRedis = static () => File.Exists("/usr/bin/redis-server") || Environment.GetEnvironmentVariable("MLOPS_REDIS") is not null ? null : Redis;
    private static readonly Target Near = new("at most 1.2", (_, ratio) => ratio <= 1.2);

    public static readonly Comparison[] Comparisons =
    [
        Of("online-memory-1", "One entity x 50 features in process", 1, InMemoryAsync, BareMemoryAsync, "a dictionary of arrays, copied", new("under 1.5 us", (ours, _) => ours < 1.5)),
        Of("online-memory-100", "100 entities x 50 features in process", 100, InMemoryAsync, BareMemoryAsync, "a dictionary of arrays, copied", new("under 35 us", (ours, _) => ours < 35)),
        Of("online-sqlite-1", "One entity in SQLite", 1, InSqliteAsync, BareSqliteAsync, "prepared command", Near),
        Of("online-sqlite-100", "100 entities in SQLite", 100, InSqliteAsync, BareSqliteAsync, "prepared command with 100 parameters", Near),
        Of("online-postgres-1", "One entity in PostgreSQL", 1, InPostgresAsync, BarePostgresAsync, "prepared command", Near) with { LeftOut = PostgresStore.LeftOut },
        Of("online-postgres-100", "100 entities in PostgreSQL", 100, InPostgresAsync, BarePostgresAsync, "prepared = ANY", Near) with { LeftOut = PostgresStore.LeftOut },
        Of("online-redis-1", "One entity in Redis", 1, InRedisAsync, BareRedisAsync, "GET", Near) with { LeftOut = NeedsRedis },
        Of("online-redis-100", "100 entities in Redis", 100, InRedisAsync, BareRedisAsync, "MGET", Near) with { LeftOut = NeedsRedis },
        new("online-redis-64", "One entity in Redis, 64 callers at once, reads a second", new("ours", () => ManyAsync(isOurs: true)), new("GET", () => ManyAsync(isOurs: false)), new("at least 0.83", (_, ratio) => ratio >= 0.83)) { LeftOut = NeedsRedis },
        new("online-memory-64", "One entity in process, 64 callers at once, reads a second", new("ours", ManyInMemoryAsync), new("one caller", OneInMemoryAsync), new("none", (_, _) => true)),
        new("online-redis-write", "A million entities written to Redis, guarded, on an empty store", new("ours", WriteAsync), new("SET without a guard, pipelined", WriteBareAsync), new("under 60 s", (ours, _) => ours < 60)) { LeftOut = NeedsRedis },
    ];

    private static Comparison Of(string name, string question, int entities, Func<int, Task<Measured>> ours, Func<int, Task<Measured>> bare, string what, Target target) =>
        new(name, question, new("ours", () => ours(entities)), new(what, () => bare(entities)), target);

    private static async Task<Measured> InMemoryAsync(int entities)
    {
        await using var drivers = await OnlineDrivers.StartAsync(b => b.UseInProcessOnlineStore());
        return await ReadAsync(drivers, entities);
    }

    private static async Task<Measured> InSqliteAsync(int entities)
    {
        using var folder = new TemporaryFolder();
        await using var drivers = await OnlineDrivers.StartAsync(b => b.UseSqliteOnlineStore(Path.Combine(folder.Path, "features.db")));
        return await ReadAsync(drivers, entities);
    }

    private static async Task<Measured> InPostgresAsync(int entities)
    {
        var server = await OnlineDrivers.PostgresAsync();
        await using var drivers = await OnlineDrivers.StartAsync(b => b.UsePostgresOnlineStore(server.ConnectionString), server);
        return await ReadAsync(drivers, entities);
    }

    private static async Task<Measured> InRedisAsync(int entities)
    {
        var server = await OnlineDrivers.RedisAsync();
        await using var drivers = await OnlineDrivers.StartAsync(b => b.UseRedisOnlineStore(server.Configuration), server);
        return await ReadAsync(drivers, entities);
    }

    private static async Task<Measured> ReadAsync(OnlineDrivers drivers, int entities)
    {
        var (reader, queries) = (drivers.Reader, OnlineDrivers.QueriesOf(entities));
        var check = await reader.ReadAsync(queries[0]);
        if (check.StatusOf(entities - 1, OnlineDrivers.Features - 1) != FeatureStatus.Present) throw new InvalidOperationException("Nothing was read.");
        return await Measured.MedianCallAsync(async i => await reader.ReadAsync(queries[i % queries.Length]));
    }

    private static Task<Measured> BareMemoryAsync(int entities)
    {
        var rows = Enumerable.Range(0, OnlineDrivers.Entities).ToDictionary(id => (long)id, id => Enumerable.Range(0, OnlineDrivers.Features).Select(i => id + (i * 0.5)).ToArray());
        var ids = OnlineDrivers.Ids(entities);
        return Measured.MedianCallAsync(i =>
        {
            var wanted = ids[i % ids.Length];
            var values = new double[wanted.Length * OnlineDrivers.Features];
            for (var e = 0; e < wanted.Length; e++) rows[wanted[e]].CopyTo(values.AsSpan(e * OnlineDrivers.Features));
            return Task.FromResult(values);
        });
    }

    private static async Task<Measured> BareSqliteAsync(int entities)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "features.db");
        await using (await OnlineDrivers.StartAsync(b => b.UseSqliteOnlineStore(file)))
        {
            // The store fills the file.
        }

        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = entities == 1
            ? "SELECT entity, row_values FROM online_rows WHERE view = 'drivers' AND entity = $e0"
            : $"SELECT entity, row_values FROM online_rows WHERE view = 'drivers' AND entity IN ({string.Join(", ", Enumerable.Range(0, entities).Select(i => $"$e{i}"))})";
        for (var i = 0; i < entities; i++) command.Parameters.Add($"$e{i}", SqliteType.Blob);
        command.Parameters[0].Value = OnlineDrivers.KeyOf(0);
        command.Prepare();
        var keys = Keys(entities);
        return await Measured.MedianCallAsync(async n =>
        {
            var wanted = keys[n % keys.Length];
            for (var i = 0; i < wanted.Length; i++) command.Parameters[i].Value = wanted[i];
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) _ = (reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<byte[]>(1));
        });
    }

    private static async Task<Measured> BarePostgresAsync(int entities)
    {
        var server = await OnlineDrivers.PostgresAsync();
        await using var drivers = await OnlineDrivers.StartAsync(b => b.UsePostgresOnlineStore(server.ConnectionString), server);
        await using var connections = NpgsqlDataSource.Create(server.ConnectionString + ";Search Path=mlops");
        var keys = Keys(entities);
        return await Measured.MedianCallAsync(async n =>
        {
            var wanted = keys[n % keys.Length];
            await using var connection = await connections.OpenConnectionAsync();
            // The bytes that ours reads, with what says how old a row is and whose turn it is.
            await using var command = new NpgsqlCommand($"SELECT entity, event_time, created_time, is_deleted, expires_at, revision, row_values FROM online_features WHERE view = $1 AND entity = {(entities == 1 ? "$2" : "ANY($2)")}", connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = OnlineDrivers.Table });
            command.Parameters.Add(entities == 1 ? new NpgsqlParameter<byte[]> { TypedValue = wanted[0] } : new NpgsqlParameter<byte[][]> { TypedValue = wanted, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
            await command.PrepareAsync();
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                _ = (reader.GetFieldValue<byte[]>(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetBoolean(3), reader.IsDBNull(4) ? 0 : reader.GetInt64(4), reader.GetInt64(5), reader.GetFieldValue<byte[]>(6));
        });
    }

    private static async Task<Measured> BareRedisAsync(int entities)
    {
        var server = await OnlineDrivers.RedisAsync();
        await using var drivers = await OnlineDrivers.StartAsync(b => b.UseRedisOnlineStore(server.Configuration), server);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(server.Configuration);
        var database = connection.GetDatabase();
        var keys = Array.ConvertAll(Keys(entities), wanted => Array.ConvertAll(wanted, RedisKeyOf));
        if (!await database.KeyExistsAsync(keys[0][0])) throw new InvalidOperationException("Nothing is there.");
        return entities == 1
            ? await Measured.MedianCallAsync(async n => await database.StringGetAsync(keys[n % keys.Length][0]))
            : await Measured.MedianCallAsync(async n => await database.StringGetAsync(keys[n % keys.Length]));
    }

    private static async Task<Measured> ManyAsync(bool isOurs)
    {
        var server = await OnlineDrivers.RedisAsync();
        await using var drivers = await OnlineDrivers.StartAsync(b => b.UseRedisOnlineStore(server.Configuration), server);
        if (isOurs)
        {
            var (reader, queries) = (drivers.Reader, OnlineDrivers.QueriesOf(1));
            return await Measured.PerSecondAsync(64, async n => await reader.ReadAsync(queries[n % queries.Length]));
        }

        await using var connection = await ConnectionMultiplexer.ConnectAsync(server.Configuration);
        var (database, keys) = (connection.GetDatabase(), Array.ConvertAll(Keys(1), wanted => RedisKeyOf(wanted[0])));
        return await Measured.PerSecondAsync(64, async n => await database.StringGetAsync(keys[n % keys.Length]));
    }

    private static async Task<Measured> ManyInMemoryAsync()
    {
        await using var drivers = await OnlineDrivers.StartAsync(b => b.UseInProcessOnlineStore());
        var (reader, queries) = (drivers.Reader, OnlineDrivers.QueriesOf(1));
        return await Measured.PerSecondAsync(64, async n => await reader.ReadAsync(queries[n % queries.Length]));
    }

    private static async Task<Measured> OneInMemoryAsync()
    {
        await using var drivers = await OnlineDrivers.StartAsync(b => b.UseInProcessOnlineStore());
        var (reader, queries) = (drivers.Reader, OnlineDrivers.QueriesOf(1));
        return await Measured.PerSecondAsync(1, async n => await reader.ReadAsync(queries[n % queries.Length]));
    }

    private static async Task<Measured> WriteAsync()
    {
        var server = await OnlineDrivers.RedisAsync();
        await using var drivers = await OnlineDrivers.StartAsync(b => b.UseRedisOnlineStore(server.Configuration), server);
        return await MillionAsync(async rows => await drivers.Store.WriteAsync(rows));
    }

    private static async Task<Measured> WriteBareAsync()
    {
        await using var server = await OnlineDrivers.RedisAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(server.Configuration);
        var database = connection.GetDatabase();
        return await MillionAsync(rows => Task.WhenAll(rows.Select(row => database.StringSetAsync(RedisKeyOf(row.Key.Entity), row.Row.Values))));
    }

    // Making the rows is materialization's part, and not counted. A fifth of the million is written.
    private static async Task<Measured> MillionAsync(Func<OnlineWrite[], Task> write)
    {
        const int Batch = 10_000;
        const int Batches = 20;
        var elapsed = TimeSpan.Zero;
        for (var batch = 0; batch < Batches; batch++)
        {
            var rows = OnlineDrivers.Rows(OnlineDrivers.Entities + (batch * Batch), Batch);
            var start = Stopwatch.GetTimestamp();
            await write(rows);
            elapsed += Stopwatch.GetElapsedTime(start);
        }

        return new(elapsed.TotalSeconds * 1_000_000 / (Batch * Batches), "s");
    }

    private static byte[][][] Keys(int entities) => Array.ConvertAll(OnlineDrivers.Ids(entities), ids => Array.ConvertAll(ids, OnlineDrivers.KeyOf));

    private static RedisKey RedisKeyOf(byte[] entity) => (byte[])[.. "mlops:drivers{"u8, .. entity, .. "}"u8];
}
