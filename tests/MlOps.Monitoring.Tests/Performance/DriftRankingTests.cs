namespace MlOps.Monitoring.Tests;

public sealed class DriftRankingTests
{
    private static readonly double[] Performance = [0.70, 0.69, 0.65, 0.71, 0.60, 0.55];

    [Fact]
    public void The_column_whose_drift_goes_with_the_performance_is_first()
    {
        var ranked = DriftRanking.Rank(
            new Dictionary<string, IReadOnlyList<double>>
            {
                ["still"] = [0.01, 0.01, 0.01, 0.01, 0.01, 0.01],
                ["against"] = [0.5, 0.4, 0.3, 0.45, 0.2, 0.1],
                ["with"] = [0.01, 0.02, 0.1, 0.015, 0.3, 0.4],
            },
            new Dictionary<string, int> { ["against"] = 6 }, Performance, 0.70);
        ranked.Select(r => r.Column).Should().Equal("with", "against", "still");
        ranked[0].Spearman.Should().BeApproximately(0.94, 0.07);
        ranked[0].Pearson.Should().BeGreaterThan(0.95);
        ranked[1].Should().Match<RankedColumn>(r => r.Spearman < 0 && r.Alarms == 6);
        double.IsNaN(ranked[2].Spearman).Should().BeTrue("what does not vary goes with nothing");
    }

    [Fact]
    public void Alarms_decide_between_columns_without_a_correlation() => DriftRanking.Rank(
        new Dictionary<string, IReadOnlyList<double>> { ["a"] = [0, 1], ["b"] = [0, 1] }, new Dictionary<string, int> { ["b"] = 1 }, [0.7, 0.6], 0.7)
        .Select(r => r.Column).Should().Equal("b", "a");

    [Fact]
    public void Periods_of_which_one_figure_is_unknown_are_left_out() => DriftRanking.Rank(
        new Dictionary<string, IReadOnlyList<double>> { ["a"] = [0.1, double.NaN, 0.2, 0.3, 0.4] }, new Dictionary<string, int>(), [0.7, 0.1, 0.6, double.NaN, 0.5], 0.7)
        .Single().Should().Match<RankedColumn>(r => r.Periods == 3 && r.Spearman > 0.999);

    [Fact]
    public void Series_of_other_lengths_are_refused() => FluentActions.Invoking(() => DriftRanking.Rank(
        new Dictionary<string, IReadOnlyList<double>> { ["a"] = [1] }, new Dictionary<string, int>(), [1, 2], 0)).Should().Throw<ArgumentException>().WithMessage("*'a' has 1 periods*2*");

    [Fact]
    public void Reports_without_performance_have_no_ranking() => DriftRanking.Rank([]).Should().BeEmpty();

    [Fact]
    public void Reports_are_ranked_by_their_periods()
    {
        var reports = Performance.Select((p, i) => Report(i, p, drift: Math.Abs(p - 0.7))).Reverse().ToList();
        var ranked = DriftRanking.Rank(reports);
        ranked.Select(r => r.Column).Should().Equal("x", "z");
        ranked[0].Should().Match<RankedColumn>(r => r.Periods == 6 && r.Spearman > 0.99 && r.Alarms == 6);
    }

    [Fact]
    public void The_chunks_of_one_report_are_periods_as_well()
    {
        var one = Report(0, 0.7, 0);
        Chunk Cut(int i) => new(i, World.May.AddDays(i), World.May.AddDays(i + 1), 1000, 0);
        var chunks = Performance.Select((p, i) => new ChunkDrift(Cut(i), [new("x", MlOps.Core.ColumnType.Float64, DriftStatus.Stable, Math.Abs(p - 0.7), 0, 1, 0, 0, 1, "")], [], null)).ToList();
        var points = Performance.Select((p, i) => new PerformancePoint(i, PerformanceStatus.Realized, null, new(p, 0.01, p, p, 1000), double.NaN, double.NaN, 1, false)).ToList();
        var report = one with { Sections = [one.Drift! with { Chunks = chunks }, one.Section<PerformanceReport>()! with { Series = [new("auc", null, true, 0.7, points)] }] };
        DriftRanking.Rank(report).Single().Should().Match<RankedColumn>(r => r.Column == "x" && r.Periods == 6 && r.Spearman > 0.99 && r.Alarms == 1);
        DriftRanking.Rank(one).Should().BeEmpty("the window was not cut");
    }

    private static MonitorReport Report(int day, double performance, double drift)
    {
        var value = new PerformanceValue(performance, 0.01, performance - 0.03, performance + 0.03, 1000);
        var point = new PerformancePoint(0, PerformanceStatus.Realized, null, value, double.NaN, double.NaN, 1, false);
        var alarm = new Alarm("drift", AlarmKind.Drift, AlarmSeverity.Warning, "x", "moved");
        ColumnDrift Column(string name, double psi) => new(name, MlOps.Core.ColumnType.Float64, DriftStatus.Stable, psi, 0, 1, 0, 0, 1, "");
        return new("m", "m", 1, World.May.AddDays(day), World.May.AddDays(day + 1), 1000, 0, [],
        [
            new DriftReport(1000, 1000, 0, [Column("z", 0.5 - (day % 2)), Column("x", drift)], null) { Alarms = [alarm] },
            new PerformanceReport("binary-classification", new("validation", 1000, false), [new(0, 1000, 1000, PerformanceStatus.Realized)], [new("auc", null, true, 0.7, [point])]),
        ]);
    }
}
