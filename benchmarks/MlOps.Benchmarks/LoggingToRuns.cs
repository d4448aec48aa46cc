using MlOps.Core;
using MlOps.MetadataStore;

namespace MlOps.Benchmarks;

/// <summary>What does a hot loop pay for a metric that the buffered logger takes, against a call of the store, and how many does each record in a second? Both write to a SQLite file.</summary>
internal static class LoggingToRuns
{
    private const int Buffered = 100_000, Direct = 2_000;

    public static readonly Comparison[] Comparisons =
    [
        new("logger-call", "A metric logged from a hot loop, what the loop pays", new("RunLogger", CallAsync), new("IMetadataStore.LogAsync", StoreCallAsync), new("none", (_, _) => true)),
        new("logger-rate", "Metrics recorded in a second, one at a time", new("RunLogger, until they are written", RateAsync), new("IMetadataStore.LogAsync", StoreRateAsync), new("none", (_, _) => true)),
    ];

    private static Task<Measured> CallAsync() => WithRunAsync(async (store, run) =>
    {
        await using var logger = new RunLogger(store, run, new() { Capacity = 10_000_000 });
        var step = 0;
        var measured = await Measured.PerCallAsync(Buffered, () => logger.LogMetric("loss", step, step++));
        await logger.FlushAsync();
        return logger.Lost == 0 ? measured : throw new InvalidOperationException("Metrics were lost.");
    });

    private static Task<Measured> StoreCallAsync() => WithRunAsync((store, run) =>
    {
        var step = 0;
        return Measured.PerCallAsync(Direct, () => store.LogAsync(run, One(step++)));
    });

    private static Task<Measured> RateAsync() => WithRunAsync(async (store, run) =>
    {
        await using var logger = new RunLogger(store, run, new() { Capacity = 10_000_000 });
        var step = 0;
        var measured = await Measured.PerCallAsync(1, async () =>
        {
            for (var i = 0; i < Buffered; i++) logger.LogMetric("loss", step, step++);
            await logger.FlushAsync();
        });
        return logger.Lost == 0 ? new(Buffered * 1e6 / measured.Value, "metrics/s") : throw new InvalidOperationException("Metrics were lost.");
    });

    private static async Task<Measured> StoreRateAsync() => new(1e6 / (await StoreCallAsync()).Value, "metrics/s");

    private static RunEntries One(int step) => new() { Metrics = [new("loss", step, step, TimeProvider.System.GetUtcNow())] };

    private static async Task<Measured> WithRunAsync(Func<IMetadataStore, string, Task<Measured>> work)
    {
        using var folder = new TemporaryFolder();
        await using var host = StoringRuns.Host(Path.Combine(folder.Path, "mlops.db"));
        var store = host.GetRequiredService<IMetadataStore>();
        await store.StartRunAsync(new(StoringRuns.RunId(1), "e", "n", DateTimeOffset.UnixEpoch));
        return await work(store, StoringRuns.RunId(1));
    }
}
