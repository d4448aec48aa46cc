using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Tests;

namespace MlOps.Monitoring.Tests;

public sealed class AlertSinkTests : IAsyncDisposable
{
    private const string Secret = "a secret of this test";
    private static readonly DateTimeOffset Noon = new(2001, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly MonitorMemory _store = new();
    private readonly Receiver _receiver = new();
    private readonly WaitedClock _time = new(Noon);
    private readonly Pager _pager = new();
    private readonly FakeLogCollector _logs = new();
    private ServiceProvider? _services;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_services is not null) await _services.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_webhook_is_told_of_all_alarms_of_a_run_in_one_signed_message()
    {
        await ProcessAsync(b => b.AddAlertWebhook("ops", Allowed), Alarm("x"), Alarm("y"));
        var told = await _receiver.NextAsync(Stop);
        var signed = $"{told.Headers["X-MLflow-Delivery-Id"]}.{told.Headers["X-MLflow-Timestamp"]}.{told.Body}";
        told.Headers["X-MLflow-Signature"].Should().Be("v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(signed))));
        var body = JsonDocument.Parse(told.Body).RootElement;
        body.GetProperty("title").GetString().Should().Be("flight-delay: 2 alarms of model flight-delay, version 3");
        body.GetProperty("raised").EnumerateArray().Select(a => a.GetProperty("cause").GetString()).Should().Equal("drift/x", "drift/y");
        body.GetProperty("raised")[0].GetProperty("pValue").ValueKind.Should().Be(JsonValueKind.Null, "there is none");
    }

    [Fact]
    public async Task Values_of_columns_leave_only_where_the_host_lets_them()
    {
        var alarm = Alarm("x") with { Segment = "origin=ORD", Sentence = "80 % are 'secret'.", Contributors = [new("'secret'", 0.1, 0.8, 1)] };
        await ProcessAsync(b => b.AddAlertWebhook("ops", Allowed).AddAlertSink<Pager>("pager", o => o.IncludeValues = true), alarm);
        var told = await _receiver.NextAsync(Stop);
        told.Body.Should().NotContain("secret").And.NotContain("ORD").And.Contain("\"segment\":\"origin\"").And.Contain("psi is 0.5, in the reference 0.01, the limit 0.1.");
        (await _pager.NextAsync(Stop)).Raised.Single().Alarm.Should().BeEquivalentTo(alarm);
        (await LogAsync("drift/x")).Message.Should().NotContain("secret").And.NotContain("ORD");
    }

    [Fact]
    public async Task An_alarm_whose_statistic_has_no_name_says_its_value()
    {
        await ProcessAsync(b => b.AddAlertWebhook("ops", Allowed), Alarm("x") with { Statistic = null, Value = 439, Reference = double.NaN, Threshold = 100 });
        (await _receiver.NextAsync(Stop)).Body.Should().Contain("\"value is 439, the limit 100.\"");
    }

    [Fact]
    public async Task A_chat_gets_text_and_blocks_with_its_own_marks_escaped()
    {
        await ProcessAsync(b => b.AddAlertSlack("chat", o => (o.Url, o.AllowPrivateAddresses, o.IncludeValues) = (_receiver.Url, true, true)), Alarm("x") with { Sentence = "<!channel> & more" });
        var body = JsonDocument.Parse((await _receiver.NextAsync(Stop)).Body).RootElement;
        body.GetProperty("text").GetString().Should().Be("flight-delay: 1 alarm of model flight-delay, version 3");
        body.GetProperty("blocks")[1].GetProperty("text").GetProperty("text").GetString().Should().Be(":large_orange_circle: *drift/x*  &lt;!channel&gt; &amp; more");
    }

    [Fact]
    public async Task A_chat_gets_no_more_than_it_takes()
    {
        await ProcessAsync(
            b => b.AddAlertSlack("chat", o => (o.Url, o.AllowPrivateAddresses, o.IncludeValues) = (_receiver.Url, true, true)),
            [.. Enumerable.Range(0, 60).Select(i => Alarm($"c{i}") with { Sentence = new('z', 5000) })]);
        var blocks = JsonDocument.Parse((await _receiver.NextAsync(Stop)).Body).RootElement.GetProperty("blocks").EnumerateArray().ToList();
        blocks.Count.Should().BeLessThanOrEqualTo(50);
        blocks.Should().OnlyContain(b => b.GetProperty("text").GetProperty("text").GetString()!.Length <= 3000);
        blocks[^1].GetProperty("text").GetProperty("text").GetString().Should().Be("and 40 more");
    }

    [Fact]
    public async Task Ten_thousand_alarms_of_one_run_are_kept_within_the_store_and_what_is_left_out_is_said()
    {
        await ProcessAsync(b => b.AddAlertSlack("chat", o => (o.Url, o.AllowPrivateAddresses) = (_receiver.Url, true)).AddAlertSink<Pager>("pager"), [.. Enumerable.Range(0, 10_000).Select(i => Alarm($"column {i}"))]);
        var told = await _pager.NextAsync(Stop);
        var open = await _services!.GetRequiredService<IAlerts>().ListOpenAsync(cancellationToken: Stop);
        (open.Count, told.LeftOut).Should().Be((told.Raised.Count, 10_000 - told.Raised.Count));
        open.Count.Should().BeGreaterThan(500);
        (await _receiver.NextAsync(Stop)).Body.Should().Contain($"Too many alarms are open: {told.LeftOut} more are not told of.");
        (await LogAsync("are left out")).Id.Id.Should().Be(1788);
        (await _store.ReadAsync(AlertManager.KeyOf("flight-delay"), Stop))!.Json.Length.Should().BeLessThan(MonitorStoreChecks.MaxBytes);
    }

    [Fact]
    public async Task A_sink_is_told_what_it_wants_to_hear()
    {
        await ProcessAsync(
            b => b.AddAlertSink<Pager>("pager", o =>
            {
                o.MinSeverity = AlarmSeverity.Critical;
                o.Kinds.Add(AlarmKind.Performance);
                o.Monitors.Add("flight-delay");
            }),
            Alarm("x") with { Severity = AlarmSeverity.Critical },
            Alarm("auc") with { Check = "performance", Kind = AlarmKind.Performance },
            Alarm("f1") with { Check = "performance", Kind = AlarmKind.Performance, Severity = AlarmSeverity.Critical });
        (await _pager.NextAsync(Stop)).Raised.Select(a => a.Cause).Should().Equal("performance/f1");
    }

    [Fact]
    public async Task What_is_not_received_is_sent_again_with_the_same_identifier()
    {
        var attempts = 0;
        _receiver.Answer = _ => ++attempts < 3 ? "503 Service Unavailable" : "200 OK";
        await ProcessAsync(b => b.AddAlertWebhook("ops", Allowed), Alarm("x"));
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add((await _receiver.NextAsync(Stop)).Headers["X-MLflow-Delivery-Id"]);
            if (i < 2) await _time.PassAsync(TimeSpan.FromSeconds(2 << i), Stop); // the pause after an answer, which doubles
        }

        ids.Distinct().Should().ContainSingle();
    }

