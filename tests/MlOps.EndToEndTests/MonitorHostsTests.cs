using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.Monitoring;
using MlOps.Testing;
using MlOps.Tests;

namespace MlOps.EndToEndTests;

/// <summary>Hosts that have one store in common and run the same monitor at once.</summary>
public sealed class MonitorHostsTests : IDisposable
{
    private const int Hosts = 4;
    private static readonly DateTimeOffset May = new(2001, 5, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly InMemoryModelRegistry _registry = new();
    private readonly Runner _runner = new();
    private readonly string _schema = $"test_{Guid.NewGuid():n}";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task One_of_several_hosts_over_files_starts_the_pipeline() => StartOnceAsync(builder => builder);

    [Fact]
    public Task One_of_several_hosts_over_SQLite_starts_the_pipeline() => StartOnceAsync(builder => builder.UseSqlite(Path.Combine(_folder.Path, "mlops.db")));

    [Fact]
    public async Task One_of_several_hosts_over_PostgreSQL_starts_the_pipeline()
    {
        await using var postgres = await PostgresServer.StartAsync();
        if (postgres is null && Environment.GetEnvironmentVariable("CI") == "true") throw new InvalidOperationException("There is no PostgreSQL server.");
        Assert.SkipWhen(postgres is null, "There is no PostgreSQL server: none is named in MLOPS_POSTGRES, and none is installed.");
        await StartOnceAsync(builder => builder.UsePostgres(options => (options.ConnectionString, options.Schema) = (postgres.ConnectionString, _schema)));
        Npgsql.NpgsqlConnection.ClearAllPools();
    }

    private async Task StartOnceAsync(Func<MlOpsBuilder, MlOpsBuilder> use)
    {
        await ServeAsync();
        var hosts = Enumerable.Range(0, Hosts).Select(_ => Create(use)).ToList();
        try
        {
            for (var day = 0; day < 3; day++)
            {
                var (from, to) = (May.AddDays(day), May.AddDays(day + 1));
                var results = await Task.WhenAll(hosts.Select(host => Task.Run(() => host.GetRequiredService<IModelMonitor>().RunAsync("flight-delay", from, to, Stop), Stop)));
                results.SelectMany(r => r.Triggers).Select(t => t.Status).Where(s => s is not (TriggerStatus.Held or TriggerStatus.NotNeeded)).Should().Equal(TriggerStatus.Ran);
                _runner.Runs.Should().HaveCount(day + 1);
            }

            (await hosts[0].GetRequiredService<IModelMonitor>().ListRunsAsync("flight-delay", Stop)).Should().HaveCount(3 * Hosts);
        }
        finally
        {
            foreach (var host in hosts) await host.DisposeAsync();
        }
    }

    // Without a cool-down, so that nothing but what the hosts remember together keeps the second from starting.
    private ServiceProvider Create(Func<MlOpsBuilder, MlOpsBuilder> use)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IModelRegistry>(_registry).AddSingleton<IPipelineRunner>(_runner).AddSingleton<IPredictionLog>(new NoPredictions()).AddSingleton<IDatasetStore>(new InMemoryDatasetStore());
        use(services.AddMlOpsCore(o => o.Folder = _folder.Path).UseDuckDb()).AddMonitor(
            "flight-delay",
            monitor => monitor.Configure(o => (o.CoolDown, o.MaxRuns, o.StopAfter) = (TimeSpan.Zero, 100, 100)).OnSchedule("0 12 * * *", due => due.Run("retrain")));
        return services.BuildServiceProvider();
    }

    private async Task ServeAsync()
    {
        var manifest = Manifests.Empty with { Signature = new(new([new("distance", ColumnType.Float64)]), [new("Score", TensorType.Float32)]) };
        var version = await _registry.RegisterAsync(new("flight-delay", new("flight-delay", new(Sha256.Hex("a"), 1), manifest), null, May), Stop);
        await _registry.SetAliasAsync(new("flight-delay", ModelNames.Champion, null, version.Version, "test", "test", May), Stop);
    }

    private sealed class Runner : IPipelineRunner
    {
        public ConcurrentQueue<string> Runs { get; } = [];

        public IReadOnlyCollection<string> Pipelines => ["retrain"];

        public async Task<PipelineRun> RunAsync(string pipeline, PipelineRequest? request = null, CancellationToken cancellationToken = default)
        {
            Runs.Enqueue(pipeline);
            await Task.Yield();
            return new($"run-{Runs.Count}", pipeline, RunStatus.Finished, false, TimeSpan.Zero, []);
        }

        public Task<ReplayReport> ReplayAsync(string runId, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<IReadOnlyList<CacheDecision>> ExplainAsync(string pipeline, PipelineRequest? request = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }

    private sealed class NoPredictions : IPredictionLog
    {
        public ValueTask WriteAsync(PredictionEntry entry, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

        public Task WriteGroundTruthAsync(string model, IReadOnlyList<GroundTruth> values, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task FlushAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public async IAsyncEnumerable<RecordBatch> ReadAsync(string model, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            yield break;
        }
    }
}
