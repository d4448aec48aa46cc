using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.MetadataStore.Tests;

public sealed class RunLoggerTests
{
    private const string RunId = "00000000000000000000000000000001";

    private readonly FakeLogCollector _log = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_that_was_logged_is_recorded_when_it_is_disposed()
    {
        var store = await StoreAsync();
        await using (var logger = Open(store))
        {
            for (var i = 0; i < 20_000; i++) logger.LogMetric("loss", 1.0 / (i + 1), i);
            logger.LogMetric("nan", double.NaN);
            logger.LogMetric("infinite", double.PositiveInfinity);
            logger.LogParameter("trees", "100");
            logger.SetTag("kind", "a");
            logger.SetTag("kind", "b");
            logger.LogInput(new("flights", "f", "training"));
        }

        var run = (await store.FindRunAsync(RunId, Cancel))!;
        run.Metrics["loss"].Step.Should().Be(19_999);
        run.Metrics["nan"].Value.Should().Be(double.NaN);
        run.Parameters.Should().Contain("trees", "100");
        run.Tags.Should().Contain("kind", "b");
        run.Inputs.Should().ContainSingle();
        (await HistoryAsync(store, "loss")).Should().HaveCount(20_000);
    }

    [Fact]
    public async Task A_flush_writes_what_was_logged_before()
    {
        var store = await StoreAsync();
        await using var logger = Open(store, new() { FlushInterval = TimeSpan.FromHours(1) });
        logger.LogParameter("trees", "100");
        await logger.FlushAsync(Cancel);
        (await store.FindRunAsync(RunId, Cancel))!.Parameters.Should().ContainKey("trees");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
        {
            logger.LogMetric("m", i, i);
            await logger.FlushAsync(Cancel);
        }, Cancel)));
        (await HistoryAsync(store, "m")).Should().HaveCount(20);
    }

    [Fact]
    public async Task Entries_are_written_together_when_there_are_enough_or_it_is_time()
    {
        var time = new FakeTimeProvider();
        var store = new Recorder(await StoreAsync());
        await using var logger = new RunLogger(store, RunId, new() { BatchSize = 10, FlushInterval = TimeSpan.FromHours(1) }, time);
        for (var i = 0; i < 10; i++) logger.LogMetric("m", i, i);
        await store.UntilAsync(10);
        logger.LogMetric("m", 10, 10);
        while (store.Written < 11)
        {
            time.Advance(TimeSpan.FromHours(1));
            await Task.Yield();
        }

        store.Calls.Should().BeLessThanOrEqualTo(3);
    }

    [Fact]
    public async Task A_store_that_is_busy_for_a_while_loses_nothing_and_keeps_the_order()
    {
        var store = new Recorder(await StoreAsync()) { Failures = 3 };
        await using (var logger = Open(store, new() { BatchSize = 7 }))
        {
            for (var i = 0; i < 100; i++) logger.SetTag("last", $"{i}");
            await logger.FlushAsync(Cancel);
            logger.Lost.Should().Be(0);
        }

        store.Tags.Should().BeInAscendingOrder();
        (await store.FindRunAsync(RunId, Cancel))!.Tags["last"].Should().Be("99");
    }

    [Fact]
    public async Task Logging_never_waits_and_what_does_not_fit_is_counted_and_said_once()
    {
        using var lost = new MetricCollector<long>(null, Telemetry.MetadataStore, Telemetry.RunLogLost);
        var store = new Recorder(await StoreAsync()) { Gate = new(TaskCreationOptions.RunContinuationsAsynchronously) };
        var logger = Open(store, new() { Capacity = 10, BatchSize = 1, FlushInterval = TimeSpan.Zero });
        logger.LogMetric("m", 0, 0);
        await store.UntilBegunAsync(1); // and no further until the gate opens
        for (var i = 1; i < 1000; i++) logger.LogMetric("m", i, i);
        logger.Lost.Should().Be(1000 - 11, "10 wait and one is on its way");
        store.Gate.SetResult();
        await logger.DisposeAsync();
        (await HistoryAsync(store, "m")).Should().HaveCount(1000 - (int)logger.Lost);
        _log.GetSnapshot().Should().ContainSingle(l => l.Id.Id == 1421);
        lost.GetMeasurementSnapshot().Sum(m => m.Value).Should().BeGreaterThanOrEqualTo(logger.Lost);
    }

    [Fact]
    public async Task Another_value_for_a_parameter_is_lost_and_what_is_beside_it_is_not()
    {
        var store = await StoreAsync();
        await store.LogAsync(RunId, new() { Parameters = new Dictionary<string, string> { ["trees"] = "100" } }, Cancel);
        await using var logger = Open(store);
        for (var i = 0; i < 50; i++) logger.LogMetric("m", i, i);
        logger.LogParameter("trees", "200");
        logger.LogParameter("leaves", "1");
        logger.LogParameter("leaves", "1");
        logger.LogParameter("leaves", "2");
        await logger.FlushAsync(Cancel);
        logger.Lost.Should().Be(2);
        var run = (await store.FindRunAsync(RunId, Cancel))!;
        run.Parameters.Should().BeEquivalentTo(new Dictionary<string, string> { ["trees"] = "100", ["leaves"] = "1" });
        (await HistoryAsync(store, "m")).Should().HaveCount(50);
        _log.GetSnapshot().Should().Contain(l => l.Id.Id == 1420);
    }

    [Fact]
    public async Task A_run_that_is_gone_loses_everything_and_says_so()
    {
        var logger = Open(new InMemoryMetadataStore());
        logger.LogMetric("m", 1);
        await logger.DisposeAsync();
        logger.Lost.Should().Be(1);
    }

    [Fact]
    public async Task Disposing_waits_no_longer_than_it_may()
    {
        var store = new Recorder(await StoreAsync()) { Gate = new() };
        var logger = Open(store, new() { DisposeTimeout = TimeSpan.Zero });
        for (var i = 0; i < 100; i++) logger.LogMetric("m", i, i);
        await Task.WhenAll(logger.DisposeAsync().AsTask(), logger.DisposeAsync().AsTask());
        logger.Lost.Should().Be(100);
        logger.LogMetric("m", 1);
        logger.Lost.Should().Be(101, "it is disposed");
        await logger.FlushAsync(Cancel);
    }

    [Fact]
    public async Task A_cancelled_flush_stops_waiting_and_the_writing_goes_on()
    {
        var store = new Recorder(await StoreAsync()) { Gate = new(TaskCreationOptions.RunContinuationsAsynchronously) };
        await using var logger = Open(store);
        logger.LogMetric("m", 1);
        using var cancel = new CancellationTokenSource();
        var flush = logger.FlushAsync(cancel.Token);
        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => flush).Should().ThrowAsync<OperationCanceledException>();
        store.Gate.SetResult();
        await logger.FlushAsync(Cancel);
        (await HistoryAsync(store, "m")).Should().ContainSingle();
    }

    [Fact]
    public async Task Many_threads_may_log_at_once()
    {
        var store = await StoreAsync();
        await using (var logger = Open(store, new() { BatchSize = 100 }))
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(t => Task.Run(() =>
            {
                for (var i = 0; i < 1000; i++) logger.LogMetric($"m{t}", i, i);
            }, Cancel)));
            await logger.FlushAsync(Cancel);
            logger.Lost.Should().Be(0);
        }

        for (var t = 0; t < 8; t++) (await HistoryAsync(store, $"m{t}")).Should().HaveCount(1000);
    }

    [Fact]
    public async Task Nonsense_is_refused_where_it_is_logged()
    {
        await using var logger = Open(await StoreAsync());
        foreach (var call in (Action[])[() => logger.LogMetric(" ", 1), () => logger.LogParameter("", ""), () => logger.LogParameter("a", null!), () => logger.SetTag("a", null!), () => logger.LogInput(null!)])
            call.Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Open(new InMemoryMetadataStore(), new() { Capacity = 0 })).Should().Throw<ArgumentException>();
    }

    private static async Task<InMemoryMetadataStore> StoreAsync()
    {
        var store = new InMemoryMetadataStore();
        await store.StartRunAsync(new(RunId, "e", "n", DateTimeOffset.UnixEpoch), Cancel);
        return store;
    }

    private static async Task<IReadOnlyList<Metric>> HistoryAsync(IMetadataStore store, string metric) =>
        (await store.GetMetricHistoryAsync(RunId, metric, cancellationToken: Cancel)).Items;

    private RunLogger Open(IMetadataStore store, RunLoggerOptions? options = null) => new(store, RunId, options, null, new FakeLogger(_log));

    /// <summary>A store that notes what is written, and is slow or busy when it is told to.</summary>
    private sealed class Recorder(InMemoryMetadataStore inner) : MetadataStoreWrapper(inner)
    {
        private int _written;
        private int _calls;
        private int _begun;

        public TaskCompletionSource? Gate { get; init; }

        public int Failures { get; set; }

        public int Written => Volatile.Read(ref _written);

        public int Calls => Volatile.Read(ref _calls);

        public List<int> Tags { get; } = [];

        public async Task UntilAsync(int written)
        {
            while (Written < written) await Task.Yield();
        }

        public async Task UntilBegunAsync(int calls)
        {
            while (Volatile.Read(ref _begun) < calls) await Task.Yield();
        }

        public override async Task LogAsync(string runId, RunEntries entries, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _begun);
            if (Gate is not null) await Gate.Task.WaitAsync(cancellationToken);
            if (Failures-- > 0) throw new StoreException("It is locked.", null, isTransient: true);
            await base.LogAsync(runId, entries, cancellationToken);
            if (entries.Tags.TryGetValue("last", out var last)) Tags.Add(int.Parse(last, System.Globalization.CultureInfo.InvariantCulture));
            Interlocked.Increment(ref _calls);
            Interlocked.Add(ref _written, entries.Metrics.Count);
        }
    }
}
