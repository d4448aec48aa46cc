using MlOps.Core;
using Npgsql;

namespace MlOps.Benchmarks;

/// <summary>What does the store add to bare ADO.NET when metrics are recorded in PostgreSQL, and what does a request cost?</summary>
/// <remarks>
/// A batch is 1,000 metrics in one transaction. The store also looks the run up, holds it, and keeps the latest value of each metric. The bare sides are prepared commands on one open connection, into the same table, with the same
/// answer to a row that is there already.
/// </remarks>
internal static class RecordingInPostgres
{
    private const int BatchSize = 1_000;
    private const int Batches = 20;

    private const string InsertRow = """
        INSERT INTO metrics (run_key, name, step, time, is_number, value)
        VALUES (@run_key, @name, @step, @time, @is_number, @value)
        ON CONFLICT (run_key, name, step, time, is_number, value) DO NOTHING
        """;

    private const string InsertArrays = """
        INSERT INTO metrics (run_key, name, step, time, is_number, value)
        SELECT *
        FROM unnest(@run_key, @name, @step, @time, @is_number, @value)
        ON CONFLICT (run_key, name, step, time, is_number, value) DO NOTHING
        """;

    public static readonly Comparison[] Comparisons =
    [
        new("postgres-insert", "One metric recorded in PostgreSQL, in batches of 1,000", new("the store, per row", RecordAsync), new("prepared command for each row", InsertEachAsync), new("at most 1.67", (_, ratio) => ratio <= 1.67))
        {
            LeftOut = PostgresStore.LeftOut,
        },
        new("postgres-insert-arrays", "The same against arrays", new("the store, per row", RecordAsync), new("prepared unnest of arrays", InsertManyAsync), new("at most 1.67", (_, ratio) => ratio <= 1.67))
        {
            LeftOut = PostgresStore.LeftOut,
        },
        new("postgres-log", "A run of 100 parameters and 10,000 metrics in 12 requests, processor time", new("the store, per request", LogRunAsync), new("MLflow 2.17, measured elsewhere", () => Task.FromResult(new Measured(69, "ms_cpu"))), new("at most 0.1", (_, ratio) => ratio <= 0.1))
        {
            LeftOut = PostgresStore.LeftOut,
        },
    ];

    private static async Task<Measured> RecordAsync()
    {
        await using var store = await PostgresStore.StartAsync();
        var run = await PostgresStore.StartRunAsync(store.Metadata);
        var batch = 0;
        return (await Measured.PerCallAsync(Batches, () => store.Metadata.LogAsync(run, new() { Metrics = Metrics(batch++) }))).Per(BatchSize);
    }

    private static async Task<Measured> InsertEachAsync()
    {
        await using var bare = await Bare.OpenAsync(InsertRow, [0L, "loss", 0L, 0L, 1L, 0d]);
        return (await Measured.PerCallAsync(Batches, () => bare.WriteAsync(async (command, batch) =>
        {
            foreach (var metric in Metrics(batch))
            {
                command.Parameters[0].Value = bare.Run;
                command.Parameters[1].Value = metric.Name;
                command.Parameters[2].Value = metric.Step;
                command.Parameters[3].Value = metric.Time.ToUnixTimeMilliseconds() * 1000;
                command.Parameters[4].Value = 1L;
                command.Parameters[5].Value = metric.Value;
                await command.ExecuteNonQueryAsync();
            }
        }))).Per(BatchSize);
    }

    private static async Task<Measured> InsertManyAsync()
    {
        await using var bare = await Bare.OpenAsync(InsertArrays, [Array.Empty<long>(), Array.Empty<string>(), Array.Empty<long>(), Array.Empty<long>(), Array.Empty<long>(), Array.Empty<double>()]);
        return (await Measured.PerCallAsync(Batches, () => bare.WriteAsync(async (command, batch) =>
        {
            var metrics = Metrics(batch);
            command.Parameters[0].Value = Array.ConvertAll(metrics, _ => bare.Run);
            command.Parameters[1].Value = Array.ConvertAll(metrics, m => m.Name);
            command.Parameters[2].Value = Array.ConvertAll(metrics, m => m.Step);
            command.Parameters[3].Value = Array.ConvertAll(metrics, m => m.Time.ToUnixTimeMilliseconds() * 1000);
            command.Parameters[4].Value = Array.ConvertAll(metrics, _ => 1L);
            command.Parameters[5].Value = Array.ConvertAll(metrics, m => m.Value);
            await command.ExecuteNonQueryAsync();
        }))).Per(BatchSize);
    }

    private static async Task<Measured> LogRunAsync()
    {
        const int Runs = 5, Requests = 12;
        await using var store = await PostgresStore.StartAsync();
        var parameters = Enumerable.Range(0, 100).ToDictionary(i => $"parameter-{i}", i => $"value {i}");
        return (await Measured.SecondPassAsync(async () =>
        {
            for (var i = 0; i < Runs; i++)
            {
                var run = await PostgresStore.StartRunAsync(store.Metadata);
                await store.Metadata.LogAsync(run, new() { Parameters = parameters });
                for (var batch = 0; batch < 10; batch++) await store.Metadata.LogAsync(run, new() { Metrics = Metrics(batch) });
            }
        })).Per(Runs * Requests);
    }

    // Ten metrics by a hundred steps.
    private static Metric[] Metrics(int batch) =>
        [.. Enumerable.Range(0, BatchSize).Select(i => new Metric($"metric-{i % 10}", i * 0.5, ((long)batch * BatchSize) + i, DateTimeOffset.UnixEpoch.AddSeconds(i)))];

    /// <summary>One open connection with one prepared command, and a run to record in.</summary>
    private sealed class Bare(PostgresStore store, NpgsqlConnection connection, NpgsqlCommand command, long run) : IAsyncDisposable
    {
        private int _batch;

        public long Run => run;

        public static async Task<Bare> OpenAsync(string sql, object[] samples)
        {
            var store = await PostgresStore.StartAsync();
            await PostgresStore.StartRunAsync(store.Metadata);
            var connection = await store.Connections.OpenConnectionAsync();
            await using var select = new NpgsqlCommand("SELECT run_key FROM runs", connection);
            var run = (long)(await select.ExecuteScalarAsync())!;
            var command = new NpgsqlCommand(sql, connection);
            foreach (var (name, sample) in new[] { "run_key", "name", "step", "time", "is_number", "value" }.Zip(samples)) command.Parameters.AddWithValue(name, sample);
            await command.PrepareAsync();
            return new(store, connection, command, run);
        }

        public async Task WriteAsync(Func<NpgsqlCommand, int, Task> write)
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await write(command, _batch++);
            await transaction.CommitAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await command.DisposeAsync();
            await connection.DisposeAsync();
            await store.DisposeAsync();
        }
    }
}
