namespace MlOps.DataValidation.Tests;

/// <summary>What a check over a series finds, refuses and leaves alone.</summary>
public sealed class SeriesCheckTests
{
    private static readonly Dictionary<string, ISeriesCheck> All = new()
    {
        ["threshold"] = SeriesCheck.Threshold(upper: 1),
        ["absolute change"] = SeriesCheck.AbsoluteChange(maxIncrease: 1),
        ["relative change"] = SeriesCheck.RelativeChange(maxIncrease: 2),
        ["online normal"] = SeriesCheck.OnlineNormal(),
        ["batch normal"] = SeriesCheck.BatchNormal(),
        ["weekly"] = SeriesCheck.Weekly(),
    };

    public static TheoryData<string> Checks() => [.. All.Keys];

    [Fact]
    public void A_value_outside_a_threshold_is_found() =>
        SeriesCheck.Threshold(0, 10).Find([5, -1, 11, 10, 0], 0, 5).Select(a => a.Index).Should().Equal(1, 2);

    [Fact]
    public void A_change_of_the_change_can_be_bounded() =>
        SeriesCheck.AbsoluteChange(maxIncrease: 1, order: 2).Find([0, 1, 2, 5, 8], 0, 5).Should().ContainSingle().Which.Should().BeEquivalentTo(new { Index = 3, Value = 5.0, Measure = 2.0 });

    [Fact]
    public void A_value_from_which_something_comes_out_of_nothing_has_grown_without_bound() =>
        SeriesCheck.RelativeChange(maxIncrease: 1000).Find([0, 0, -0.0, 3], 0, 4).Should().ContainSingle().Which.Measure.Should().Be(double.PositiveInfinity);

    [Fact]
    public void A_change_is_not_judged_where_nothing_stands_before() =>
        SeriesCheck.RelativeChange(maxDecrease: 0.5, order: 3).Find([9, 1, 1, 1], 0, 4).Select(a => a.Index).Should().Equal(3);

    [Fact]
    public void A_value_that_was_found_to_be_wrong_does_not_hide_the_next()
    {
        double[] series = [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 100, 100];
        SeriesCheck.OnlineNormal().Find(series, 0, 14).Select(a => a.Index).Should().Equal(12, 13);
        SeriesCheck.OnlineNormal(learnFromAnomalies: true).Find(series, 0, 14).Select(a => a.Index).Should().Equal(12);
    }

    [Fact]
    public void With_fewer_values_than_needed_the_running_mean_can_find_nothing()
    {
        var check = SeriesCheck.OnlineNormal(ignoredStart: 0);
        double[] Series(int before) => [.. Enumerable.Repeat(1.0, before), 1e9];
        check.PointsNeeded.Should().Be(10);
        check.Find(Series(8), 8, 9).Should().BeEmpty();
        check.Find(Series(10), 10, 11).Should().ContainSingle();
    }

    [Fact]
    public void The_mean_of_equal_values_is_that_value() =>
        SeriesCheck.BatchNormal().Find([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], 3, 5).Should().BeEmpty();

    [Fact]
    public void What_is_checked_counts_in_the_mean_when_that_is_asked_for()
    {
        double[] series = [1, 2, 1, 2, 30];
        SeriesCheck.BatchNormal(2, 2).Find(series, 4, 5).Should().ContainSingle();
        SeriesCheck.BatchNormal(2, 2, includeChecked: true).Find(series, 4, 5).Should().BeEmpty();
    }

    [Fact]
    public void A_season_is_expected_to_come_again()
    {
        double[] week = [10, 11, 12, 11, 10, 2, 1];
        double[] series = [.. Enumerable.Range(0, 28).Select(i => week[i % 7] + (0.1 * i) + (0.2 * Math.Sin(i * i)))];
        var check = SeriesCheck.Weekly();
        check.Find(series, 27, 28).Should().BeEmpty("a Sunday is low");
        series[27] = 12;
        check.Find(series, 27, 28).Should().ContainSingle("a Sunday like a Wednesday is none").Which.Sentence.Should().Contain("is 12, and should be between");
    }

    [Fact]
    public void Rounding_is_no_anomaly_however_exact_the_past_was()
    {
        double[] series = [.. Enumerable.Repeat<double[]>([0.1, 0.2, 0.3, 0.7, 0.7, 0.3, 0.1], 4).SelectMany(w => w)];
        SeriesCheck.Weekly().Find(series, 21, 28).Should().BeEmpty();
    }

    [Fact]
    public void The_season_is_fitted_the_same_each_time()
    {
        double[] series = [.. Enumerable.Range(0, 30).Select(i => Math.Sin(i) + (i % 7))];
        var check = SeriesCheck.Seasonal(7, deviations: 0.01);
        check.Find(series, 20, 30).Should().Equal(check.Find(series, 20, 30)).And.NotBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Checks))]
    public void A_value_that_is_not_finite_is_refused(string check) =>
        All[check].Invoking(c => c.Find([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, double.NaN], 14, 16)).Should().Throw<ArgumentException>().WithMessage("*Leave out what is not finite*");

    [Theory]
    [MemberData(nameof(Checks))]
    public void A_part_that_ends_before_it_starts_is_refused(string check) =>
        All[check].Invoking(c => c.Find(new double[20], 16, 15)).Should().Throw<ArgumentException>();

    [Theory]
    [MemberData(nameof(Checks))]
    public void Nothing_is_found_in_equal_values(string check) =>
        All[check].Find(Enumerable.Repeat(0.3, 20).ToArray(), 15, 20).Should().BeEmpty();

    [Theory]
    [MemberData(nameof(Checks))]
    public void What_lies_beyond_the_series_is_not_there(string check) =>
        All[check].Find(new double[20], 100, 110).Should().BeEmpty();

    [Fact]
    public void A_season_that_was_not_seen_twice_is_refused() =>
        SeriesCheck.Yearly().Invoking(c => c.Find(new double[30], 23, 24)).Should().Throw<ArgumentException>().WithMessage("Two seasons of 12 values*");

    [Fact]
    public void A_mean_of_nothing_is_refused() =>
        SeriesCheck.BatchNormal().Invoking(c => c.Find([1, 2], 0, 2)).Should().Throw<ArgumentException>().WithMessage("No value is left*");

    [Fact]
    public void Checks_that_can_find_nothing_or_everything_are_refused()
    {
        var wrong = new Action[]
        {
            () => SeriesCheck.Threshold(), () => SeriesCheck.Threshold(double.NaN), () => SeriesCheck.Threshold(2, 1), () => SeriesCheck.AbsoluteChange(),
            () => SeriesCheck.AbsoluteChange(1, 2, order: -1), () => SeriesCheck.RelativeChange(0.9, 1.1, order: 0), () => SeriesCheck.OnlineNormal(null, null),
            () => SeriesCheck.OnlineNormal(-1), () => SeriesCheck.OnlineNormal(ignoredStart: 1.5), () => SeriesCheck.BatchNormal(null, null), () => SeriesCheck.BatchNormal(double.NaN),
            () => SeriesCheck.Seasonal(1), () => SeriesCheck.Seasonal(7, 0), () => SeriesCheck.Seasonal(7, double.NaN),
        };
        foreach (var make in wrong) make.Should().Throw<ArgumentException>();
    }
}
