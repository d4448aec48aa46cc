using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

public sealed class MonitorHealthTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2001, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly World _world = new();
    private readonly MonitorMemory _store = new();
    private readonly FakeTimeProvider _time = new(Noon);
    private ServiceProvider? _services;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _services?.Dispose();

    [Fact]
    public async Task A_host_without_open_alarms_is_well()
    {
        Create();
        (await CheckAsync()).Should().Be((HealthStatus.Healthy, "Nothing is open."));
    }

    [Fact]
    public async Task A_warning_degrades_and_what_is_critical_is_unhealthy()
    {
        Create();
        await OpenAsync(AlarmSeverity.Information);
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);
        await OpenAsync(AlarmSeverity.Warning);
        (await CheckAsync()).Should().Be((HealthStatus.Degraded, "flight-delay: drift/x is open since 2001-05-01 12:00:00Z"));
        await OpenAsync(AlarmSeverity.Critical);
        (await CheckAsync()).Status.Should().Be(HealthStatus.Unhealthy);
    }

    [Fact]
    public async Task A_host_says_from_when_on_it_is_unhealthy()
    {
        Create(health: o => (o.DegradedFrom, o.UnhealthyFrom) = (AlarmSeverity.Critical, null));
        await OpenAsync(AlarmSeverity.Warning);
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);
        await OpenAsync(AlarmSeverity.Critical);
        (await CheckAsync()).Status.Should().Be(HealthStatus.Degraded);
    }

    [Fact]
    public async Task A_monitor_that_should_have_run_twice_degrades()
    {
        Create(monitor => monitor.Configure(o => o.Every = TimeSpan.FromHours(1)));
        await CheckAsync();
        _time.Advance(TimeSpan.FromHours(2.5));
        (await CheckAsync()).Should().Be((HealthStatus.Degraded, "flight-delay has not run yet"));
        await OpenAsync(AlarmSeverity.Information);
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);
        _time.Advance(TimeSpan.FromHours(2.5));
        (await CheckAsync()).Should().Be((HealthStatus.Degraded, "flight-delay ran last at 2001-05-01 14:30:00Z"));
    }

    [Fact]
    public async Task Predictions_that_were_dropped_degrade_until_the_next_look()
    {
        Create();
        _services!.GetRequiredService<MonitoringMetrics>().Dropped("flight-delay", 3);
        (await CheckAsync()).Should().Be((HealthStatus.Degraded, "the prediction log dropped 3 predictions since the last look"));
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);
    }

    [Fact]
    public async Task A_store_that_is_out_of_reach_degrades()
    {
        Create();
        _store.Error = new StoreException("no such host");
        (await CheckAsync()).Should().Be((HealthStatus.Degraded, "what is open cannot be read"));
    }

    private Task<IReadOnlyList<AlertResult>> OpenAsync(AlarmSeverity severity) => _services!.GetRequiredService<AlertManager>().ProcessAsync(
        new("flight-delay", "flight-delay", 1, Noon, Noon, 500, 0, [], [new FailedSection("drift", "") { Alarms = [new("drift", AlarmKind.Drift, severity, "x", "Moved.")] }]), Stop);

    private async Task<(HealthStatus Status, string? Description)> CheckAsync()
    {
        var entry = (await _services!.GetRequiredService<HealthCheckService>().CheckHealthAsync(Stop)).Entries["monitors"];
        return (entry.Status, entry.Description);
    }

    private void Create(Action<MonitorBuilder>? monitor = null, Action<MonitorHealthOptions>? health = null)
    {
        var services = new ServiceCollection().AddSingleton<TimeProvider>(_time).AddSingleton<IMonitorStore>(_store);
        services.AddMlOpsCore()
            .Use<IModelRegistry>(_ => _world.Registry)
            .Use<IDatasetStore>(_ => _world.Datasets)
            .Use<IPredictionLog>(_ => _world.Log)
            .AddMonitor("flight-delay", monitor);
        services.AddHealthChecks().AddMonitors();
        if (health is not null) services.Configure(health);
        _services = services.BuildServiceProvider();
    }
}
