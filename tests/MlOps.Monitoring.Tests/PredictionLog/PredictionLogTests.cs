using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Monitoring.Tests;

public sealed class PredictionLogTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Noon = new(2001, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(Noon);
    private readonly BreakableEngine _engine = new();
    private readonly IMeterFactory _meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
    private ServiceProvider? _services;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_services is not null) await _services.DisposeAsync();
        await _engine.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_logged_is_read_again()
    {
        var log = Log();
        await log.WriteAsync(Entry("a", 101.5, "ORD", delayed: true) with { Latency = TimeSpan.FromMilliseconds(1.5) }, Stop);
        await log.WriteAsync(Entry("b", double.NaN, null, delayed: false), Stop);
        await log.FlushAsync(Stop);

        var rows = await ReadAsync(log);
        rows.Select(r => r["prediction.id"]).Should().Equal("a", "b");
        rows[0].Should().Equal(new Dictionary<string, object?>
        {
            ["distance"] = 101.5,
            ["origin"] = "ORD",
            ["output.PredictedLabel"] = true,
            ["output.Score.0"] = 0.25,
            ["output.Score.1"] = 0.75,
            ["prediction.id"] = "a",
            ["prediction.version"] = 3L,
            ["prediction.time"] = Noon,
            ["prediction.latency"] = 0.0015,
            ["prediction.caller"] = "http",
            ["prediction.error"] = null,
            ["prediction.variant"] = "champion",
            ["prediction.trace"] = null,
            ["prediction.subject"] = null,
            ["prediction.schema"] = "0123456789abcdef",
            ["ground_truth"] = null,
            ["ground_truth.time"] = null,
        });
        rows[1]["distance"].Should().BeNull("NaN is missing");
        rows[1]["origin"].Should().BeNull();
    }

    [Fact]
    public async Task The_columns_come_in_the_promised_order()
    {
        var log = Log();
        await log.WriteAsync(Entry("a"), Stop);
        await log.FlushAsync(Stop);
        await foreach (var batch in log.ReadAsync("flight-delay", Noon, Noon.AddDays(1), Stop))
        {
            batch.Schema.FieldsList.Select(f => f.Name).Should().Equal(
                "distance", "origin", "output.PredictedLabel", "output.Score.0", "output.Score.1",
                "prediction.id", "prediction.version", "prediction.time", "prediction.latency", "prediction.caller", "prediction.error",
                "prediction.variant", "prediction.trace", "prediction.subject", "prediction.schema", "ground_truth", "ground_truth.time");
        }
    }

    [Fact]
    public async Task Rows_of_one_request_are_told_apart_by_their_number()
    {
        var log = Log();
        await log.WriteAsync(Entry("r") with { Inputs = [Tensor.Of("x", [1L, 2L, 3L], [false, true, false])], Outputs = [Tensor.Of("Score", [1f, float.NaN, float.PositiveInfinity])] }, Stop);
        await log.FlushAsync(Stop);
        var rows = await ReadAsync(log);
        rows.Select(r => r["prediction.id"]).Should().Equal("r/0", "r/1", "r/2");
        rows.Select(r => r["x"]).Should().Equal(1L, null, 3L);
        rows.Select(r => r["output.Score"]).Should().Equal(1.0, null, double.PositiveInfinity);
    }

    [Fact]
    public async Task Files_lie_by_model_and_day_of_the_prediction()
    {
        var log = Log();
        await log.WriteAsync(Entry("a"), Stop);
        await log.WriteAsync(Entry("b") with { Time = new(2001, 5, 1, 23, 30, 0, TimeSpan.FromHours(-5)) }, Stop);
        await log.WriteAsync(Entry("c") with { Model = "other" }, Stop);
        await log.FlushAsync(Stop);
        _folder.Files().Select(f => Path.GetDirectoryName(Path.GetRelativePath(_folder.Path, f))).Should().Equal(
            Path.Combine("predictions", "flight-delay", "2001-05-01"), Path.Combine("predictions", "flight-delay", "2001-05-02"), Path.Combine("predictions", "other", "2001-05-01"));
        _folder.Files("*.tmp").Should().BeEmpty();
    }

    [Fact]
    public async Task A_window_holds_its_first_moment_and_not_its_last()
    {
        var log = Log();
        for (var hour = 0; hour < 48; hour++) await log.WriteAsync(Entry($"{hour}") with { Time = Noon.AddHours(hour) }, Stop);
        await log.FlushAsync(Stop);
        (await ReadAsync(log, Noon.AddHours(5), Noon.AddHours(17))).Select(r => r["prediction.id"]).Should().Equal(Enumerable.Range(5, 12).Select(h => (object)$"{h}"));
        (await ReadAsync(log, Noon.AddHours(48), Noon.AddHours(90))).Should().BeEmpty();
        (await ReadAsync(log, Noon.AddHours(5), Noon.AddHours(5))).Should().BeEmpty();
        (await ReadAsync(log, DateTimeOffset.MinValue, DateTimeOffset.MaxValue)).Should().HaveCount(48);
    }

    [Fact]
    public async Task Windows_side_by_side_hold_every_prediction_once()
    {
        var log = Log();
        var cut = Noon.AddTicks(5); // within a microsecond
        await log.WriteAsync(Entry("a") with { Time = cut.AddTicks(-1) }, Stop);
        await log.WriteAsync(Entry("b") with { Time = cut }, Stop);
        await log.WriteAsync(Entry("c") with { Time = cut.AddTicks(10) }, Stop);
        await log.FlushAsync(Stop);
        var both = (await ReadAsync(log, Noon, cut)).Concat(await ReadAsync(log, cut, Noon.AddHours(1)));
        both.Select(r => r["prediction.id"]).Should().Equal("a", "b", "c");
    }

    [Fact]
    public async Task Nothing_was_logged_of_a_model_that_nobody_asked() => (await ReadAsync(Log(), model: "never")).Should().BeEmpty();

    [Fact]
    public async Task Versions_with_other_columns_are_read_together()
    {
        var log = Log();
        await log.WriteAsync(Entry("old") with { Version = 1, Inputs = [Tensor.Of("distance", [100L]), Tensor.Of("carrier", ["AA"]), Tensor.Of("code", [7L])] }, Stop);
        await log.WriteAsync(Entry("new") with { Version = 2, Inputs = [Tensor.Of("distance", [100.5]), Tensor.Of("origin", ["ORD"]), Tensor.Of("code", ["x"])] }, Stop);
        await log.FlushAsync(Stop);
        _folder.Files().Should().HaveCount(2);
        var rows = await ReadAsync(log);
        rows.Select(r => r["distance"]).Should().Equal(100.0, 100.5);
        rows.Select(r => r["carrier"]).Should().Equal(new object?[] { "AA", null });
        rows.Select(r => r["origin"]).Should().Equal(new object?[] { null, "ORD" });
        rows.Select(r => r["code"]).Should().Equal("7", "x");
    }

    [Fact]
    public async Task A_request_that_failed_is_logged_with_its_error()
    {
        var log = Log();
        await log.WriteAsync(Entry("early") with { Inputs = [], Outputs = [], Error = "no inputs" }, Stop);
        await log.WriteAsync(Entry("ragged") with { Inputs = [Tensor.Of("a", [1.0, 2.0]), Tensor.Of("b", ["x"])], Outputs = [], Error = "ragged" }, Stop);
        await log.WriteAsync(Entry("empty") with { Inputs = [Tensor.Of("a", System.Array.Empty<double>())], Outputs = [] }, Stop);
        await log.FlushAsync(Stop);
        var rows = await ReadAsync(log);
        rows.Select(r => r["prediction.id"]).Should().Equal("early", "ragged/0", "ragged/1");
        rows.Select(r => r["prediction.error"]).Should().Equal("no inputs", "ragged", "ragged");
        rows.Select(r => r["b"]).Should().Equal(new object?[] { null, "x", null });
    }

    [Fact]
    public async Task An_input_that_is_called_as_a_column_of_the_log_is_kept_beside_it()
    {
        var log = Log();
        await log.WriteAsync(Entry("a") with { Inputs = [Tensor.Of("ground_truth", [1.0]), Tensor.Of("prediction.id", ["mine"]), Tensor.Of("output.Score", [2.0])], Outputs = [Tensor.Of("Score", [3.0])] }, Stop);
        await log.FlushAsync(Stop);
        var row = (await ReadAsync(log)).Single();
        row["input.ground_truth"].Should().Be(1.0);
        row["input.prediction.id"].Should().Be("mine");
        row["prediction.id"].Should().Be("a");
        row.Values.Should().Contain(2.0).And.Contain(3.0);
    }

    [Fact]
    public async Task True_values_are_joined_the_latest_first_and_unknown_ones_left_out()
    {
        var log = Log();
        foreach (var id in new[] { "a", "b", "c", "d" }) await log.WriteAsync(Entry(id), Stop);
        await log.FlushAsync(Stop);
        await log.WriteGroundTruthAsync("flight-delay", [new("a", 1, Noon.AddDays(3)), new("a", 0, Noon.AddDays(2)), new("b", 5, Noon.AddDays(40)), new("unknown", 9, Noon)], Stop);
        await log.WriteGroundTruthAsync("flight-delay", [new("b", 6, Noon.AddDays(40)), new("c", double.NaN, Noon), new("a", 7, Noon.AddDays(1))], Stop);
        await log.WriteGroundTruthAsync("other", [new("d", 1, Noon)], Stop);
        await log.WriteGroundTruthAsync("flight-delay", [], Stop);
        (await ReadAsync(log)).Select(r => r["ground_truth"]).Should().Equal(1.0, 6.0, null, null);
    }

    [Fact]
    public async Task A_true_value_of_nothing_is_refused()
    {
        var log = Log();
        await FluentActions.Awaiting(() => log.WriteGroundTruthAsync("flight-delay", [new("", 1, Noon)], Stop)).Should().ThrowAsync<ArgumentException>();
        await FluentActions.Awaiting(() => log.WriteGroundTruthAsync("../x", [new("a", 1, Noon)], Stop)).Should().ThrowAsync<ArgumentException>();
        await FluentActions.Awaiting(() => log.WriteAsync(Entry("a") with { Model = ".." }, Stop).AsTask()).Should().ThrowAsync<ArgumentException>();
        await FluentActions.Awaiting(() => log.WriteAsync(null!, Stop).AsTask()).Should().ThrowAsync<ArgumentNullException>();
    }

    [Fact]
    public async Task What_waits_is_written_after_the_interval()
    {
        using var written = Collect(Telemetry.PredictionsLogged);
        var log = Log(o => o.FlushInterval = TimeSpan.FromSeconds(10));
        await log.WriteAsync(Entry("a"), Stop);
        await log.WriteAsync(Entry("b"), Stop);
        await AdvanceUntilAsync(() => _engine.Written > 0, TimeSpan.FromSeconds(1));
        await WaitAsync(written, 1);
        written.GetMeasurementSnapshot().EvaluateAsCounter().Should().BeInRange(1, 2);
    }

    [Fact]
    public async Task A_file_is_written_before_its_time_when_it_is_full()
    {
        using var written = Collect(Telemetry.PredictionsLogged);
        var log = Log(o => o.MaxRowsPerFile = 3);
        for (var i = 0; i < 7; i++) await log.WriteAsync(Entry($"{i}"), Stop);
        await WaitAsync(written, 2);
        _folder.Files().Should().HaveCount(2);
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Select(r => r["prediction.id"]).Should().Equal(Enumerable.Range(0, 7).Select(i => (object)$"{i}"));
    }

    [Fact]
    public async Task What_waits_is_written_when_the_log_is_disposed()
    {
        var log = Log();
        await log.WriteAsync(Entry("a"), Stop);
        await _services!.DisposeAsync();
        _folder.Files().Should().HaveCount(1);
        await log.WriteAsync(Entry("late"), Stop); // the last requests of a stopping host still get their answers
        await log.FlushAsync(Stop);
        _folder.Files().Should().HaveCount(1);
    }

    [Fact]
    public async Task What_waits_is_written_when_the_host_stops()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        Add(builder.Services, null);
        using var host = builder.Build();
        await host.StartAsync(Stop);
        await host.Services.GetRequiredService<IPredictionLog>().WriteAsync(Entry("a"), Stop);
        await host.StopAsync(Stop);
        _folder.Files().Should().HaveCount(1);
    }

    [Fact]
    public async Task Nothing_is_lost_when_many_write_at_once()
    {
        var log = Log(o => (o.Capacity, o.MaxRowsPerFile) = (16, 100));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(t => Task.Run(async () =>
        {
            for (var i = 0; i < 250; i++) await log.WriteAsync(Entry($"{t}-{i}"), Stop);
            await log.FlushAsync(Stop);
        }, Stop)));
        (await ReadAsync(log)).Select(r => r["prediction.id"]).Should().HaveCount(2000).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_full_queue_drops_and_counts_when_it_is_told_to()
    {
        using var dropped = Collect(Telemetry.PredictionsDropped);
        _engine.Hold = new SemaphoreSlim(0);
        var log = Log(o => (o.Capacity, o.WhenFull, o.MaxRowsPerFile) = (4, WhenFull.Drop, 1));
        for (var i = 0; i < 100; i++) await log.WriteAsync(Entry($"{i}"), Stop);
        var lost = dropped.GetMeasurementSnapshot().EvaluateAsCounter();
        lost.Should().BeInRange(94, 96);
        _engine.Hold.Release(1000);
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Should().HaveCount(100 - (int)lost);
    }

    [Fact]
    public async Task A_full_queue_makes_requests_wait_and_lets_them_be_cancelled()
    {
        _engine.Hold = new SemaphoreSlim(0);
        var log = Log(o => (o.Capacity, o.MaxRowsPerFile) = (2, 1));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var writes = Enumerable.Range(0, 20).Select(i => log.WriteAsync(Entry($"{i}"), cancel.Token).AsTask()).ToArray();
        writes[^1].IsCompleted.Should().BeFalse();
        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => writes[^1]).Should().ThrowAsync<OperationCanceledException>();
        _engine.Hold.Release(1000);
    }

    [Fact]
    public async Task The_queue_is_bounded_by_rows_and_takes_a_larger_request_when_it_is_empty()
    {
        using var dropped = Collect(Telemetry.PredictionsDropped);
        _engine.Hold = new SemaphoreSlim(0);
        var log = Log(o => (o.Capacity, o.WhenFull, o.MaxRowsPerFile) = (10, WhenFull.Drop, 1));
        for (var i = 0; i < 50; i++) await log.WriteAsync(Rows($"{i}", 25), Stop);
        dropped.GetMeasurementSnapshot().EvaluateAsCounter().Should().BeInRange(48 * 25, 49 * 25, "one waits, and another may be at work");
        _engine.Hold.Release(1000);
        await log.FlushAsync(Stop);
        await log.WriteAsync(Rows("last", 25), Stop);
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Count(r => ((string)r["prediction.id"]!).StartsWith("last/", StringComparison.Ordinal)).Should().Be(25);

        static PredictionEntry Rows(string id, int rows) => Entry(id) with
        {
            Inputs = [Tensor.Of("distance", new double[rows]), Tensor.Of("origin", new string?[rows])],
            Outputs = [Tensor.Of("PredictedLabel", new bool[rows]), Tensor.Of("Score", new float[rows * 2], width: 2)],
        };
    }

    [Fact]
    public async Task A_disk_that_refuses_is_tried_again_and_no_request_fails()
    {
        var log = Log();
        _engine.IsBroken = true;
        await log.WriteAsync(Entry("a"), Stop);
        await FluentActions.Awaiting(() => log.FlushAsync(Stop)).Should().ThrowAsync<DataException>().WithMessage("*no space left*");
        await log.WriteAsync(Entry("b"), Stop);
        _folder.Files("*").Where(f => f.Contains("flight-delay", StringComparison.Ordinal)).Should().BeEmpty("nothing half-written is left");
        _engine.IsBroken = false;
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Select(r => r["prediction.id"]).Should().Equal("a", "b");
    }

    [Fact]
    public async Task A_disk_that_refuses_for_too_long_loses_the_oldest_and_counts_them()
    {
        using var dropped = Collect(Telemetry.PredictionsDropped);
        var log = Log(o => (o.Capacity, o.MaxRowsPerFile) = (10, 5));
        _engine.IsBroken = true;
        for (var i = 0; i < 30; i++) await log.WriteAsync(Entry($"{i}"), Stop);
        await FluentActions.Awaiting(() => log.FlushAsync(Stop)).Should().ThrowAsync<DataException>();
        dropped.GetMeasurementSnapshot().EvaluateAsCounter().Should().Be(20);
        _engine.IsBroken = false;
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Select(r => r["prediction.id"]).Should().Equal(Enumerable.Range(20, 10).Select(i => (object)$"{i}"));
    }

    [Fact]
    public async Task A_disk_that_refuses_to_the_end_is_counted_and_does_not_keep_the_host_from_stopping()
    {
        using var dropped = Collect(Telemetry.PredictionsDropped);
        var log = Log(o => o.Durability = LogDurability.Memory);
        _engine.IsBroken = true;
        await log.WriteAsync(Entry("a"), Stop);
        await _services!.GetServices<IHostedService>().OfType<PredictionLogService>().Single().StopAsync(Stop);
        await ((IAsyncDisposable)log).DisposeAsync();
        dropped.GetMeasurementSnapshot().EvaluateAsCounter().Should().Be(1);
    }

    [Fact]
    public async Task What_a_killed_process_left_half_written_is_passed_over_and_removed()
    {
        var day = Directory.CreateDirectory(Path.Combine(_folder.Path, "predictions", "flight-delay", "2001-05-01")).FullName;
        var (torn, young) = (Path.Combine(day, "torn.tmp"), Path.Combine(day, "young.tmp"));
        await File.WriteAllTextAsync(torn, "half", Stop);
        await File.WriteAllTextAsync(young, "another process writes this", Stop);
        File.SetLastWriteTimeUtc(torn, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-2));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "predictions", "flight-delay", "not-a-day"));
        var log = Log();
        await log.WriteAsync(Entry("a"), Stop);
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Should().HaveCount(1);
        File.Exists(torn).Should().BeFalse();
        File.Exists(young).Should().BeTrue();
    }

    [Fact]
    public async Task A_second_process_on_the_same_folder_takes_the_next_number()
    {
        await LogOnceAsync("a");
        await LogOnceAsync("b");
        _folder.Files().Select(f => Path.GetFileName(f)[..8]).Should().Equal("00000001", "00000002");
        (await ReadAsync(Log())).Select(r => r["prediction.id"]).Should().Equal("a", "b");

        async Task LogOnceAsync(string id)
        {
            using var services = Add(new ServiceCollection(), null).BuildServiceProvider();
            await services.GetRequiredService<IPredictionLog>().WriteAsync(Entry(id), Stop);
            await services.GetRequiredService<IPredictionLog>().FlushAsync(Stop);
        }
    }

    [Fact]
    public async Task A_flush_of_nothing_is_done() => await Log().FlushAsync(Stop);

    [Fact]
    public void Options_come_from_configuration_then_code_and_nonsense_is_refused()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MlOps:PredictionLog:Capacity"] = "7",
            ["MlOps:PredictionLog:WhenFull"] = "Drop",
            ["MlOps:PredictionLog:FlushInterval"] = "00:00:05",
        }).Build();
        var services = Add(new ServiceCollection().AddSingleton<IConfiguration>(configuration), o => o.Capacity = 8);
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptions<PredictionLogOptions>>().Value;
        (options.Capacity, options.WhenFull, options.FlushInterval).Should().Be((8, WhenFull.Drop, TimeSpan.FromSeconds(5)));

        using var wrong = Add(new ServiceCollection(), o => o.Capacity = 0).BuildServiceProvider();
        wrong.Invoking(s => s.GetRequiredService<IOptions<PredictionLogOptions>>().Value).Should().Throw<OptionsValidationException>().WithMessage("*Capacity*");
        using var wrongToo = Add(new ServiceCollection(), o => o.FlushInterval = TimeSpan.Zero).BuildServiceProvider();
        wrongToo.Invoking(s => s.GetRequiredService<IOptions<PredictionLogOptions>>().Value).Should().Throw<OptionsValidationException>().WithMessage("*FlushInterval*");
    }

    [Fact]
    public void A_log_of_the_hosts_own_wins()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IPredictionLog>(new RecordedLog());
        using var provider = Add(services, null).BuildServiceProvider();
        provider.GetRequiredService<IPredictionLog>().Should().BeOfType<RecordedLog>();
    }

    internal static PredictionEntry Entry(string id, double distance = 500, string? origin = "ORD", bool delayed = true) => new()
    {
        Id = id,
        Model = "flight-delay",
        Version = 3,
        Time = Noon,
        Inputs = [Tensor.Of("distance", [distance]), Tensor.Of("origin", [origin])],
        Outputs = [Tensor.Of("PredictedLabel", [delayed]), Tensor.Of("Score", [0.25f, 0.75f], width: 2)],
        Caller = "http",
        Variant = "champion",
        SchemaHash = "0123456789abcdef",
    };

    private IServiceCollection Add(IServiceCollection services, Action<PredictionLogOptions>? configure)
    {
        services.AddSingleton<TimeProvider>(_time).AddSingleton<IColumnarEngine>(_engine).AddMetrics();
        services.AddMlOpsCore(o => o.Folder = _folder.Path).AddMonitoring(configure);
        return services;
    }

    private IPredictionLog Log(Action<PredictionLogOptions>? configure = null)
    {
        _services?.Dispose();
        _services = Add(new ServiceCollection(), configure).AddSingleton(_meters).BuildServiceProvider();
        return _services.GetRequiredService<IPredictionLog>();
    }

    private MetricCollector<long> Collect(string instrument) => new(_meters, Telemetry.Monitoring, instrument);

    // A collector goes on where the measurement was made, in the middle of the log's own work.
    private static Task WaitAsync(MetricCollector<long> collector, int count) =>
        collector.WaitForMeasurementsAsync(count, Stop).ContinueWith(t => t.GetAwaiter().GetResult(), Stop, TaskContinuationOptions.RunContinuationsAsynchronously, TaskScheduler.Default);

    // The consumer arms its timer on another thread, so the clock goes on until it has.
    private async Task AdvanceUntilAsync(Func<bool> done, TimeSpan step)
    {
        while (!done())
        {
            _time.Advance(step);
            await Task.Yield();
            Stop.ThrowIfCancellationRequested();
        }
    }

    private static Task<List<Dictionary<string, object?>>> ReadAsync(IPredictionLog log, DateTimeOffset? from = null, DateTimeOffset? to = null, string model = "flight-delay") =>
        log.ReadAsync(model, from ?? Noon.AddDays(-1), to ?? Noon.AddDays(3), Stop).ToRowsAsync();
}
