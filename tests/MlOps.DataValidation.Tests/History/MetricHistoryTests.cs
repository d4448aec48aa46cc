using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.DataValidation.Tests;

/// <summary>Metrics are kept as runs, and the newest are checked against them.</summary>
public sealed class MetricHistoryTests
{
    private static readonly DateTimeOffset Day = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly InMemoryMetadataStore _store = new();
    private readonly RunMetricHistory _history;

    public MetricHistoryTests() => _history = new(_store);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_added_is_read_the_oldest_first()
    {
        await AddAsync(1, 11);
        await AddAsync(0, 10);
        var read = await _history.ReadAsync(new("flights"), Token);
        read.Select(p => (p.Time, p.Values["rows"], p.Fingerprint)).Should().Equal((Day, 10, "f0"), (Day.AddDays(1), 11, "f1"));
    }

    [Fact]
    public async Task A_dataset_that_is_validated_twice_is_one_point()
    {
        await AddAsync(0, 10);
        await AddAsync(0, 10);
        (await _history.ReadAsync(new("flights"), Token)).Should().ContainSingle();
    }

    [Fact]
    public async Task Other_datasets_have_histories_of_their_own()
    {
        await _history.AddAsync(Point(0, 10) with { Dataset = "trips" }, Token);
        (await _history.ReadAsync(new("flights"), Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task Only_what_lies_before_a_time_is_read_when_that_is_asked_for()
    {
        for (var day = 0; day < 5; day++) await AddAsync(day, day);
        var read = await _history.ReadAsync(new("flights") { Before = Day.AddDays(2), Limit = 1 }, Token);
        read.Select(p => p.Values["rows"]).Should().Equal(1);
    }

    [Fact]
    public async Task The_newest_are_read_when_there_are_more_than_the_limit()
    {
        for (var day = 0; day < 5; day++) await AddAsync(day, day);
        (await _history.ReadAsync(new("flights") { Limit = 2 }, Token)).Select(p => p.Values["rows"]).Should().Equal(3, 4);
    }

    [Fact]
    public async Task A_point_whose_process_died_is_not_read_and_can_be_added_again()
    {
        await AddAsync(0, 10);
        var run = (await _store.SearchRunsAsync(new(), Token)).Items.Single();
        await _store.StartRunAsync(new(run.Id, "validation/flights", run.Name, run.StartedAt), Token);
        (await _history.ReadAsync(new("flights"), Token)).Should().BeEmpty();
        await AddAsync(0, 10);
        (await _history.ReadAsync(new("flights"), Token)).Should().ContainSingle();
    }

    [Fact]
    public async Task A_value_that_does_not_fit_its_past_is_an_anomaly_in_words()
    {
        for (var day = 0; day < 3; day++) await AddAsync(day, 1000 + day);
        var report = await CheckAsync(Point(3, 500), new HistoryRule("rows", SeriesCheck.RelativeChange(0.9, 1.1)));
        report.HasAnomalies.Should().BeTrue();
        report.ToString().Should().Be("Metric 'rows' of 'flights' is 500: its ratio is 0.499002, and should be between 0.9 and 1.1.");
    }

    [Fact]
    public async Task A_value_that_fits_is_normal()
    {
        for (var day = 0; day < 3; day++) await AddAsync(day, 1000 + day);
        var report = await CheckAsync(Point(3, 1003), new HistoryRule("rows", SeriesCheck.BatchNormal()));
        report.Findings.Single().Status.Should().Be(HistoryStatus.Normal);
        report.ToString().Should().Be("The 1 metrics of 'flights' that were checked fit their history.");
    }

    [Fact]
    public async Task Too_short_a_past_is_said_and_is_no_pass()
    {
        await AddAsync(0, 10);
        var report = await CheckAsync(Point(1, 10), new HistoryRule("rows", SeriesCheck.Weekly()));
        report.Findings.Single().Should().BeEquivalentTo(new { Status = HistoryStatus.NotChecked, Points = 1 });
        report.ToString().Should().Contain("14 are needed");
    }

    [Fact]
    public async Task The_future_of_a_dataset_does_not_judge_it()
    {
        await AddAsync(0, 10);
        await AddAsync(2, 1_000_000);
        var report = await CheckAsync(Point(1, 10), new HistoryRule("rows", SeriesCheck.AbsoluteChange(-1, 1)));
        report.Findings.Single().Should().BeEquivalentTo(new { Status = HistoryStatus.Normal, Points = 1 });
    }

    [Fact]
    public async Task A_dataset_does_not_judge_itself()
    {
        var point = Point(0, 10) with { Time = Day.AddTicks(7) };
        await _history.AddAsync(point, Token);
        var report = await CheckAsync(point, new HistoryRule("rows", SeriesCheck.Threshold(0)));
        report.Findings.Single().Points.Should().Be(0, "stores keep times to the microsecond");
    }

    [Fact]
    public async Task A_metric_that_is_gone_is_an_anomaly()
    {
        await AddAsync(0, 10);
        var report = await CheckAsync(Point(1, double.NaN), new HistoryRule("rows", SeriesCheck.Threshold(0)), new HistoryRule("columns", SeriesCheck.Threshold(0)));
        report.Findings.Select(f => f.Status).Should().Equal(HistoryStatus.Anomalous, HistoryStatus.NotChecked);
    }

    [Fact]
    public async Task Values_that_are_not_finite_are_left_out_of_the_past()
    {
        await AddAsync(0, 10);
        await AddAsync(1, double.NaN);
        var report = await CheckAsync(Point(2, 11), new HistoryRule("rows", SeriesCheck.AbsoluteChange(-1, 1)));
        report.Findings.Single().Should().BeEquivalentTo(new { Status = HistoryStatus.Normal, Points = 1 });
    }

    [Fact]
    public async Task Data_that_did_not_pass_are_no_past_unless_that_is_asked_for()
    {
        await AddAsync(0, 10);
        await _history.AddAsync(Point(1, 1_000) with { IsAccepted = false }, Token);
        var rule = new HistoryRule("rows", SeriesCheck.AbsoluteChange(-1, 1));
        (await CheckAsync(Point(2, 10), rule)).HasAnomalies.Should().BeFalse();
        (await CheckAsync(Point(2, 10), rule with { OnlyAccepted = false })).HasAnomalies.Should().BeTrue();
        (await _history.ReadAsync(new("flights"), Token)).Select(p => p.IsAccepted).Should().Equal(true, false);
    }

    [Fact]
    public async Task A_new_level_is_a_change_once_when_all_points_are_past_and_until_it_is_accepted_when_not()
    {
        var rule = new HistoryRule("rows", SeriesCheck.RelativeChange(0.5, 2));
        List<(bool OnlyAccepted, bool All)> found = [];
        for (var day = 0; day < 5; day++)
        {
            var point = Point(day, day < 2 ? 10 : 1_000);
            var report = await CheckAsync(point, rule, rule with { OnlyAccepted = false });
            found.Add((report.Findings[0].Status == HistoryStatus.Anomalous, report.Findings[1].Status == HistoryStatus.Anomalous));
            await _history.AddAsync(point with { IsAccepted = day == 3 || !found[^1].OnlyAccepted }, Token);      // somebody accepts the fourth day
        }

        found.Should().Equal((false, false), (false, false), (true, true), (true, false), (false, false));
    }

    [Fact]
    public async Task A_point_is_accepted_afterwards_and_stays_so()
    {
        await _history.AddAsync(Point(0, 10) with { IsAccepted = false }, Token);
        var point = (await _history.ReadAsync(new("flights"), Token)).Single();
        await _history.AddAsync(point with { IsAccepted = true, Values = new Dictionary<string, double> { ["rows"] = 11 } }, Token);
        await _history.AddAsync(point, Token);
        (await _history.ReadAsync(new("flights") { OnlyAccepted = true }, Token)).Single().Values["rows"].Should().Be(10);
    }

    [Fact]
    public async Task Only_the_metrics_that_are_asked_for_are_read()
    {
        await _history.AddAsync(Point(0, 10) with { Values = new Dictionary<string, double> { ["rows"] = 10, ["columns"] = 5, ["delay.mean"] = 2 } }, Token);
        var read = await _history.ReadAsync(new("flights") { Metrics = ["rows", "delay.mean", "none"] }, Token);
        read.Single().Values.Should().BeEquivalentTo(new Dictionary<string, double> { ["rows"] = 10, ["delay.mean"] = 2 });
    }

    [Fact]
    public async Task A_point_without_names_is_refused()
    {
        await _history.Awaiting(h => h.AddAsync(Point(0, 1) with { Dataset = " " }, Token)).Should().ThrowAsync<ArgumentException>();
        await _history.Awaiting(h => h.AddAsync(Point(0, 1) with { Values = new Dictionary<string, double> { [""] = 1 } }, Token)).Should().ThrowAsync<ArgumentException>();
        await _history.Awaiting(h => h.ReadAsync(new("flights") { Limit = 0 }, Token)).Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public void A_host_keeps_the_history_in_its_metadata_store()
    {
        var services = new ServiceCollection().AddSingleton<IMetadataStore>(_store);
        new MlOpsBuilder(services).UseMetricHistory();
        services.BuildServiceProvider().GetRequiredService<IMetricHistory>().Should().BeOfType<RunMetricHistory>();
    }

    private static DatasetMetrics Point(int day, double rows) => new("flights", Day.AddDays(day), new Dictionary<string, double> { ["rows"] = rows }) { Fingerprint = $"f{day}" };

    private Task AddAsync(int day, double rows) => _history.AddAsync(Point(day, rows), Token);

    private Task<HistoryReport> CheckAsync(DatasetMetrics metrics, params HistoryRule[] rules) => _history.CheckAsync(metrics, rules, cancellationToken: Token);
}
