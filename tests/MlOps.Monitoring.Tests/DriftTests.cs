using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Tests;

namespace MlOps.Monitoring.Tests;

public sealed class DriftTests : IDisposable
{
    private readonly World _world = new();
    private readonly Random _random = new(20010501);
    private ServiceProvider? _services;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _services?.Dispose();

    [Fact]
    public async Task A_window_like_the_training_data_has_no_drift()
    {
        await _world.TrainAsync(Flights(20_000));
        _world.Log.Batches.Add(Flights(1600).ToBatch());
        var report = await CheckAsync();
        report.HasDrift.Should().BeFalse();
        report.Summary.Should().Be("No drift: 1,600 predictions against 20,000 training rows of version 1.");
        report.Columns.Select(c => (c.Column, c.Status)).Should().Equal(
            ("date", DriftStatus.NotCompared), ("distance", DriftStatus.Stable), ("origin", DriftStatus.Stable), ("hour", DriftStatus.Stable), ("weekend", DriftStatus.Stable));
        report.Columns[0].Sentence.Should().Be("Not compared: a Timestamp always moves.");
        report.Columns[1].Psi.Should().BeInRange(0, 0.03);
        report.Columns[1].NoiseLevel.Should().BeInRange(9 * ((1 / 20_000.0) + (1 / 1600.0)), 11 * ((1 / 20_000.0) + (1 / 1600.0)), "there are ten bins, and one for what lies outside on each side");
        (report.Rows, report.ReferenceRows, report.FailedRows).Should().Be((1600, 20_000, 0));
    }

    [Fact]
    public async Task Training_data_that_cannot_be_read_are_an_alarm_and_not_a_window_without_drift()
    {
        await _world.TrainAsync(Flights(2_000));
        _world.Log.Batches.Add(Flights(1600, distance: d => d * 1.609344).ToBatch());
        var datasets = new Unreadable(_world.Datasets) { IsBroken = true };
        using var metrics = new MonitoringMetrics();
        using var drift = new DriftCheck(datasets, _world.Log, _world.KeepsAll, [], metrics);
        var runner = new MonitorRunner(_world.Registry, _world.Log, [drift], NullLogger<MonitorRunner>.Instance);
        var check = () => runner.CheckAsync("flight-delay", new(), World.May, World.May.AddDays(7), Stop);

        var failed = await check();
        failed.Drift.Should().BeNull();
        failed.Alarms.Should().ContainSingle().Which.Kind.Should().Be(AlarmKind.Failure);

        datasets.IsBroken = false;
        (await check()).Drift!.Drifted.Should().Equal(["distance"], "it was not remembered");
    }

    [Fact]
    public async Task Kilometres_for_miles_are_found_in_one_day()
    {
        await _world.TrainAsync(Flights(20_000));
        _world.Log.Batches.Add(Flights(1600, distance: d => d * 1.609344).ToBatch());
        var report = await CheckAsync();
        report.Drifted.Should().Equal("distance");
        var distance = report.Columns.Single(c => c.IsDrifted);
        distance.Psi.Should().BeGreaterThan(0.2);
        distance.PValue.Should().BeLessThan(1e-20);
        distance.Sentence.Should().StartWith("Moved: PSI ").And.Contain("in training 10.0 %");
        report.ToString().Should().Contain("distance: Moved");
    }

    [Fact]
    public async Task A_new_category_is_found_and_named()
    {
        await _world.TrainAsync(Flights(20_000));
        _world.Log.Batches.Add(Flights(1600, origin: o => _random.NextDouble() < 0.1 ? "XXX" : o).ToBatch());
        var report = await CheckAsync();
        report.Drifted.Should().Equal("origin");
        report.Columns.Single(c => c.IsDrifted).Sentence.Should().Contain("'XXX'").And.Contain("in training 0.0 %");
    }

