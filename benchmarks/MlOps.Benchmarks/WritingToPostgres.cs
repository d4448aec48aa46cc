using System.Diagnostics;
using System.Globalization;
using MlOps.Core;

namespace MlOps.Benchmarks;

/// <summary>Do sixteen processes that write at once wait for each other? Each records batches of 100 metrics in a run of its own; the slowest hundredth of all calls against the median call.</summary>
/// <remarks>A call that fails ends its process, and the comparison with it.</remarks>
internal static class WritingToPostgres
{
    private const int Writers = 16;
    private const int Calls = 100;
    private const int WarmUpCalls = 20;

    public static readonly Comparison Comparison = new(
        "postgres-writers",
        "16 processes that write to PostgreSQL at once, none with an error",
        new("99th percentile of a call", () => MeasureAsync(0.99)),
        new("median of a call", () => MeasureAsync(0.5)),
        new("under 10", (_, ratio) => ratio < 10))
    {
        LeftOut = PostgresStore.LeftOut,
    };

    /// <summary>What one of the processes does: says that it is warm, waits for a line, and writes how long each call took.</summary>
    public static async Task WriteAsync(string connectionString, string number)
    {
        await using var services = PostgresStore.Services(connectionString);
        var store = services.GetRequiredService<IMetadataStore>();
        var run = await PostgresStore.StartRunAsync(store);
        for (var call = 0; call < WarmUpCalls; call++) await LogAsync(call);
        Console.WriteLine($"{number} is warm");
        Console.ReadLine();
        List<double> took = [];
        for (var call = WarmUpCalls; call < WarmUpCalls + Calls; call++)
        {
            var started = Stopwatch.GetTimestamp();
            await LogAsync(call);
            took.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        Console.WriteLine(string.Join(' ', took.Select(t => t.ToString(CultureInfo.InvariantCulture))));

        Task LogAsync(int call) => store.LogAsync(run, new() { Metrics = [.. Enumerable.Range(0, 100).Select(i => new Metric($"metric-{i}", i, call, DateTimeOffset.UnixEpoch))] });
    }

    private static async Task<Measured> MeasureAsync(double quantile)
    {
        await using var store = await PostgresStore.StartAsync();
        var writers = Enumerable.Range(0, Writers).Select(number => Process.Start(Itself.Start(["write-postgres", store.ConnectionString, number.ToString(CultureInfo.InvariantCulture)], redirectsInput: true))!).ToList();
        foreach (var writer in writers) await writer.StandardOutput.ReadLineAsync();
        foreach (var writer in writers) await writer.StandardInput.WriteLineAsync();
        List<double> took = [];
        foreach (var writer in writers)
        {
            var line = await writer.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("A writer failed.");
            took.AddRange(line.Split(' ').Select(t => double.Parse(t, CultureInfo.InvariantCulture)));
            await writer.WaitForExitAsync();
            writer.Dispose();
        }

        took.Sort();
        return new(took[(int)(took.Count * quantile)], "ms");
    }
}
