using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring.Tests;

/// <summary>Drift of predictions, chunks and segments; limits that the host chooses; references that are not the training data.</summary>
public sealed class DriftPartsTests : IDisposable
{
    private readonly World _world = new();
    private readonly Random _random = new(20010504);
    private readonly List<IReferenceSource> _sources = [];
    private ServiceProvider? _services;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _services?.Dispose();

    [Fact]
    public async Task The_chunk_in_which_a_unit_changed_is_named()
    {
        await TrainAsync();
        for (var day = 0; day < 4; day++) _world.Log.Batches.Add(Day(day, 500, factor: day == 2 ? 1.6 : 1));

        var report = await CheckAsync(o => o.ChunkPeriod = TimeSpan.FromDays(1), days: 4);

        report.Chunks.Select(c => c.Columns.Single(x => x.Column == "x").IsDrifted).Should().Equal(false, false, true, false);
        report.Drifted.Should().Equal("x");
        var alarm = report.Alarms.Single(a => a.Chunk is not null);
        alarm.Chunk!.From.Should().Be(World.May.AddDays(2));
        alarm.Contributors.Should().HaveCount(3).And.OnlyContain(c => c.Share > 0 && c.Name.Length > 0);
    }

    [Fact]
    public async Task A_chunk_without_rows_is_not_compared_and_no_alarm()
    {
        await TrainAsync();
        _world.Log.Batches.Add(Day(0, 500));
        var report = await CheckAsync(o => o.ChunkPeriod = TimeSpan.FromDays(1), days: 2);
        report.Chunks[1].Columns.Should().OnlyContain(c => c.Status == DriftStatus.NotCompared && c.Sentence == "No predictions in the window.");
        report.HasDrift.Should().BeFalse();
    }

    [Fact]
    public async Task A_window_that_is_not_cut_has_no_chunks()
    {
        await TrainAsync();
        _world.Log.Batches.Add(Day(0, 500));
        (await CheckAsync()).Chunks.Should().BeEmpty();
    }

    [Fact]
    public async Task Predictions_are_compared_with_the_first_ones_of_the_version()
    {
        var version = await TrainAsync();
        _world.Log.Batches.Add(Day(1, 2000, score: s => s, version: version.Version));
        _world.Log.Batches.Add(Day(2, 500, score: s => Math.Sqrt(s), version: version.Version));
        var report = await CheckAsync(from: 2, days: 1);
        report.Predictions.Single().Should().Match<ColumnDrift>(p => p.Column == "output.Score" && p.IsDrifted && p.Change.ReferenceRows == 2000 && p.Change.CurrentRows == 500);
        report.Drifted.Should().Equal("output.Score");
        report.Alarms.Single().Should().Match<Alarm>(a => a.Subject == "output.Score" && a.Kind == AlarmKind.Drift);
    }

    [Fact]
    public async Task Predictions_of_another_version_are_no_reference()
    {
        var version = await TrainAsync();
        _world.Log.Batches.Add(Day(1, 2000, score: s => s, version: version.Version + 1));
        _world.Log.Batches.Add(Day(2, 500, score: s => Math.Sqrt(s), version: version.Version));
        (await CheckAsync(from: 2, days: 1)).Predictions.Single().Sentence.Should().Be("The reference has no predictions.");
    }

    [Fact]
    public async Task A_segment_that_drifts_is_found_where_the_whole_hides_it()
    {
        await TrainAsync();
        _world.Log.Batches.Add(Day(0, 4000, row: (origin, x) => origin == "C" ? x + 40 : x));
        var report = await CheckAsync(o => o.Segments.Add("origin"));
        report.Columns.Should().OnlyContain(c => !c.IsDrifted);
        report.Segments.Select(s => s.Segment).Should().BeEquivalentTo("origin=A", "origin=B", "origin=C", "origin=D");
        report.Segments.Where(s => s.Columns.Any(c => c.IsDrifted)).Select(s => s.Segment).Should().Equal("origin=C");
        report.Alarms.Single().Should().Match<Alarm>(a => a.Segment == "origin=C" && a.Subject == "x" && a.Cause == "drift/x[origin=C]");
    }

