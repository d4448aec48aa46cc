using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Monitoring.Tests;

public sealed class MonitorScheduleTests
{
    private static readonly DateTimeOffset May = new(2001, 5, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new(May);
    private readonly InMemoryMonitorStore _store = new();
    private readonly FakeLogger _log = new();
    private readonly Recorder _monitor = new();
    private readonly MonitorOptions _daily = new() { Every = TimeSpan.FromDays(1), Window = TimeSpan.FromDays(1) };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_period_is_run_once_with_the_window_that_the_schedule_gives()
    {
        await RunAsync();
        _time.Advance(TimeSpan.FromHours(30));
        await RunAsync();
        await RunAsync();
        _monitor.Windows.Should().Equal((May, May.AddDays(1)));
    }

    [Fact]
    public async Task Nothing_before_the_schedule_began_is_made_up_for()
    {
        await RunAsync();
        _monitor.Windows.Should().BeEmpty();
    }

    [Fact]
    public async Task Missed_periods_are_made_up_for_after_a_restart_oldest_first_and_only_the_last()
    {
        _daily.CatchUp = 2;
        await RunAsync();
        _time.Advance(TimeSpan.FromDays(5));
        await RunAsync();
        _monitor.Windows.Select(w => w.To).Should().Equal(May.AddDays(4), May.AddDays(5));
        _log.Collector.GetSnapshot().Should().ContainSingle(r => r.Id.Id == 1772).Which.Message.Should().Contain("3 runs");
    }

    [Fact]
    public async Task Of_two_hosts_one_runs_a_period()
    {
        var (one, other) = (Schedule(), Schedule());
        await one.RunDueAsync(Stop);
        _time.Advance(TimeSpan.FromDays(1));
        _monitor.Hold = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = one.RunDueAsync(Stop);
        await other.RunDueAsync(Stop);
        _monitor.Hold.SetResult();
        await running;
        await other.RunDueAsync(Stop);
        _monitor.Windows.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_host_that_died_in_a_run_leaves_it_to_another_when_its_lease_is_over()
    {
        await RunAsync();
        _time.Advance(TimeSpan.FromDays(1));
        var document = (await _store.ListAsync(string.Empty, Stop)).Single();
        var state = System.Text.Json.JsonSerializer.Deserialize<ScheduleState>(document.Json, MlOpsJson.Options)!;
        var claimed = System.Text.Json.JsonSerializer.Serialize(state with { Claim = Lease.New(_time.GetUtcNow()) }, MlOpsJson.Options);
        await _store.TryWriteAsync(document.Key, claimed, document.Version, Stop);
        await RunAsync();
        _monitor.Windows.Should().BeEmpty();
        _time.Advance(TimeSpan.FromMinutes(6));
        await RunAsync();
        _monitor.Windows.Should().Equal((May, May.AddDays(1)));
    }

    [Fact]
    public async Task A_clock_that_goes_back_a_little_runs_no_period_twice()
    {
        await RunAsync();
        _time.Advance(TimeSpan.FromDays(1));
        await RunAsync();
        _time.AdjustTime(May.AddHours(20));
        await RunAsync();
        _time.AdjustTime(May.AddHours(25));
        await RunAsync();
        _monitor.Windows.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_clock_that_was_years_ahead_does_not_stop_a_monitor_for_years()
    {
        _time.AdjustTime(May.AddYears(5));
        await RunAsync();
        _time.AdjustTime(May);
        await RunAsync();
        _time.AdjustTime(May.AddDays(1));
        await RunAsync();
        _monitor.Windows.Should().Equal((May, May.AddDays(1)));
        _log.Collector.GetSnapshot().Should().ContainSingle(r => r.Id.Id == 1773);
    }

    [Fact]
    public async Task A_run_that_fails_is_not_repeated_for_ever()
    {
        await RunAsync();
        _time.Advance(TimeSpan.FromDays(1));
        _monitor.Error = new DataException("no rows");
        await RunAsync();
        await RunAsync();
        _monitor.Windows.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_run_that_is_cancelled_is_run_by_the_next_start()
    {
        await RunAsync();
        _time.Advance(TimeSpan.FromDays(1));
        _monitor.Hold = new();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = Schedule().RunDueAsync(cancel.Token);
        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => running).Should().ThrowAsync<OperationCanceledException>();
        _monitor.Hold = null;
        await RunAsync();
        _monitor.Windows.Should().Equal((May, May.AddDays(1)), (May, May.AddDays(1)));
    }

    [Fact]
    public async Task So_many_predictions_of_all_hosts_make_a_run_of_what_came_since()
    {
        _daily.Every = null;
        _daily.EveryPredictions = 100;
        var (one, other) = (Schedule(), Schedule());
        await one.RunDueAsync(Stop);
        one.Count("m", 60);
        other.Count("another model", 500);
        other.Count("m", 39);
        _time.Advance(TimeSpan.FromMinutes(1));
        await one.RunDueAsync(Stop);
        await other.RunDueAsync(Stop);
        _monitor.Windows.Should().BeEmpty();
        other.Count("m", 1);
        await other.RunDueAsync(Stop);
        await one.RunDueAsync(Stop);
        _monitor.Windows.Should().Equal((May, May.AddMinutes(1)));
    }

    // As a host that has just started.
    private Task<TimeSpan?> RunAsync() => Schedule().RunDueAsync(Stop);

    private MonitorSchedule Schedule() => new("m", () => _daily, _monitor, new(_store), _time, _log);

    private sealed class Recorder : IModelMonitor
    {
        public List<(DateTimeOffset From, DateTimeOffset To)> Windows { get; } = [];

        public TaskCompletionSource? Hold { get; set; }

        public Exception? Error { get; set; }

        public IReadOnlyCollection<string> Monitors => ["m"];

        public async Task<MonitorResult> RunAsync(string monitor, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default)
        {
            Windows.Add((from, to));
            if (Hold is not null) await Hold.Task.WaitAsync(cancellationToken);
            return Error is null ? new(new(monitor, monitor, 1, from, to, 0, 0, [], []), []) : throw Error;
        }

        public Task<MonitorReport> CheckAsync(string monitor, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<IReadOnlyList<MonitorRun>> ListRunsAsync(string monitor, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task ResetTriggerAsync(string pipeline, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