    [Fact]
    public async Task Many_new_categories_are_found_as_values_that_training_never_had()
    {
        await _world.TrainAsync(Flights(20_000));
        _world.Log.Batches.Add(Flights(1600, origin: o => _random.NextDouble() < 0.1 ? "X" + _random.Next(1000) : o).ToBatch());
        var report = await CheckAsync();
        report.Drifted.Should().Equal("origin");
        report.Columns.Single(c => c.IsDrifted).Sentence.Should().Contain("a value that the reference never had");
    }

    [Fact]
    public async Task Values_that_go_missing_are_found()
    {
        await _world.TrainAsync(Flights(20_000));
        _world.Log.Batches.Add(Flights(1600, origin: o => _random.NextDouble() < 0.08 ? null : o).ToBatch());
        var origin = (await CheckAsync()).Columns.Single(c => c.IsDrifted);
        (origin.Column, origin.ReferenceMissing).Should().Be(("origin", 0));
        origin.Missing.Should().BeInRange(0.05, 0.11);
        origin.Sentence.Should().Contain("of the values are missing, in training 0.0 %");
    }

    [Fact]
    public async Task More_missing_values_are_found_where_the_index_does_not_see_them()
    {
        await _world.TrainAsync(new Table().Add("x", Numbers(20_000, missing: 0.3)).Add("delayed", Truths(20_000)));
        _world.Log.Batches.Add(new Table().Add("x", Numbers(5000, missing: 0.37)).ToBatch());
        var x = (await CheckAsync()).Columns.Single();
        x.Psi.Should().BeLessThan(0.1);
        x.IsDrifted.Should().BeTrue();
    }

    [Fact]
    public async Task A_column_that_vanished_is_an_alarm()
    {
        await _world.TrainAsync(Flights(20_000));
        _world.Log.Batches.Add(Flights(1600, without: "distance").ToBatch());
        var report = await CheckAsync();
        report.Drifted.Should().Equal("distance");
        report.Columns.Single(c => c.IsDrifted).Sentence.Should().Be("No prediction has the column; in training 0.0 % were missing.");
    }

    [Fact]
    public async Task A_column_that_is_all_missing_is_an_alarm_also_when_many_were_in_training()
    {
        await _world.TrainAsync(new Table().Add("x", Numbers(20_000, missing: 0.97)).Add("delayed", Truths(20_000)));
        _world.Log.Batches.Add(new Table().Add("x", Numbers(2000, missing: 1)).ToBatch());
        (await CheckAsync()).Columns.Single().Sentence.Should().StartWith("Every value is missing; in training 97");
    }

    [Fact]
    public async Task A_column_that_is_all_missing_by_chance_is_no_pass_either()
    {
        await _world.TrainAsync(new Table().Add("x", Numbers(20_000, missing: 0.99)).Add("delayed", Truths(20_000)));
        _world.Log.Batches.Add(new Table().Add("x", Numbers(100, missing: 1)).ToBatch());
        var x = (await CheckAsync()).Columns.Single();
        x.Status.Should().Be(DriftStatus.NotCompared);
        x.Sentence.Should().Contain("says little");
    }

    [Fact]
    public async Task A_column_that_training_never_had_values_of_and_now_has_some_is_found()
    {
        await _world.TrainAsync(new Table().Add("x", Numbers(5000, missing: 1)).Add("delayed", Truths(5000)));
        _world.Log.Batches.Add(new Table().Add("x", Numbers(500)).ToBatch());
        var x = (await CheckAsync()).Columns.Single();
        x.IsDrifted.Should().BeTrue();
        x.Sentence.Should().Be("0.0 % of the values are missing, in training 100.0 %.");
    }

    [Fact]
    public async Task A_constant_that_changes_is_found()
    {
        await _world.TrainAsync(new Table().Add("x", Enumerable.Repeat(5.0, 1000)).Add("delayed", Truths(1000)));
        _world.Log.Batches.Add(new Table().Add("x", Enumerable.Repeat(3.0, 100)).ToBatch());
        (await CheckAsync()).Columns.Single().Sentence.Should().Contain("a value that the reference never had");
    }

