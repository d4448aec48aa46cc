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
    public async Task A_monitor_with_an_interval_that_has_not_run_degrades()
    {
        Create(monitor => monitor.Configure(o => o.Every = TimeSpan.FromHours(1)));
        await CheckAsync();
        _time.Advance(TimeSpan.FromHours(2));
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);
        _time.Advance(TimeSpan.FromHours(0.5));
        (await CheckAsync()).Should().Be((HealthStatus.Degraded, "flight-delay was due at 2001-05-01 13:00:00Z and has not run"));
        await RunAsync(Noon.AddHours(2));
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);
        _time.Advance(TimeSpan.FromHours(2));
        (await CheckAsync()).Should().Be((HealthStatus.Degraded, "flight-delay was due at 2001-05-01 15:00:00Z and has not run"));
    }

    [Fact]
    public async Task A_monitor_with_a_calendar_that_has_not_run_degrades()
    {
        Create(monitor => monitor.Configure(o => o.Cron = "0 6 * * 3")); // each Wednesday; it is a Tuesday
        await CheckAsync();
        _time.Advance(TimeSpan.FromHours(18));
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy, "it is due now");
        _time.Advance(TimeSpan.FromHours(1.5));
        (await CheckAsync()).Should().Be((HealthStatus.Degraded, "flight-delay was due at 2001-05-02 06:00:00Z and has not run"));
        await RunAsync(Noon.AddHours(18));
        _time.Advance(TimeSpan.FromDays(6));
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy, "the next Wednesday is still to come");
    }

    [Fact]
    public async Task A_monitor_whose_runs_fail_degrades()
    {
        Create(monitor => monitor.Configure(o => o.Every = TimeSpan.FromHours(1)));
        await CheckAsync();
        _time.Advance(TimeSpan.FromHours(2.5));
        await RunAsync(Noon.AddHours(1), new DataException("no rows"));
        await RunAsync(Noon.AddHours(2), new DataException("no rows"));
        (await CheckAsync()).Should().Be((HealthStatus.Degraded, "flight-delay was due at 2001-05-01 13:00:00Z and has failed since"));
    }

    [Fact]
    public async Task A_run_of_an_old_window_that_somebody_asked_for_is_not_the_one_that_is_due()
    {
        Create(monitor => monitor.Configure(o => o.Every = TimeSpan.FromHours(1)));
        await CheckAsync();
        _time.Advance(TimeSpan.FromHours(2.5));
        await RunAsync(Noon.AddDays(-3));
        (await CheckAsync()).Status.Should().Be(HealthStatus.Degraded);
        await RunAsync(Noon.AddDays(3));
        (await CheckAsync()).Status.Should().Be(HealthStatus.Degraded);
    }

    [Fact]
    public async Task A_monitor_that_runs_now_is_not_late()
    {
        Create(monitor => monitor.Configure(o => o.Every = TimeSpan.FromHours(1)));
        await CheckAsync();
        _time.Advance(TimeSpan.FromHours(2.5));
        var memories = _services!.GetRequiredService<MonitorMemories>();
        await memories.ChangeAsync<ScheduleState>(ScheduleState.KeyOf("flight-delay"), _ => new("flight-delay", "every 01:00:00", Noon, 0, Lease.New(_time.GetUtcNow())), Stop);
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);
        _time.Advance(2 * Lease.Duration); // its host has died
        (await CheckAsync()).Status.Should().Be(HealthStatus.Degraded);
    }

    [Fact]
    public async Task A_host_that_has_just_started_has_time_to_make_up_for_what_was_missed()
    {
        Create(monitor => monitor.Configure(o => o.Every = TimeSpan.FromHours(1)));
        await RunAsync(Noon.AddDays(-3), startedAt: Noon.AddDays(-3));
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);
        _time.Advance(TimeSpan.FromHours(1.1));
        (await CheckAsync()).Should().Be((HealthStatus.Degraded, "flight-delay was due at 2001-04-28 13:00:00Z and has not run"));
    }

    [Fact]
    public async Task A_monitor_without_a_clock_is_never_late()
    {
        Create(monitor => monitor.Configure(o => o.EveryPredictions = 10));
        await CheckAsync();
        _time.Advance(TimeSpan.FromDays(400));
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);
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

    private async Task RunAsync(DateTimeOffset to, Exception? error = null, DateTimeOffset? startedAt = null)
    {
        var memories = _services!.GetRequiredService<MonitorMemories>();
        var run = new MonitorRun("flight-delay", to.AddHours(-1), to, startedAt ?? _time.GetUtcNow(), TimeSpan.Zero, error is null ? 1 : null, 0, 0, [], error?.Message);
        await memories.ChangeAsync<List<MonitorRun>>(RunHistory.KeyOf("flight-delay"), runs => [run, .. runs ?? []], Stop);
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
