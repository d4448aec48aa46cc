using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Monitoring.Tests;

/// <summary>A monitor of a model, and a runner that remembers what it was asked to run.</summary>
public abstract class TriggerTest : IDisposable
{
    private readonly List<ServiceProvider> _hosts = [];

    private protected World World { get; } = new();

    private protected RecordedRunner Runner { get; } = new();

    private protected FakeTimeProvider Time { get; } = new(World.May);

    private protected InMemoryMonitorStore Store { get; } = new();

    private protected InMemoryLineageStore Lineage { get; } = new();

    private protected IAlerts Alerts => _hosts[^1].GetRequiredService<IAlerts>();

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var host in _hosts) host.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static async Task<TriggerResult> RunDayAsync(IModelMonitor monitor, int day) =>
        (await monitor.RunAsync("flight-delay", World.May.AddDays(day), World.May.AddDays(day + 1), Stop)).Triggers.Single();

    private protected static Task<MonitorResult> RunAsync(IModelMonitor monitor, string name = "flight-delay") => monitor.RunAsync(name, World.May, World.May.AddDays(1), Stop);

    private protected async Task DriftAsync()
    {
        World.Log.Batches.Add(Numbers(500, 100));
        await World.TrainAsync(Training(seed: 1));
    }

    private protected static Table Training(int seed)
    {
        var random = new Random(seed);
        return new Table()
            .Add("x", Enumerable.Range(0, 2000).Select(_ => random.NextDouble()))
            .Add("y", Enumerable.Range(0, 2000).Select(_ => random.NextDouble()))
            .Add("delayed", Enumerable.Range(0, 2000).Select(i => i % 5 == 0));
    }

    private protected static Apache.Arrow.RecordBatch Numbers(int rows, double shift, double yShift = 0)
    {
        var random = new Random(7);
        return new Table()
            .Add("x", Enumerable.Range(0, rows).Select(_ => random.NextDouble() + shift))
            .Add("y", Enumerable.Range(0, rows).Select(_ => random.NextDouble() + yShift))
            .ToBatch();
    }

    // As in training, but for the true values.
    private protected static Apache.Arrow.RecordBatch Labels(int lateOf10)
    {
        var random = new Random(7);
        return new Table()
            .Add("x", Enumerable.Range(0, 500).Select(_ => random.NextDouble()))
            .Add("y", Enumerable.Range(0, 500).Select(_ => random.NextDouble()))
            .Add(PredictionColumns.Truth, Enumerable.Range(0, 500).Select(i => i % 10 < lateOf10 ? 1.0 : 0.0))
            .ToBatch();
    }

    private protected IModelMonitor Monitor(Action<MonitorBuilder>? describe = null, bool withRunner = true, Action<MlOpsBuilder>? more = null)
    {
        var services = new ServiceCollection();
        Add(services, describe ?? (m => m.OnDrift(d => d.Run("retrain"))), withRunner, more);
        var host = services.BuildServiceProvider();
        _hosts.Add(host);
        return host.GetRequiredService<IModelMonitor>();
    }

    private protected IHost CreateHost(Action<MonitorBuilder> describe, bool withLineage = true)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        Add(builder.Services, describe, withRunner: true, withLineage: withLineage);
        return builder.Build();
    }

    private void Add(IServiceCollection services, Action<MonitorBuilder> describe, bool withRunner, Action<MlOpsBuilder>? more = null, bool withLineage = true)
    {
        services.AddSingleton<TimeProvider>(Time);
        if (withRunner) services.AddSingleton<IPipelineRunner>(Runner);
        var builder = services.AddMlOpsCore()
            .Use<IModelRegistry>(_ => World.Registry)
            .Use<IDatasetStore>(_ => World.Datasets)
            .Use<IPredictionLog>(_ => World.Log)
            .Use<IMonitorStore>(_ => Store)
            .AddMonitor("flight-delay", describe);
        if (withLineage) builder.Use<ILineageStore>(_ => Lineage);
        more?.Invoke(builder);
    }

    // In small steps, so that what waits for the clock is not passed over.
    private protected async Task AdvanceAsync(TimeSpan time)
    {
        for (var i = 0; i < 24; i++)
        {
            Time.Advance(time / 24);
            await Task.Yield();
        }

        Stop.ThrowIfCancellationRequested();
    }
}