    [Fact]
    public async Task Infinities_are_numbers_on_both_sides()
    {
        double[] values = [.. Enumerable.Range(0, 1000).Select(i => i % 10 == 0 ? double.PositiveInfinity : i % 10 == 1 ? double.NegativeInfinity : i)];
        await _world.TrainAsync(new Table().Add("x", values).Add("delayed", Truths(1000)));
        _world.Log.Batches.Add(new Table().Add("x", values).ToBatch());
        var x = (await CheckAsync()).Columns.Single();
        x.Status.Should().Be(DriftStatus.Stable);
        x.Psi.Should().Be(0);
        _world.Log.Batches[0] = new Table().Add("x", Enumerable.Repeat(double.PositiveInfinity, 200)).ToBatch();
        (await CheckAsync()).HasDrift.Should().BeTrue();
    }

    [Fact]
    public async Task A_column_that_comes_as_another_type_is_compared_by_its_values()
    {
        await _world.TrainAsync(new Table()
            .Add("number", Enumerable.Range(0, 2000).Select(i => (double)(i % 7)))
            .Add("truth", Enumerable.Range(0, 2000).Select(i => i % 4 == 0))
            .Add("code", Enumerable.Range(0, 2000).Select(i => (string?)$"{i % 5}"))
            .Add("delayed", Truths(2000)));
        _world.Log.Batches.Add(new Table()
            .Add("number", Enumerable.Range(0, 700).Select(i => (string?)$"{i % 7}"))
            .Add("truth", Enumerable.Range(0, 700).Select(i => i % 4 == 0 ? 1L : 0L))
            .Add("code", Enumerable.Range(0, 700).Select(i => (long)(i % 5)))
            .ToBatch());
        (await CheckAsync()).Columns.Should().OnlyContain(c => c.Status == DriftStatus.Stable && c.Psi < 0.01 && c.Missing == 0);
    }

    [Fact]
    public async Task A_column_of_text_where_numbers_were_is_found()
    {
        await _world.TrainAsync(new Table().Add("x", Numbers(5000)).Add("delayed", Truths(5000)));
        _world.Log.Batches.Add(new Table().Add("x", Enumerable.Repeat<string?>("n/a", 200)).ToBatch());
        (await CheckAsync()).Columns.Single().Sentence.Should().StartWith("The column holds texts, and none is a number");
    }

    [Fact]
    public async Task A_column_that_the_training_data_lack_does_not_keep_the_others_from_being_compared()
    {
        var training = Flights(5000);
        await _world.TrainAsync(training, inputs: new([new("distance", ColumnType.Float64), new("unheard of", ColumnType.Float64), new("photo", ColumnType.Binary)]));
        _world.Log.Batches.Add(Flights(500, distance: d => d * 3).ToBatch());
        var report = await CheckAsync();
        report.Columns.Select(c => c.Status).Should().Equal(DriftStatus.Drifted, DriftStatus.NotCompared, DriftStatus.NotCompared);
        report.Columns[1].Sentence.Should().Be("The training data have no such column.");
    }

    [Fact]
    public async Task A_window_without_predictions_says_so()
    {
        await _world.TrainAsync(Flights(1000));
        var report = await CheckAsync();
        report.HasDrift.Should().BeFalse();
        report.Summary.Should().Be("No predictions in the window.");
        report.Columns.Should().OnlyContain(c => c.Status == DriftStatus.NotCompared && double.IsNaN(c.Psi) && double.IsNaN(c.Missing));
        report.Label.Should().BeNull();
    }

    [Fact]
    public async Task A_window_of_too_few_predictions_says_so()
    {
        await _world.TrainAsync(Flights(1000));
        _world.Log.Batches.Add(Flights(99, distance: d => d * 100).ToBatch());
        var report = await CheckAsync();
        report.HasDrift.Should().BeFalse();
        report.Summary.Should().Be("Nothing can be said: 99 predictions in the window, 100 are needed.");
        report.Columns[1].Status.Should().Be(DriftStatus.NotCompared);
    }