    [Fact]
    public async Task A_column_that_is_named_in_vain_is_an_alarm()
    {
        await TrainAsync();
        _world.Log.Batches.Add(Day(0, 1000, score: s => s));
        var report = await CheckAsync(o =>
        {
            o.Segments.Add("orign");
            o.Thresholds["distnce"] = new() { Upper = 0.1 };
            o.Thresholds["output.Score"] = new() { Upper = 10 };
        });
        report.Alarms.Select(a => (a.Subject, a.Kind)).Should().Equal(("orign", AlarmKind.Quality), ("distnce", AlarmKind.Quality));
        report.Alarms[1].Sentence.Should().Be("Named in Thresholds, but it is no input and no output of the version: nothing is judged by it. Correct the name, log the column, or take it out of Thresholds.");
    }

    [Fact]
    public async Task Segments_are_the_most_frequent_values()
    {
        await TrainAsync();
        _world.Log.Batches.Add(Day(0, 1000));
        (await CheckAsync(o =>
        {
            o.Segments.Add("origin");
            o.SegmentValues = 1;
        })).Segments.Select(s => s.Segment).Should().Equal("origin=A");
    }

    [Fact]
    public async Task A_constant_limit_is_held_whatever_chance_says()
    {
        await TrainAsync();
        _world.Log.Batches.Add(Day(0, 2000, factor: 1.03));
        (await CheckAsync()).HasDrift.Should().BeFalse();
        var limited = await CheckAsync(o => o.Thresholds["x"] = new() { Measure = DistanceMeasure.KolmogorovSmirnov, Upper = 0.01 });
        limited.Drifted.Should().Equal("x");
        limited.Columns[0].Sentence.Should().StartWith("Moved: KolmogorovSmirnov 0.").And.Contain("above the limit of 0.010");
        limited.Alarms.Single().Should().Match<Alarm>(a => a.Statistic == "kolmogorov_smirnov" && a.Threshold == 0.01 && a.Value > 0.01);
    }

    [Fact]
    public async Task A_lower_limit_finds_a_window_that_repeats_the_reference()
    {
        double[] values = [.. Enumerable.Range(0, 1000).Select(i => (double)i)];
        await _world.TrainAsync(new Table().Add("x", values).Add("delayed", values.Select(v => v % 2 == 0)));
        _world.Log.Batches.Add(new Table().Add("x", values).ToBatch());
        var report = await CheckAsync(o => o.Thresholds["x"] = new() { Lower = 1e-6 });
        report.Columns[0].Sentence.Should().StartWith("Too near: PopulationStability 0.000");
    }

    [Fact]
    public async Task Standard_deviations_of_the_reference_are_a_limit_for_chunks_of_any_size()
    {
        await TrainAsync();
        _world.Log.Batches.Add(Day(0, 150));
        _world.Log.Batches.Add(Day(1, 2000));
        _world.Log.Batches.Add(Day(2, 2000, factor: 1.3));
        var report = await CheckAsync(
            o =>
            {
                o.ChunkPeriod = TimeSpan.FromDays(1);
                o.Thresholds["x"] = new() { Measure = DistanceMeasure.JensenShannon, Sigmas = 3 };
            },
            days: 3);
        report.Chunks.Select(c => c.Columns[0].IsDrifted).Should().Equal(false, false, true);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(0.1, null, 3.0)]
    [InlineData(0.1, 0.2, null)]
    [InlineData(-0.1, null, null)]
    [InlineData(null, null, double.NaN)]
    public void A_limit_that_makes_no_sense_is_refused(double? upper, double? lower, double? sigmas) =>
        FluentActions.Invoking(() => Monitor(o => o.Thresholds["x"] = new() { Upper = upper, Lower = lower, Sigmas = sigmas })).Should().Throw<OptionsValidationException>().WithMessage("*Thresholds:x*");

