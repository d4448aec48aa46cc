namespace MlOps.Statistics.Tests.ChangeDetection;

public sealed class ChangePointTests
{
    [Fact]
    public void A_step_is_found_where_it_is()
    {
        var random = new Random(3);
        var change = ChangePoint.Find([.. Enumerable.Range(0, 30).Select(i => (i < 18 ? 10 : 14) + random.NextDouble())]);
        change.Index.Should().Be(18);
        change.PValue.Should().BeLessThan(0.001);
        (change.Before, change.After).Should().Match<(double, double)>(c => c.Item1 < 11 && c.Item2 > 14);
    }

    [Fact]
    public void A_series_that_does_not_change_alarms_as_seldom_as_stated()
    {
        var random = new Random(4);
        var found = Enumerable.Range(0, 600).Count(_ => ChangePoint.Find([.. Enumerable.Range(0, 20).Select(_ => Math.Exp(3 * random.NextDouble()))], orders: 199).PValue <= 0.05);
        found.Should().BeInRange(10, 50);
    }

    [Fact]
    public void One_outlier_is_no_change() =>
        ChangePoint.Find([.. Enumerable.Range(0, 30).Select(i => i == 20 ? 1000.0 : i % 5)]).PValue.Should().BeGreaterThan(0.1);

    [Fact]
    public void Equal_values_never_change() => ChangePoint.Find([1, 1, 1, 1, 1, 1, 1, 1]).PValue.Should().Be(1);

    [Fact]
    public void Missing_values_keep_their_places()
    {
        double[] values = [1, 1.1, double.NaN, 1.2, 1, 1.1, 5, 5.1, double.PositiveInfinity, 5.2, 5, 5.3];
        ChangePoint.Find(values).Index.Should().Be(6);
    }

    [Fact]
    public void A_short_series_says_nothing() => ChangePoint.Find([1, 2, 3, 4, 5]).Index.Should().Be(0);

    [Fact]
    public void The_same_series_gives_the_same_chance() => ChangePoint.Find([1, 3, 2, 5, 4, 6, 8]).Should().Be(ChangePoint.Find([1, 3, 2, 5, 4, 6, 8]));
}