    [Fact]
    public async Task Predictions_that_failed_are_counted_and_not_compared()
    {
        await _world.TrainAsync(Flights(5000));
        string?[] errors = [.. Enumerable.Range(0, 1000).Select(i => i < 400 ? "wrong input" : null)];
        _world.Log.Batches.Add(Flights(1000, row: (i, d) => i < 400 ? 1e9 : d).Add("prediction.error", errors).ToBatch());
        var report = await CheckAsync();
        (report.Rows, report.FailedRows, report.HasDrift).Should().Be((600, 400, false));

        _world.Log.Batches[0] = Flights(3).Add("prediction.error", ["a", "b", "c"]).ToBatch();
        (await CheckAsync()).Summary.Should().Be("All 3 predictions in the window failed.");
    }

    [Fact]
    public async Task A_label_that_is_true_less_often_is_found()
    {
        await _world.TrainAsync(Flights(20_000, delayed: 0.20));
        _world.Log.Batches.Add(Flights(5000).Add("ground_truth", Truths(5000, 0.15).Select(t => t ? 1.0 : 0)).ToBatch());
        var report = await CheckAsync();
        report.Drifted.Should().Equal("delayed");
        report.Label!.Rows.Should().Be(5000);
        report.Label.Reference.Should().BeApproximately(0.20, 0.02);
        report.Label.Sentence.Should().StartWith("Changed by -2").And.Contain("over 5,000 true values");
    }

    [Fact]
    public async Task A_label_that_changed_little_or_is_known_too_seldom_is_no_alarm()
    {
        await _world.TrainAsync(Flights(20_000, delayed: 0.20));
        _world.Log.Batches.Add(Flights(20_000).Add("ground_truth", Truths(20_000, 0.18).Select(t => t ? 1.0 : 0)).ToBatch());
        (await CheckAsync()).Label!.Sentence.Should().EndWith("a small change.");
        double?[] few = [.. Enumerable.Range(0, 500).Select(i => i < 99 ? 0.0 : (double?)null)];
        _world.Log.Batches[0] = Flights(500).Add("ground_truth", few).ToBatch();
        var label = (await CheckAsync()).Label!;
        (label.IsDrifted, label.Rows).Should().Be((false, 99));
        label.Sentence.Should().StartWith("Not compared");
        _world.Log.Batches[0] = Flights(500).Add("ground_truth", Enumerable.Repeat((double?)null, 500)).ToBatch();
        (await CheckAsync()).Label.Should().BeNull();
    }

    [Fact]
    public async Task A_label_of_numbers_is_compared_by_its_mean()
    {
        await _world.TrainAsync(new Table().Add("x", Numbers(5000)).Add("minutes", Numbers(5000).Select(v => v!.Value)), label: "minutes", task: "regression");
        _world.Log.Batches.Add(new Table().Add("x", Numbers(1000)).Add("ground_truth", Numbers(1000).Select(v => v!.Value * 1.5)).ToBatch());
        (await CheckAsync()).Drifted.Should().Equal("minutes");
        _world.Log.Batches[0] = new Table().Add("x", Numbers(1000)).Add("ground_truth", Numbers(1000).Select((v, i) => i == 0 ? double.PositiveInfinity : v!.Value)).ToBatch();
        (await CheckAsync()).Label!.IsDrifted.Should().BeFalse();
    }

    [Fact]
    public async Task A_label_of_classes_is_not_compared()
    {
        await _world.TrainAsync(new Table().Add("x", Numbers(1000)).Add("kind", Numbers(1000).Select(v => Math.Floor(v!.Value % 3))), label: "kind", task: "multiclass-classification");
        _world.Log.Batches.Add(new Table().Add("x", Numbers(1000)).Add("ground_truth", Numbers(1000)).ToBatch());
        (await CheckAsync()).Label.Should().BeNull();
    }