    [Fact]
    public async Task A_saved_period_of_the_log_is_a_reference()
    {
        await TrainAsync();
        var april = await ReferenceProfiler.FitAsync(Batches(Day(0, 1000, factor: 3, score: s => s)), cancellationToken: Stop);
        april.Merge(await ReferenceProfiler.FitAsync(Batches(Day(1, 1500, factor: 3, score: s => s)), cancellationToken: Stop));
        _sources.Add(new Saved(april.ToBytes()));
        _world.Log.Batches.Add(Day(2, 600, factor: 3, score: s => s));
        var report = await CheckAsync(from: 2);
        (report.ReferenceRows, report.HasDrift).Should().Be((2500, false));
        report.Predictions.Single().Status.Should().Be(DriftStatus.Stable);
        report.Summary.Should().Contain("2,500 rows of the reference");
    }

    [Fact]
    public async Task A_profile_that_is_fitted_leaves_out_what_failed_and_counts_columns_that_come_late_as_missing()
    {
        var failed = new Table().Add("x", [1, 2, 3.0]).Add(PredictionColumns.Error, ["no", null, null]).ToBatch();
        var late = new Table().Add("x", [4.0]).Add("y", [5.0]).ToBatch();
        var profile = await ReferenceProfiler.FitAsync(Batches(failed, late), cancellationToken: Stop);
        (profile.Rows, profile["x"].Rows, profile["x"].Numbers!.Sum, profile["y"].Rows, profile["y"].Missing).Should().Be((3, 3, 9, 3, 2));
        profile.Columns.Should().Equal("x", "y");
    }

    [Fact]
    public async Task However_the_rows_were_divided_among_replicas_the_reference_is_the_same()
    {
        var rows = Day(0, 900);
        var whole = await ReferenceProfiler.FitAsync(Batches(rows), cancellationToken: Stop);
        var second = await ReferenceProfiler.FitAsync(Batches(Slice(rows, 250, 650)), cancellationToken: Stop);
        second.Merge(await ReferenceProfiler.FitAsync(Batches(Slice(rows, 0, 100), Slice(rows, 100, 150)), cancellationToken: Stop));
        var current = await ReferenceProfiler.FitAsync(Batches(Day(1, 400)), cancellationToken: Stop);
        foreach (var name in whole.Columns)
        {
            var (a, b) = (ColumnComparer.Compare(whole[name], current[name]), ColumnComparer.Compare(second[name], current[name]));
            (a.PValue, a.MissingPValue).Should().Be((b.PValue, b.MissingPValue));
            a.Bins.Should().Equal(b.Bins);
        }
    }

    [Fact]
    public async Task Booleans_in_a_slice_are_those_of_the_slice()
    {
        var batch = new Table().Add("x", Enumerable.Range(0, 100).Select(i => i >= 90)).ToBatch();
        (await ReferenceProfiler.FitAsync(Batches(Slice(batch, 85, 10)), cancellationToken: Stop))["x"].Booleans.Should().Be(new BooleanStatistics(5, 5));
    }

    [Fact]
    public async Task One_infinity_neither_alarms_nor_spoils_the_report()
    {
        await TrainAsync();
        _world.Log.Batches.Add(Day(0, 1000, row: (_, x) => x));
        _world.Log.Batches.Add(new Table().Add("x", [double.PositiveInfinity]).Add("origin", ["A"]).ToBatch());
        var report = await CheckAsync();
        report.HasDrift.Should().BeFalse();
        double.IsFinite(report.Columns[0].Change.Distance(DistanceMeasure.Wasserstein).Value).Should().BeTrue();
    }

    [Fact]
    public async Task A_column_that_vanished_is_critical_and_of_quality()
    {
        await TrainAsync();
        _world.Log.Batches.Add(new Table().Add("origin", Enumerable.Range(0, 500).Select(i => (string?)"ABCD"[i % 4].ToString())).ToBatch());
        var report = await CheckAsync(o => o.IgnoredColumns.Add("origin"));
        report.Alarms.Single().Should().Match<Alarm>(a => a.Kind == AlarmKind.Quality && a.Severity == AlarmSeverity.Critical && a.Direction == "missing" && a.Statistic == "missing_share");
    }

