using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Monitoring.Tests;

/// <summary>A log in a folder of its own, with a clock and a disk that a test holds in its hands.</summary>
public abstract class LogTest : IAsyncDisposable
{
    protected static readonly DateTimeOffset Noon = new(2001, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly BreakableEngine _engine = new();
    private readonly IMeterFactory _meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
    private ServiceProvider? _services;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    internal TemporaryFolder Folder { get; } = new();

    internal BreakableEngine Engine => _engine;

    protected FakeTimeProvider Time { get; } = new(Noon);

    protected IColumnTags? Tags { get; set; }

    protected IServiceProvider Services => _services!;

    protected IPredictionLogAdmin Admin => Services.GetRequiredService<IPredictionLogAdmin>();

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _engine.DisposeAsync();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static PredictionEntry Entry(string id, double distance = 500, string? origin = "ORD") => PredictionLogTests.Entry(id, distance, origin);

    /// <summary>Opens the log as a process does.</summary>
    protected async Task<IPredictionLog> OpenAsync(Action<PredictionLogOptions>? configure = null)
    {
        await CloseAsync();
        var services = new ServiceCollection().AddSingleton<TimeProvider>(Time).AddSingleton<IColumnarEngine>(_engine).AddSingleton(_meters);
        if (Tags is not null) services.AddSingleton(Tags);
        services.AddMlOpsCore(o => o.Folder = Folder.Path).AddMonitoring(configure);
        _services = services.BuildServiceProvider();
        return _services.GetRequiredService<IPredictionLog>();
    }

    protected async Task CloseAsync()
    {
        if (_services is not null) await _services.DisposeAsync();
        _services = null;
    }

    protected MetricCollector<long> Collect(string instrument) => new(_meters, Telemetry.Monitoring, instrument);

    protected static Task<List<Dictionary<string, object?>>> ReadAsync(IPredictionLog log, string model = "flight-delay", DateTimeOffset? from = null, DateTimeOffset? to = null) =>
        log.ReadAsync(model, from ?? Noon.AddDays(-2), to ?? Noon.AddDays(9), Stop).ToRowsAsync();
}