    [Fact]
    public async Task A_column_that_the_monitor_ignores_is_left_out()
    {
        await _world.TrainAsync(Flights(5000));
        _world.Log.Batches.Add(Flights(500, distance: d => d * 3).ToBatch());
        var report = await CheckAsync(o => o.IgnoredColumns.Add("distance"));
        report.HasDrift.Should().BeFalse();
        report.Columns[1].Sentence.Should().Be("Not compared: the monitor ignores it.");
    }

    [Fact]
    public async Task The_training_data_are_read_once_a_version()
    {
        await _world.TrainAsync(Flights(2000));
        _world.Log.Batches.Add(Flights(500, distance: d => d * 3).ToBatch());
        var monitor = Monitor();
        var (from, to) = (World.May, World.May.AddDays(1));
        var first = await monitor.CheckAsync("flight-delay", from, to, Stop);
        (await monitor.CheckAsync("flight-delay", from, to, Stop)).Should().BeEquivalentTo(first, "the same comparison gives the same report");
        await _world.TrainAsync(Flights(3000, distance: d => d * 3));
        var second = await monitor.CheckAsync("flight-delay", from, to, Stop);
        (second.Version, second.Drift!.ReferenceRows, second.Drift.HasDrift).Should().Be((2, 3000, false));
    }

    [Fact]
    public async Task An_alias_that_points_nowhere_is_an_error_that_says_what_to_do() =>
        (await FluentActions.Awaiting(() => CheckAsync()).Should().ThrowAsync<NotFoundException>()).WithMessage("*flight-delay@champion*alias points to a version*");

    [Fact]
    public async Task A_window_that_holds_no_time_is_refused() =>
        await FluentActions.Awaiting(() => Monitor().CheckAsync("flight-delay", World.May, World.May, Stop)).Should().ThrowAsync<ArgumentException>();

    [Fact]
    public async Task A_monitor_that_is_not_there_is_refused() =>
        (await FluentActions.Awaiting(() => Monitor().CheckAsync("else", World.May, World.May.AddDays(1), Stop)).Should().ThrowAsync<ArgumentException>()).WithMessage("*'else'*flight-delay*");

