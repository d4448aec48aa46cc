using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests.Consistency;

public sealed class ConsistencyWorkerTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("mlops-consistency-").FullName;
    private readonly WaitedClock _time = new(Noon);
    private readonly FakeLogger<ConsistencyWorker> _logger = new();
    private readonly Checks _checks = new();
    private readonly ConsistencyOptions _options = new() { Interval = TimeSpan.FromHours(1), Delay = TimeSpan.FromMinutes(5), Checks = { new() { Model = "flight-delay", Service = "flight@1", Share = 0.5 } } };
    private ConsistencyWorker? _worker;

    private FileConsistencyReports Reports => new(Options.Create(new MlOpsOptions { Folder = _folder }));

    [Fact]
    public async Task Each_check_goes_on_where_the_last_report_ends()
    {
        await StartAsync();
        await TickAsync();
        await TickAsync();
        _checks.Made.Select(q => (q.From, q.To, q.Share)).Should().Equal(
            (Noon.AddMinutes(-5), Noon.AddMinutes(55), 0.5),
            (Noon.AddMinutes(55), Noon.AddMinutes(115), 0.5));
    }

    [Fact]
    public async Task A_report_is_kept_with_all_that_it_says()
    {
        await StartAsync();
        await TickAsync();
        var kept = (await Reports.ListAsync("flight-delay", 10, TestContext.Current.CancellationToken)).Single();
        kept.Should().BeEquivalentTo(Checks.ReportOf(_checks.Made.Single()));
        kept.IsAlarm.Should().BeTrue();
    }

    [Fact]
    public async Task A_check_that_fails_is_logged_and_its_span_is_checked_the_next_time()
    {
        await StartAsync();
        _checks.Error = new StoreException("The log does not answer.");
        await TickAsync();
        _logger.LatestRecord.Id.Id.Should().Be(1991);
        _checks.Error = null;
        await TickAsync();
        await TickAsync();
        (await Reports.ListAsync("flight-delay", 10, TestContext.Current.CancellationToken)).Should().HaveCount(2);
    }

    [Fact]
    public async Task After_a_long_stop_ten_intervals_are_checked_and_not_all()
    {
        await Reports.WriteAsync(Checks.ReportOf(new("flight-delay", "flight@1", Noon.AddDays(-31), Noon.AddDays(-30))), TestContext.Current.CancellationToken);
        await StartAsync();
        await TickAsync();
        _checks.Made.Single().From.Should().Be(Noon.AddMinutes(55).AddHours(-10));
    }

    [Fact]
    public async Task Without_an_interval_nothing_is_checked()
    {
        _options.Interval = null;
        await StartAsync();
        await _worker!.ExecuteTask!;
        _checks.Made.Should().BeEmpty();
    }

    [Fact]
    public void A_check_without_a_model_is_refused_when_the_host_starts() =>
        new ConsistencyOptionsValidator().Validate(null, new() { Checks = { new() { Service = "flight@1" } } }).FailureMessage.Should().Contain("Model");

    [Fact]
    public async Task A_model_that_was_never_checked_has_no_report() =>
        (await Reports.ListAsync("flight-delay", 1, TestContext.Current.CancellationToken)).Should().BeEmpty();

    public async ValueTask DisposeAsync()
    {
        if (_worker is not null)
        {
            await _worker.StopAsync(CancellationToken.None);
            _worker.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync()
    {
        var services = new ServiceCollection().AddSingleton<IFeatureConsistency>(_checks).BuildServiceProvider();
        _worker = new(services, Reports, _time, Options.Create(_options), _logger);
        await _worker.StartAsync(TestContext.Current.CancellationToken);
        if (_options.Interval is not null) await _time.HasTimer.WaitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Lets an hour go by and waits until what is due is done.</summary>
    private async Task TickAsync()
    {
        var due = _checks.Next();
        _time.Advance(TimeSpan.FromHours(1));
        await due.WaitAsync(TestContext.Current.CancellationToken);
        while (_checks.Error is null ? (await Reports.ListAsync("flight-delay", 100, TestContext.Current.CancellationToken)).All(r => r.Query.To != _checks.Made[^1].To) : _logger.Collector.Count == 0) await Task.Yield();
    }

    private sealed class Checks : IFeatureConsistency
    {
        private TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<ConsistencyQuery> Made { get; } = [];

        public Exception? Error { get; set; }

        public static ConsistencyReport ReportOf(ConsistencyQuery query) => new(query, 10, 8, [new("mean", 8, 6, 1, 1, 0, double.NaN, 0.25)]);

        public Task Next() => (_asked = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public Task<ConsistencyReport> CheckAsync(ConsistencyQuery query, CancellationToken cancellationToken = default)
        {
            var error = Error;
            if (error is null) Made.Add(query);
            _asked.TrySetResult();
            return error is null ? Task.FromResult(ReportOf(query)) : Task.FromException<ConsistencyReport>(error);
        }
    }
}
