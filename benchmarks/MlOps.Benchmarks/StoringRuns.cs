using System.Globalization;
using Microsoft.Data.Sqlite;
using MlOps.Core;

namespace MlOps.Benchmarks;

/// <summary>What does it cost to log to the metadata store in a SQLite file, against the same rows inserted by bare prepared ADO.NET commands, and what when eight processes do it at once?</summary>
internal static class StoringRuns
{
    private const int BatchSize = 1000, Batches = 10, Runs = 20, Writers = 8, Writes = 500;

    public static readonly Comparison[] Comparisons =
    [
        new(
            "store-metrics",
            "10,000 metrics of a run, in batches of 1,000, processor time",
            new("the metadata store", LogAsync),
            new("bare prepared ADO.NET", InsertAsync),
            new("at most 1.67, and under 76 ms", (ours, ratio) => ratio <= 1 / 0.6 && ours < 76)),
        new(
            "store-writers",
            "8 processes log single metrics to one file",
            new("99th percentile of a call", () => WriteTogetherAsync(0.99)),
            new("median of a call", () => WriteTogetherAsync(0.5)),
            new("under 10, no error", (_, ratio) => ratio < 10)),
    ];

    /// <summary>Is one of the eight processes: says how long each of its calls took.</summary>
    public static async Task WriteAsync(string file, int number)
    {
        await using var host = Host(file);
        var store = host.GetRequiredService<IMetadataStore>();
        var run = RunId(number);
        await store.StartRunAsync(new(run, "writers", "writer", DateTimeOffset.UnixEpoch));
        for (var (i, start) = (0, System.Diagnostics.Stopwatch.GetTimestamp()); System.Diagnostics.Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2); i++) await store.LogAsync(run, new() { Metrics = [new("warm", i, i, DateTimeOffset.UnixEpoch)] });
        await Console.Out.WriteLineAsync("ready");
        await Console.In.ReadLineAsync();
        var times = new double[Writes];
        for (var i = 0; i < Writes; i++)
        {
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            await store.LogAsync(run, new() { Metrics = [new("m", i, i, DateTimeOffset.UnixEpoch)] });
            times[i] = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        foreach (var time in times) await Console.Out.WriteLineAsync(time.ToString(CultureInfo.InvariantCulture));
    }

    internal static ServiceProvider Host(string file)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMlOpsCore().UseSqlite(file);
        return services.BuildServiceProvider();
    }

    internal static string RunId(int number) => number.ToString("x32", CultureInfo.InvariantCulture);

    private static async Task<Measured> LogAsync()
    {
        using var folder = new TemporaryFolder();
        await using var host = Host(Path.Combine(folder.Path, "mlops.db"));
        var store = host.GetRequiredService<IMetadataStore>();
        var run = 0;
        return (await Measured.SecondPassAsync(async () =>
        {
            for (var end = run + Runs; run < end; run++)
            {
                await store.StartRunAsync(new(RunId(run), "e", "n", DateTimeOffset.UnixEpoch));
                for (var batch = 0; batch < Batches; batch++) await store.LogAsync(RunId(run), new() { Metrics = Batch(batch) });
            }
        })).Per(Runs);
    }

    // The same rows into the same table, one transaction a batch, nothing else.
    private static async Task<Measured> InsertAsync()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "mlops.db");
        await using (var host = Host(file)) await host.GetRequiredService<IMetadataStore>().StartRunAsync(new(RunId(0), "e", "n", DateTimeOffset.UnixEpoch));
        await using var connection = new SqliteConnection($"Data Source={file};Foreign Keys=True;Pooling=False");
        await connection.OpenAsync();
        await using (var pragma = connection.CreateCommand())
        {
            pragma.CommandText = "PRAGMA synchronous = NORMAL";
            await pragma.ExecuteNonQueryAsync();
        }

        var run = 0;
        return (await Measured.SecondPassAsync(async () =>
        {
            for (var end = run + Runs; run < end; run++)
            {
                await using var start = connection.CreateCommand();
                start.CommandText = "INSERT INTO runs (run_key, run_id, experiment_id, name, status, started_at) VALUES (@key, @id, 0, 'n', 'Running', 0) ON CONFLICT DO NOTHING";
                start.Parameters.AddWithValue("@key", run + 1L);
                start.Parameters.AddWithValue("@id", RunId(run));
                await start.ExecuteNonQueryAsync();
                for (var batch = 0; batch < Batches; batch++) Insert(connection, run + 1L, Batch(batch));
            }
        })).Per(Runs);
    }

    private static void Insert(SqliteConnection connection, long key, Metric[] metrics)
    {
        using var transaction = connection.BeginTransaction();
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "INSERT INTO metrics (run_key, name, step, time, is_number, value) VALUES (@key, @name, @step, @time, @number, @value) ON CONFLICT DO NOTHING";
        var (run, name, step) = (command.Parameters.Add("@key", SqliteType.Integer), command.Parameters.Add("@name", SqliteType.Text), command.Parameters.Add("@step", SqliteType.Integer));
        var (time, number, value) = (command.Parameters.Add("@time", SqliteType.Integer), command.Parameters.Add("@number", SqliteType.Integer), command.Parameters.Add("@value", SqliteType.Real));
        command.Prepare();
        foreach (var metric in metrics)
        {
            (run.Value, name.Value, step.Value, time.Value, number.Value, value.Value) = (key, metric.Name, metric.Step, metric.Time.UtcTicks / 10, 1L, metric.Value);
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    // Ten metrics, a hundred steps of each in a batch.
    private static Metric[] Batch(int batch) =>
        [.. Enumerable.Range(0, BatchSize).Select(i => new Metric(Names[i % 10], 1d / (i + 1), (batch * 100) + (i / 10), DateTimeOffset.UnixEpoch.AddSeconds((batch * 100) + (i / 10))))];

    private static readonly string[] Names = [.. Enumerable.Range(0, 10).Select(i => $"metric_{i}")];

    private static System.Diagnostics.Process Start(string file, int number) => System.Diagnostics.Process.Start(Itself.Start(["write", file, $"{number}"], redirectsInput: true))!;

    private static async Task<Measured> WriteTogetherAsync(double part)
    {
        using var folder = new TemporaryFolder();
        var writers = Enumerable.Range(0, Writers).Select(i => Start(Path.Combine(folder.Path, "mlops.db"), i)).ToList();
        foreach (var writer in writers) await writer.StandardOutput.ReadLineAsync();
        foreach (var writer in writers) await writer.StandardInput.WriteLineAsync("go");
        List<double> times = [];
        foreach (var writer in writers)
        {
            var output = await writer.StandardOutput.ReadToEndAsync();
            await writer.WaitForExitAsync();
            if (writer.ExitCode != 0) throw new InvalidOperationException("A writer failed.");
            times.AddRange(output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => double.Parse(line, CultureInfo.InvariantCulture)));
            writer.Dispose();
        }

        times.Sort();
        return new(times[(int)(part * (times.Count - 1))], "ms");
    }
}