    [Fact]
    public async Task A_sink_that_throws_is_given_up_after_its_attempts_and_counted_and_others_are_told()
    {
        Create(b => b.AddAlertSink<Broken>("broken", o => o.MaxAttempts = 1).AddAlertSink<Pager>("pager"));
        using var alerts = new MetricCollector<long>(_services!.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), Telemetry.Monitoring, Telemetry.Alerts);
        await ProcessAsync(Report(Alarm("x")));
        (await _pager.NextAsync(Stop)).Raised.Should().ContainSingle();
        (await LogAsync("broken")).Message.Should().Be("Sink broken was not told of alarms of monitor flight-delay after 1 attempts: out of paper");
        alerts.GetMeasurementSnapshot().Should().Contain(m => Equals(m.Tags["sink"], "broken") && Equals(m.Tags["outcome"], "given up"));
    }

    [Fact]
    public async Task An_address_of_this_machine_is_refused_unless_the_host_allows_it()
    {
        await ProcessAsync(b => b.AddAlertWebhook("ops", o => (o.Url, o.Secret, o.MaxAttempts) = (_receiver.Url, Secret, 1)), Alarm("x"));
        (await LogAsync("ops")).Message.Should().Contain("not allowed to reach");
        _receiver.Count.Should().Be(0);
    }

    [Fact]
    public async Task When_the_host_stops_what_waits_is_tried_once_more()
    {
        _receiver.Answer = _ => "503 Service Unavailable";
        await ProcessAsync(b => b.AddAlertWebhook("ops", Allowed), Alarm("x"));
        await _receiver.NextAsync(Stop);
        await LogAsync("at attempt 1");
        _receiver.Answer = _ => "200 OK";
        await _services!.GetRequiredService<AlertQueue>().StopAsync(Stop);
        (await _receiver.NextAsync(Stop)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_store_that_is_out_of_reach_stops_no_monitor()
    {
        Create(b => b.AddAlertSink<Pager>("pager"));
        _store.Error = new StoreException("no such host");
        (await ProcessAsync(Report(Alarm("x")))).Should().BeEmpty();
        (await LogAsync("could not be kept")).Exception.Should().BeOfType<StoreException>();
    }

    [Fact]
    public async Task Of_two_hosts_the_one_that_is_first_tells()
    {
        Create(b => b.AddAlertSink<Pager>("pager"));
        IReadOnlyList<AlertResult> others = [];
        _store.Interfere = _ => others = ProcessAsync(Report(Alarm("x"))).GetAwaiter().GetResult();
        var mine = await ProcessAsync(Report(Alarm("x")));
        (others.Single().Status, mine.Single().Status).Should().Be((AlertStatus.Sent, AlertStatus.Suppressed));
    }

    [Fact]
    public async Task A_silence_is_listed_until_it_is_over_or_ended()
    {
        Create(b => b);
        var alerts = _services!.GetRequiredService<IAlerts>();
        var silence = await alerts.SilenceAsync("*", "drift/*", TimeSpan.FromHours(1), "ann", "known", Stop);
        await alerts.SilenceAsync("*", "performance/*", TimeSpan.FromHours(3), "bob", "known", Stop);
        (await alerts.ListSilencesAsync(Stop)).Select(s => s.By).Should().Equal("ann", "bob");
        (await alerts.EndSilenceAsync(silence.Id, Stop)).Should().BeTrue();
        (await alerts.EndSilenceAsync(silence.Id, Stop)).Should().BeFalse();
        _time.Advance(TimeSpan.FromHours(3));
        (await alerts.ListSilencesAsync(Stop)).Should().BeEmpty();
        await FluentActions.Awaiting(() => alerts.SilenceAsync("*", "*", TimeSpan.Zero, "ann", "x", Stop)).Should().ThrowAsync<ArgumentException>();
        await FluentActions.Awaiting(() => alerts.SilenceAsync("*", "*", TimeSpan.FromHours(1), "ann", " ", Stop)).Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task What_is_open_is_listed_by_monitor_the_gravest_first()
    {
        Create(b => b);
        await ProcessAsync(Report(Alarm("x"), Alarm("y") with { Severity = AlarmSeverity.Critical, Value = double.NaN, Threshold = double.PositiveInfinity }));
        await ProcessAsync(Report(Alarm("z")) with { Monitor = "another one" });
        var alerts = _services!.GetRequiredService<IAlerts>();
        (await alerts.ListOpenAsync(cancellationToken: Stop)).Select(a => $"{a.Monitor} {a.Cause}").Should().Equal("another one drift/z", "flight-delay drift/y", "flight-delay drift/x");
        (await alerts.ListOpenAsync("flight-delay", Stop)).Should().HaveCount(2);
    }

    [Fact]
    public void A_sink_is_added_once()
    {
        var builder = new ServiceCollection().AddMlOpsCore().AddAlertSink<Pager>("a");
        builder.Invoking(b => b.AddAlertSink<Broken>("a")).Should().Throw<ArgumentException>().WithMessage("*'a'*");
        builder.Invoking(b => b.AddAlertSlack("log")).Should().Throw<ArgumentException>("the host's log is one");
    }

    [Theory]
    [InlineData("ftp://x/y", Secret, "*https or http*")]
    [InlineData("https://user@x/y", Secret, "*without a user*")]
    [InlineData("https://x/y", null, "*Secret is needed*")]
    [InlineData("https://x/y", "short", "*Secret*")]
    [InlineData(null, Secret, "*Url*")]
    public async Task A_webhook_that_cannot_work_keeps_the_host_from_starting(string? url, string? secret, string message)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IMonitorStore>(_store).AddMlOpsCore().UseDuckDb().AddAlertWebhook("ops", o => (o.Url, o.Secret) = (url is null ? null : new(url), secret));
        using var host = builder.Build();
        (await FluentActions.Awaiting(() => host.StartAsync(Stop)).Should().ThrowAsync<OptionsValidationException>()).WithMessage(message);
    }

    [Fact]
    public void Options_come_from_configuration()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MlOps:Alerts:RepeatAfter"] = "02:00:00",
            ["MlOps:Alerts:Sinks:ops:Url"] = "https://ops.example/alerts",
            ["MlOps:Alerts:Sinks:ops:Secret"] = Secret,
            ["MlOps:Alerts:Sinks:ops:MinSeverity"] = "Critical",
            ["MlOps:Alerts:Sinks:ops:Kinds:0"] = "Performance",
        }).Build());
        services.AddMlOpsCore().AddAlertWebhook("ops");
        using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<IOptions<AlertOptions>>().Value.RepeatAfter.Should().Be(TimeSpan.FromHours(2));
        var ops = provider.GetRequiredService<IOptionsMonitor<AlertWebhookOptions>>().Get("ops");
        (ops.Url!.Host, ops.MinSeverity, ops.Kinds.Single()).Should().Be(("ops.example", AlarmSeverity.Critical, AlarmKind.Performance));
    }

    private static Alarm Alarm(string column) => new("drift", AlarmKind.Drift, AlarmSeverity.Warning, column, "Moved.") { Statistic = "psi", Value = 0.5, Reference = 0.01, Threshold = 0.1 };

    private static MonitorReport Report(params Alarm[] alarms) => new("flight-delay", "flight-delay", 3, Noon.AddDays(-1), Noon, 500, 0, [], [new FailedSection("drift", "") { Alarms = alarms }]);

    private void Allowed(AlertWebhookOptions options) => (options.Url, options.Secret, options.AllowPrivateAddresses) = (_receiver.Url, Secret, true);

    private Task<IReadOnlyList<AlertResult>> ProcessAsync(Func<MlOpsBuilder, MlOpsBuilder> add, params Alarm[] alarms)
    {
        Create(add);
        return ProcessAsync(Report(alarms));
    }

    private Task<IReadOnlyList<AlertResult>> ProcessAsync(MonitorReport report) => _services!.GetRequiredService<AlertManager>().ProcessAsync(report, Stop);

    private void Create(Func<MlOpsBuilder, MlOpsBuilder> add)
    {
        var services = new ServiceCollection().AddMetrics().AddSingleton<TimeProvider>(_time).AddSingleton<IMonitorStore>(_store).AddSingleton(_pager.Messages);
        services.AddLogging(l => l.AddProvider(new FakeLoggerProvider(_logs)).SetMinimumLevel(LogLevel.Trace));
        add(services.AddMlOpsCore().AddMonitoring());
        AlertsBuilderExtensions.AddAlerts(new(services));
        _services = services.BuildServiceProvider();
    }

    private async Task<FakeLogRecord> LogAsync(string text)
    {
        while (true)
        {
            if (_logs.GetSnapshot().FirstOrDefault(l => l.Message.Contains(text, StringComparison.Ordinal) && l.Level >= LogLevel.Warning) is { } found) return found;
            await Task.Yield();
            Stop.ThrowIfCancellationRequested();
        }
    }

    private sealed class Pager(System.Threading.Channels.Channel<AlertMessage>? messages = null) : IAlertSink
    {
        public System.Threading.Channels.Channel<AlertMessage> Messages { get; } = messages ?? System.Threading.Channels.Channel.CreateUnbounded<AlertMessage>();

        public async Task SendAsync(AlertMessage message, CancellationToken cancellationToken) => await Messages.Writer.WriteAsync(message, cancellationToken);

        public ValueTask<AlertMessage> NextAsync(CancellationToken cancellationToken) => Messages.Reader.ReadAsync(cancellationToken);
    }

    private sealed class Broken : IAlertSink
    {
        public Task SendAsync(AlertMessage message, CancellationToken cancellationToken) => throw new InvalidOperationException("out of paper");
    }
}