    [Fact]
    public async Task A_check_that_is_cancelled_stops()
    {
        await _world.TrainAsync(Flights(1000));
        _world.Log.Batches.Add(Flights(100).ToBatch());
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => Monitor().CheckAsync("flight-delay", World.May, World.May.AddDays(1), cancel.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_log_that_cannot_be_stored_now_is_judged_by_what_is_stored()
    {
        await _world.TrainAsync(Flights(1000));
        _world.Log.FlushError = new DataException("disk full");
        _world.Log.Batches.Add(Flights(500).ToBatch());
        (await CheckAsync()).Rows.Should().Be(500);
    }

    [Fact]
    public async Task The_index_of_each_column_is_measured()
    {
        await _world.TrainAsync(Flights(2000));
        _world.Log.Batches.Add(Flights(500, distance: d => d * 3).ToBatch());
        var monitor = Monitor();
        using var gauge = new MetricCollector<double>(_services!.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), Telemetry.Monitoring, Telemetry.DriftScore);
        var report = await monitor.CheckAsync("flight-delay", World.May, World.May.AddDays(1), Stop);
        gauge.GetMeasurementSnapshot().ToDictionary(m => (string)m.Tags["column"]!, m => m.Value).Should().Equal(
            report.Drift!.Columns.Where(c => c.Status != DriftStatus.NotCompared).ToDictionary(c => c.Column, c => c.Psi));
    }

    [Fact]
    public async Task A_comparison_is_traced_with_what_it_found()
    {
        using var trace = new TraceCollector(Telemetry.Monitoring);
        await _world.TrainAsync(Flights(2000));
        _world.Log.Batches.Add(Flights(500, distance: d => d * 3).ToBatch());

        await CheckAsync();

        var activity = trace.Activities.Should().ContainSingle(a => a.OperationName == "compare").Which;
        activity.TagObjects.Should().Equal(new("monitor", "flight-delay"), new("model", "flight-delay"), new("version", "1"), new("rows", 500L), new KeyValuePair<string, object?>("alarms", 1));
    }

    [Fact]
    public async Task A_comparison_that_fails_is_traced_as_such()
    {
        using var trace = new TraceCollector(Telemetry.Monitoring);

        await FluentActions.Awaiting(() => CheckAsync()).Should().ThrowAsync<NotFoundException>();

        trace.Activities.Should().ContainSingle().Which.StatusDescription.Should().Be(nameof(NotFoundException));
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        Monitor(o => o.Significance = 0);
        _services!.Invoking(s => s.GetRequiredService<IOptionsMonitor<MonitorOptions>>().Get("flight-delay")).Should().Throw<OptionsValidationException>().WithMessage("*Significance*");
    }

    private async Task<DriftReport> CheckAsync(Action<MonitorOptions>? configure = null) => (await Monitor(configure).CheckAsync("flight-delay", World.May, World.May.AddDays(1), Stop)).Drift!;

    private IModelMonitor Monitor(Action<MonitorOptions>? configure = null)
    {
        _services?.Dispose();
        var services = new ServiceCollection().AddMetrics();
        services.AddMlOpsCore()
            .Use<IModelRegistry>(_ => _world.Registry)
            .Use<IDatasetStore>(_ => _world.Datasets)
            .Use<IPredictionLog>(_ => _world.Log)
            .AddMonitor("flight-delay", m => m.Configure(configure ?? (_ => { })));
        _services = services.BuildServiceProvider();
        return _services.GetRequiredService<IModelMonitor>();
    }

    private Table Flights(
        int rows, Func<double, double>? distance = null, Func<string, string?>? origin = null, double delayed = 0.2, string? without = null, Func<int, double, double>? row = null)
    {
        string[] airports = [.. Enumerable.Range(0, 60).Select(i => $"A{i:00}")];
        var table = new Table().Add("date", Enumerable.Range(0, rows).Select(i => World.May.AddMinutes(i)));
        double[] distances = [.. Enumerable.Range(0, rows).Select(i => Math.Round(Math.Exp(6.3 + (0.7 * Gauss()))))];
        if (without != "distance") table.Add("distance", distances.Select((d, i) => row is not null ? row(i, d) : distance is not null ? distance(d) : d));
        string[] origins = [.. Enumerable.Range(0, rows).Select(_ => airports[(int)(60 * Math.Pow(_random.NextDouble(), 2.5))])];
        return table
            .Add("origin", origins.Select(o => origin is null ? o : origin(o)))
            .Add("hour", Enumerable.Range(0, rows).Select(_ => (long)_random.Next(6, 23)))
            .Add("weekend", Truths(rows, 2.0 / 7))
            .Add("delayed", Truths(rows, delayed));
    }

    private bool[] Truths(int rows, double share = 0.2) => [.. Enumerable.Range(0, rows).Select(_ => _random.NextDouble() < share)];

    private double?[] Numbers(int rows, double missing = 0) => [.. Enumerable.Range(0, rows).Select(_ => _random.NextDouble() < missing ? (double?)null : 100 + (20 * Gauss()))];

    private double Gauss() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    private sealed class Unreadable(IDatasetStore inner) : IDatasetStore
    {
        public bool IsBroken { get; set; }

        public Task<Dataset> WriteAsync(string name, DatasetOrigin origin, IAsyncEnumerable<RecordBatch> rows, long? maxBytes = null, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(name, origin, rows, maxBytes, cancellationToken);

        public IAsyncEnumerable<RecordBatch> ReadAsync(Dataset dataset, IReadOnlyList<string>? columns = null, CancellationToken cancellationToken = default) =>
            IsBroken ? throw new DataException("The engine needs more memory than it may use.") : inner.ReadAsync(dataset, columns, cancellationToken);
    }
}
