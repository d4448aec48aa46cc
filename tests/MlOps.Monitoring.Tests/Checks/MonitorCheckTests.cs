using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

public sealed class MonitorCheckTests : IDisposable
{
    private readonly World _world = new();
    private readonly Seen _seen = new();
    private ServiceProvider? _services;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _services?.Dispose();

    [Fact]
    public async Task A_check_of_the_host_sees_every_row_and_adds_a_section()
    {
        await LogAsync(Day(0, 10), Day(1, 5));
        var report = await CheckAsync();
        report.Section<CountSection>()!.Rows.Should().Equal(15);
        report.Alarms.Single().Cause.Should().Be("count/rows up");
        (report.Rows, report.FailedRows, report.Chunks.Count).Should().Be((15, 0, 1));
    }

    [Fact]
    public async Task Predictions_that_failed_come_apart_from_the_others()
    {
        await LogAsync(Day(0, 10, failed: 3));
        var report = await CheckAsync();
        _seen.Rows.Single().Should().Be((0, 7, 3));
        (report.Rows, report.FailedRows).Should().Be((7, 3));
    }

    [Fact]
    public async Task A_window_is_cut_by_period_and_empty_chunks_are_there()
    {
        await LogAsync(Day(0, 10), Day(2, 5));
        var report = await CheckAsync(o => o.ChunkPeriod = TimeSpan.FromDays(1), days: 3);
        report.Chunks.Select(c => (c.From, c.To, c.Rows)).Should().Equal(
            (World.May, World.May.AddDays(1), 10), (World.May.AddDays(1), World.May.AddDays(2), 0), (World.May.AddDays(2), World.May.AddDays(3), 5));
        report.Section<CountSection>()!.Rows.Should().Equal(10, 0, 5);
    }

    [Fact]
    public async Task A_window_is_cut_by_rows_across_batches()
    {
        await LogAsync(Day(0, 10), Day(1, 5));
        var report = await CheckAsync(o => o.ChunkRows = 6);
        report.Chunks.Select(c => c.Rows).Should().Equal(6, 6, 3);
        _seen.Rows.Should().Equal((0, 6, 0), (1, 4, 0), (1, 2, 0), (2, 3, 0));
    }

    [Fact]
    public async Task A_window_is_cut_into_a_number_of_equal_chunks()
    {
        await LogAsync(Day(0, 10), Day(1, 5));
        (await CheckAsync(o => o.ChunkCount = 3)).Chunks.Select(c => c.Rows).Should().Equal(5, 5, 5);
    }

    [Fact]
    public async Task Rows_of_different_days_in_one_batch_go_where_their_time_says()
    {
        await LogAsync(Rows([World.May.AddHours(1), World.May.AddDays(1), World.May.AddHours(2)]));
        await CheckAsync(o => o.ChunkPeriod = TimeSpan.FromDays(1));
        _seen.Rows.Should().Equal((0, 1, 0), (1, 1, 0), (0, 1, 0));
    }

    [Fact]
    public async Task A_check_that_throws_is_reported_and_the_others_go_on()
    {
        await LogAsync(Day(0, 10));
        _seen.Error = new FormatException("no such thing");
        var report = await CheckAsync();
        report.Sections.OfType<FailedSection>().Single().Error.Should().Be("no such thing");
        report.Alarms.Single().Kind.Should().Be(AlarmKind.Failure);
        report.Drift.Should().NotBeNull();
    }

    [Fact]
    public async Task A_monitor_leaves_checks_out()
    {
        await LogAsync(Day(0, 10));
        (await CheckAsync(o => o.SkippedChecks.Add("count"))).Section<CountSection>().Should().BeNull();
        _seen.Rows.Should().BeEmpty();
    }

    [Fact]
    public void Two_ways_to_cut_a_window_are_refused() =>
        FluentActions.Invoking(() => Monitor(o => (o.ChunkRows, o.ChunkCount) = (1, 1)).Get("flight-delay")).Should().Throw<OptionsValidationException>().WithMessage("*one at most*");

    private async Task LogAsync(params RecordBatch[] batches)
    {
        await _world.TrainAsync(new Table().Add("x", Enumerable.Range(0, 100).Select(i => (double)i)).Add("delayed", Enumerable.Range(0, 100).Select(i => i % 2 == 0)));
        _world.Log.Batches.AddRange(batches);
    }

    private static RecordBatch Day(int day, int rows, int failed = 0) => Rows([.. Enumerable.Range(0, rows).Select(i => World.May.AddDays(day).AddMinutes(i))], failed);

    private static RecordBatch Rows(DateTimeOffset[] times, int failed = 0) => new Table()
        .Add("x", times.Select((_, i) => (double)i))
        .Add(PredictionColumns.Time, times)
        .Add(PredictionColumns.Error, times.Select((_, i) => i < failed ? "refused" : null))
        .ToBatch();

    private Task<MonitorReport> CheckAsync(Action<MonitorOptions>? configure = null, int days = 2)
    {
        Monitor(configure);
        return _services!.GetRequiredService<IModelMonitor>().CheckAsync("flight-delay", World.May, World.May.AddDays(days), Stop);
    }

    private IOptionsMonitor<MonitorOptions> Monitor(Action<MonitorOptions>? configure)
    {
        var services = new ServiceCollection().AddSingleton(_seen);
        services.AddMlOpsCore()
            .Use<IModelRegistry>(_ => _world.Registry)
            .Use<IDatasetStore>(_ => _world.Datasets)
            .Use<IPredictionLog>(_ => _world.Log)
            .AddMonitorCheck<CountCheck>()
            .AddMonitor("flight-delay", m => m.Configure(configure ?? (_ => { })));
        _services = services.BuildServiceProvider();
        return _services.GetRequiredService<IOptionsMonitor<MonitorOptions>>();
    }

    private sealed record CountSection(IReadOnlyList<long> Rows) : MonitorSection("count");

    private sealed class Seen
    {
        public List<(int Chunk, int Rows, int Failed)> Rows { get; } = [];

        public Exception? Error { get; set; }
    }

    private sealed class CountCheck(Seen seen) : IMonitorCheck
    {
        public string Name => "count";

        public ValueTask<IMonitorPass?> BeginAsync(MonitorContext context, CancellationToken cancellationToken) => new(new Pass(seen));

        private sealed class Pass(Seen seen) : IMonitorPass
        {
            public void Add(MonitorBatch batch)
            {
                if (seen.Error is not null) throw seen.Error;
                seen.Rows.Add((batch.Chunk, batch.Rows.Length, batch.Failed?.Length ?? 0));
            }

            public ValueTask<MonitorSection> EndAsync(IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken) => new(new CountSection([.. chunks.Select(c => c.Rows)])
            {
                Alarms = [new("count", AlarmKind.Other, AlarmSeverity.Information, "rows", "Rows came.") { Direction = "up" }],
            });

            public void Dispose()
            {
            }
        }
    }
}
