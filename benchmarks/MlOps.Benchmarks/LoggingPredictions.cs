using System.Diagnostics;
using System.Threading.Channels;
using MlOps.Core;
using MlOps.Monitoring;

namespace MlOps.Benchmarks;

/// <summary>What does it cost to log predictions with twenty features: to those who predict, to the processor and to the disk? With the log on files that survive the process, and in memory.</summary>
internal static class LoggingPredictions
{
    private const int Events = 3_000_000;
    private const int Calls = 1_000_000;
    private static readonly Target NoTarget = new("none", (_, _) => true);

    public static readonly Comparison[] Comparisons =
    [
        new("log-rate", "Predictions that are logged in a second, as long as it goes on", new("the log", () => RateAsync(LogDurability.Process)), new("Parquet file of the same rows", PlainRateAsync), new("at least 500,000", (ours, _) => ours >= 500_000)),
        new("log-rate-memory", "The same, in memory until they are stored", new("the log in memory", () => RateAsync(LogDurability.Memory)), new("Parquet file of the same rows", PlainRateAsync), new("at least 500,000", (ours, _) => ours >= 500_000)),
        new("log-call", "What a caller waits, of a hundred the slowest", new("the log", () => CallAsync(LogDurability.Process)), new("Channel of entries", BareCallAsync), new("under 2 us", (ours, _) => ours < 2)),
        new("log-call-memory", "The same, in memory until they are stored", new("the log in memory", () => CallAsync(LogDurability.Memory)), new("Channel of entries", BareCallAsync), new("under 2 us", (ours, _) => ours < 2)),
        new("log-call-median", "What a caller waits, the median", new("the log", () => CallAsync(LogDurability.Process, 0.5)), new("the log in memory", () => CallAsync(LogDurability.Memory, 0.5)), NoTarget),
        new("log-labels", "Reading a million predictions with a million labels that came late, among two million of other days", new("with labels", () => ReadAsync(labels: true)), new("without labels", () => ReadAsync(labels: false)), NoTarget),
        new("log-bytes", "Bytes of a prediction on the disk", new("the log", BytesAsync), new("Parquet file of the same rows", PlainBytesAsync), new("at most 150", (ours, _) => ours <= 150)),
    ];

    public static ServiceProvider Open(string folder, LogDurability durability) => new ServiceCollection().AddLogging()
        .AddMlOpsCore(o => o.Folder = folder).UseDuckDb().AddMonitoring(o => o.Durability = durability).Services.BuildServiceProvider();

