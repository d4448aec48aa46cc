using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;
using MlOps.Tests;

namespace MlOps.Monitoring.Tests;

public sealed class AlertOutboxTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Noon = new(2001, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly MonitorMemory _store = new();
    private readonly FakeTimeProvider _time = new(Noon);
    private readonly Channel<AlertMessage> _received = Channel.CreateUnbounded<AlertMessage>();
    private readonly List<ServiceProvider> _hosts = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts) await host.DisposeAsync();
    }

    [Fact]
    public async Task A_message_that_was_received_does_not_wait_any_more()
    {
        var host = Host<Pager>();
        await ProcessAsync(host, Report("x"));
        await _received.Reader.ReadAsync(Stop);
        await UntilAsync(async () => (await WaitingAsync()).Count == 0);
    }

    [Fact]
    public async Task What_a_killed_host_had_not_sent_another_one_sends_with_the_same_identifier()
    {
        await ProcessAsync(Host<Unreachable>(), Report("x")); // it is not started, so that it says no sign of life
        var waiting = (await WaitingAsync()).Should().ContainSingle().Which;
        var clock = new WaitedClock(Noon);
        await Host<Pager>(clock).GetRequiredService<AlertQueue>().StartAsync(Stop);
        await clock.HasTimer; // it has looked, and waits until it looks again
        clock.Advance(Lease.Duration);
        (await _received.Reader.ReadAsync(Stop)).Id.Should().Be(waiting.Message.Id);
        await UntilAsync(async () => (await WaitingAsync()).Count == 0);
    }

    [Fact]
    public async Task What_a_host_is_sending_no_other_host_takes()
    {
        var first = Host<Unreachable>();
        await ProcessAsync(first, Report("x"));
        await Outbox(first).TakeAsync(Sinks, Stop);
        (await Outbox(Host<Pager>()).TakeAsync(Sinks, Stop)).Should().BeEmpty();
        for (var minute = 0; minute < 30; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await Outbox(first).TakeAsync(Sinks, Stop); // which renews what it holds
        }

        (await Outbox(Host<Pager>()).TakeAsync(Sinks, Stop)).Should().BeEmpty();
    }

    [Fact]
    public async Task What_a_host_has_not_sent_when_it_stops_the_next_start_sends()
    {
        var first = Host<Unreachable>();
        await ProcessAsync(first, Report("x"));
        await first.GetRequiredService<AlertQueue>().StopAsync(Stop);
        await Host<Pager>().GetRequiredService<AlertQueue>().StartAsync(Stop);
        (await _received.Reader.ReadAsync(Stop)).Raised.Should().ContainSingle();
    }

    [Fact]
    public async Task A_message_for_a_sink_that_this_host_does_not_have_is_left_to_others()
    {
        await ProcessAsync(Host<Unreachable>(), Report("x"));
        _time.Advance(Lease.Duration);
        (await Outbox(Host<Pager>()).TakeAsync(new HashSet<string> { "mail" }, Stop)).Should().BeEmpty();
        (await WaitingAsync()).Should().ContainSingle();
    }

    [Fact]
    public async Task A_message_that_nobody_could_send_for_a_day_is_given_up()
    {
        await ProcessAsync(Host<Unreachable>(), Report("x"));
        _time.Advance(AlertOutbox.MaxAge);
        (await Outbox(Host<Pager>()).TakeAsync(Sinks, Stop)).Should().ContainSingle().Which.IsTooOld.Should().BeTrue();
        (await WaitingAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_lease_of_a_clock_that_was_wrong_holds_nothing()
    {
        _time.Advance(TimeSpan.FromHours(12));
        await ProcessAsync(Host<Unreachable>(), Report("x"));
        var yesterday = new FakeTimeProvider(Noon);
        (await Outbox(Host<Pager>(yesterday)).TakeAsync(Sinks, Stop)).Should().ContainSingle();
    }

    [Fact]
    public async Task A_message_that_could_not_be_forgotten_is_not_sent_again_by_its_host()
    {
        var host = Host<Pager>();
        await ProcessAsync(host, Report("x"), Report("y"));
        for (var i = 0; i < 2; i++) await _received.Reader.ReadAsync(Stop);
        await UntilAsync(async () => (await WaitingAsync()).Count == 0);
        _store.Error = new StoreException("no such host");
        await Outbox(host).SettleAsync("pager", new("id", "flight-delay", "flight-delay", 1, Noon, Noon, [], []));
        (await Outbox(host).TakeAsync(Sinks, Stop)).Should().BeEmpty();
    }

    [Fact]
    public async Task More_than_is_kept_is_sent_all_the_same()
    {
        var host = Host<Pager>();
        var report = Report([.. Enumerable.Range(0, 400).Select(i => new string((char)('a' + (i % 26)), 900) + i)]);
        await ProcessAsync(host, report);
        (await _received.Reader.ReadAsync(Stop)).Raised.Should().HaveCount(400);
        (await WaitingAsync()).Should().BeEmpty();
    }

    private static HashSet<string> Sinks => ["pager"];

    private static AlertOutbox Outbox(ServiceProvider host) => host.GetRequiredService<AlertOutbox>();

    private static async Task ProcessAsync(ServiceProvider host, params MonitorReport[] reports)
    {
        foreach (var report in reports) await host.GetRequiredService<AlertManager>().ProcessAsync(report, Stop);
    }

    private static MonitorReport Report(params string[] columns) => new(
        "flight-delay", "flight-delay", 3, Noon.AddDays(-1), Noon, 500, 0, [],
        [new FailedSection("drift", "") { Alarms = [.. columns.Select(c => new Alarm("drift", AlarmKind.Drift, AlarmSeverity.Warning, c, "Moved."))] }]);

    private async Task<IReadOnlyList<WaitingMessage>> WaitingAsync() =>
        [.. (await new MonitorMemories(_store).ListAsync<AlertState>(AlertManager.StatePrefix, Stop)).SelectMany(s => s.Value.Waiting).Where(w => w.Sink == "pager")];

    private ServiceProvider Host<TSink>(TimeProvider? time = null)
        where TSink : class, IAlertSink
    {
        var services = new ServiceCollection().AddSingleton(time ?? _time).AddSingleton<IMonitorStore>(_store).AddSingleton(_received);
        services.AddMlOpsCore().AddMonitoring().AddAlertSink<TSink>("pager", o => o.MaxAttempts = 1000);
        var host = services.BuildServiceProvider();
        _hosts.Add(host);
        return host;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Yield();
            Stop.ThrowIfCancellationRequested();
        }
    }

    private sealed class Pager(Channel<AlertMessage> received) : IAlertSink
    {
        public async Task SendAsync(AlertMessage message, CancellationToken cancellationToken) => await received.Writer.WriteAsync(message, cancellationToken);
    }

    private sealed class Unreachable : IAlertSink
    {
        public Task SendAsync(AlertMessage message, CancellationToken cancellationToken) => throw new AlertNotSentException("it cannot be reached");
    }
}