    [Theory]
    [InlineData(0, "The column holds texts, and none is a number; in training 0.0 % were missing.")]
    [InlineData(2, "50.0 % of the values are missing, in training 0.0 %. The column holds texts, and those that are no number count as missing.")]
    public async Task A_column_of_numbers_that_comes_as_texts_is_told_so(int every, string sentence)
    {
        await TrainAsync();
        _world.Log.Batches.Add(new Table().Add("x", Enumerable.Range(0, 500).Select(i => (string?)(every > 0 && i % every == 0 ? "17" : "n/a"))).ToBatch());
        var report = await CheckAsync(o => o.IgnoredColumns.Add("origin"));
        report.Columns.Single(c => c.Column == "x").Sentence.Should().Contain(sentence);
    }

    [Fact]
    public async Task Many_rows_do_not_alarm_on_a_hundredth_of_a_standard_deviation()
    {
        await _world.TrainAsync(new Table().Add("x", Numbers(200_000)).Add("delayed", Enumerable.Range(0, 200_000).Select(i => i % 2 == 0)));
        _world.Log.Batches.Add(new Table().Add("x", Numbers(200_000).Select(x => x + 0.2)).ToBatch());
        var x = (await CheckAsync()).Columns.Single();
        (x.Status, x.PValue < 0.05).Should().Be((DriftStatus.Stable, true));
    }

    private Task<ModelVersion> TrainAsync() => _world.TrainAsync(
        Rows(10_000, (_, x) => x).Add("delayed", Enumerable.Range(0, 10_000).Select(_ => _random.NextDouble() < 0.2)));

    private RecordBatch Day(int day, int rows, double factor = 1, Func<double, double>? score = null, int version = 1, Func<string, double, double>? row = null)
    {
        var table = Rows(rows, row ?? ((_, x) => x * factor)).Add(PredictionColumns.Time, Enumerable.Range(0, rows).Select(i => World.May.AddDays(day).AddSeconds(i)));
        if (score is not null) table.Add("output.Score", Enumerable.Range(0, rows).Select(_ => score(_random.NextDouble())));
        return table.Add(PredictionColumns.Version, Enumerable.Repeat((long)version, rows)).ToBatch();
    }

    // A is the most frequent origin; C has one row in ten.
    private Table Rows(int rows, Func<string, double, double> value)
    {
        string[] origins = [.. Enumerable.Range(0, rows).Select(_ => "AAAAABBBCD"[_random.Next(10)].ToString())];
        return new Table().Add("x", Numbers(rows).Select((x, i) => value(origins[i], x))).Add("origin", origins.Select(o => (string?)o));
    }

    private double[] Numbers(int rows) => [.. Enumerable.Range(0, rows).Select(_ => 100 + (20 * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble())))];

    private static RecordBatch Slice(RecordBatch batch, int start, int rows) => new(batch.Schema, batch.Arrays.Select(a => ArrowArrayFactory.Slice(a, start, rows)), rows);

    private static async IAsyncEnumerable<RecordBatch> Batches(params RecordBatch[] batches)
    {
        await Task.CompletedTask;
        foreach (var batch in batches) yield return batch;
    }

    private async Task<DriftReport> CheckAsync(Action<MonitorOptions>? configure = null, int from = 0, int days = 1)
    {
        Monitor(configure);
        return (await _services!.GetRequiredService<IModelMonitor>().CheckAsync("flight-delay", World.May.AddDays(from), World.May.AddDays(from + days), Stop)).Drift!;
    }

    private MonitorOptions Monitor(Action<MonitorOptions>? configure)
    {
        _services?.Dispose();
        var services = new ServiceCollection();
        foreach (var source in _sources) services.AddSingleton(source);
        services.AddMlOpsCore()
            .Use<IModelRegistry>(_ => _world.Registry)
            .Use<IDatasetStore>(_ => _world.Datasets)
            .Use<IPredictionLog>(_ => _world.Log)
            .AddMonitor("flight-delay", m => m.Configure(configure ?? (_ => { })));
        _services = services.BuildServiceProvider();
        return _services.GetRequiredService<IOptionsMonitor<MonitorOptions>>().Get("flight-delay");
    }

    private sealed class Saved(byte[] bytes) : IReferenceSource
    {
        public ValueTask<DatasetProfile?> FindAsync(MonitorContext context, CancellationToken cancellationToken) => new(DatasetProfile.FromBytes(bytes));
    }
}