    public static async Task WriteAsync(IPredictionLog log, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            var writing = log.WriteAsync(LoggedEvents.Of(i));
            if (!writing.IsCompletedSuccessfully) await writing;
        }
    }

    private static async Task<Measured> RateAsync(LogDurability durability)
    {
        using var folder = new TemporaryFolder();
        await using var services = Open(folder.Path, durability);
        var log = services.GetRequiredService<IPredictionLog>();
        await WriteAsync(log, 0, Events / 3);
        await log.FlushAsync();
        var start = Stopwatch.GetTimestamp();
        await WriteAsync(log, Events / 3, Events);
        await log.FlushAsync();
        return new(Events / Stopwatch.GetElapsedTime(start).TotalSeconds, "a_second");
    }

    private static async Task<Measured> PlainRateAsync()
    {
        using var folder = new TemporaryFolder();
        await using var services = Open(folder.Path, LogDurability.Memory);
        var engine = services.GetRequiredService<IColumnarEngine>();
        await PlainAsync(engine, folder.Path, 0);
        var start = Stopwatch.GetTimestamp();
        var rows = await PlainAsync(engine, folder.Path, 1);
        return new(rows / Stopwatch.GetElapsedTime(start).TotalSeconds, "a_second");
    }

    private static Task<long> PlainAsync(IColumnarEngine engine, string folder, int number)
    {
        DatasetSchema schema = new([.. Enumerable.Range(0, LoggedEvents.Features).Select(f => new Column($"f{f}", ColumnType.Float64)), new("output.Score", ColumnType.Float64), .. PredictionColumns.Own]);
        return engine.WriteParquetAsync(Path.Combine(folder, $"{number}.parquet"), schema, LoggedEvents.BatchesAsync(schema, number * 1_000_000, 1_000_000));
    }

    // Calls come one after the other with a little work between them, as those of a busy service do.
    private static async Task<Measured> CallAsync(LogDurability durability, double quantile = 0.99)
    {
        using var folder = new TemporaryFolder();
        await using var services = Open(folder.Path, durability);
        var log = services.GetRequiredService<IPredictionLog>();
        await WriteAsync(log, 0, Calls);
        await log.FlushAsync();
        return Quantile(quantile, i =>
        {
            var writing = log.WriteAsync(LoggedEvents.Of(i));
            if (!writing.IsCompletedSuccessfully) writing.AsTask().GetAwaiter().GetResult();
        });
    }

    private static async Task<Measured> BareCallAsync()
    {
        var channel = Channel.CreateUnbounded<PredictionEntry>(new() { SingleReader = true });
        var reading = Task.Run(async () =>
        {
            await foreach (var _ in channel.Reader.ReadAllAsync());
        });
        for (var i = 0; i < Calls; i++) channel.Writer.TryWrite(LoggedEvents.Of(i));
        var measured = Quantile(0.99, i => channel.Writer.TryWrite(LoggedEvents.Of(i)));
        channel.Writer.Complete();
        await reading;
        return measured;
    }

    private static Measured Quantile(double quantile, Action<int> call)
    {
        var times = new long[Calls];
        for (var i = 0; i < times.Length; i++)
        {
            var before = Stopwatch.GetTimestamp();
            call(Calls + i);
            times[i] = Stopwatch.GetTimestamp() - before;
            Thread.SpinWait(20);
        }

        System.Array.Sort(times);
        return new(times[(int)(quantile * times.Length)] * 1e6 / Stopwatch.Frequency, "us");
    }

    // A day of predictions, one each 86 ms, and labels of it and of the two days after.
    private static async Task<Measured> ReadAsync(bool labels)
    {
        const int Day = 86_400_000;
        using var folder = new TemporaryFolder();
        await using var services = Open(folder.Path, LogDurability.Memory);
        var log = services.GetRequiredService<IPredictionLog>();
        for (var i = 0; i < 1_000_000; i++) await log.WriteAsync(LoggedEvents.Of(i * 86));
        await log.FlushAsync();
        for (var start = 0; labels && start < 3_000_000; start += 100_000)
        {
            var late = LoggedEvents.TimeOf(0).AddDays(3 + (start / 100_000));
            await log.WriteGroundTruthAsync(LoggedEvents.Model, [.. Enumerable.Range(start, 100_000).Select(i => new GroundTruth(LoggedEvents.IdOf((i % 1_000_000 * 86) + (i / 1_000_000 * Day)), i & 1, late))]);
        }

        async Task PassAsync()
        {
            var known = 0L;
            await foreach (var batch in log.ReadAsync(LoggedEvents.Model, LoggedEvents.TimeOf(0), LoggedEvents.TimeOf(Day)))
                known += batch.Length - batch.Column(PredictionColumns.Truth).NullCount;
            if (known != (labels ? 1_000_000 : 0)) throw new InvalidOperationException($"{known} predictions have labels.");
        }

        return await Measured.SecondPassAsync(PassAsync);
    }

    private static async Task<Measured> BytesAsync()
    {
        using var folder = new TemporaryFolder();
        await using (var services = Open(folder.Path, LogDurability.Process))
        {
            var log = services.GetRequiredService<IPredictionLog>();
            await WriteAsync(log, 0, 1_000_000);
            await log.FlushAsync();
        }

        return BytesOf(folder.Path);
    }

    private static async Task<Measured> PlainBytesAsync()
    {
        using var folder = new TemporaryFolder();
        await using (var services = Open(folder.Path, LogDurability.Memory)) await PlainAsync(services.GetRequiredService<IColumnarEngine>(), folder.Path, 0);
        return BytesOf(folder.Path);
    }

    private static Measured BytesOf(string folder) => new(new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length) / 1e6, "bytes");
}
