namespace MlOps.Statistics.Tests.Performance;

public sealed class RateComparisonTests
{
    [Fact]
    public void A_difference_has_the_interval_of_the_paper()
    {
        // Newcombe 1998, table II: 56/70 against 48/80, method 10.
        var difference = RateComparison.Difference(56, 70, 48, 80, 0.05);
        difference.Value.Should().BeApproximately(0.2, 1e-12);
        difference.Lower.Should().BeApproximately(0.0524, 1e-4);
        difference.Upper.Should().BeApproximately(0.3339, 1e-4);
    }

    [Fact]
    public void Shares_of_nothing_and_of_all_have_an_interval()
    {
        // Newcombe 1998, table II: 10/10 against 0/20.
        var difference = RateComparison.Difference(10, 10, 0, 20, 0.05);
        difference.Value.Should().Be(1);
        difference.Lower.Should().BeApproximately(0.6791, 1e-3);
        difference.Upper.Should().BeApproximately(1, 1e-9);
    }

    [Fact]
    public void An_interval_holds_the_truth_as_often_as_it_says()
    {
        var random = new Random(5);
        var (misses, ratios) = (0, 0);
        for (var i = 0; i < 4000; i++)
        {
            var (a, b) = (Hits(random, 80, 0.3), Hits(random, 120, 0.2));
            if (RateComparison.Difference(a, 80, b, 120, 0.05) is { } d && (d.Lower > 0.1 || d.Upper < 0.1)) misses++;
            if (RateComparison.Ratio(a, 80, b, 120, 0.05) is { } r && (r.Lower > 1.5 || r.Upper < 1.5)) ratios++;
        }

        misses.Should().BeInRange(120, 260);
        ratios.Should().BeInRange(100, 260);
    }

    [Fact]
    public void Nothing_is_compared_with_nothing()
    {
        double.IsNaN(RateComparison.Difference(0, 0, 1, 2, 0.05).Value).Should().BeTrue();
        double.IsNaN(RateComparison.Ratio(1, 2, 0, 2, 0.05).Value).Should().BeTrue();
    }

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.025, 1.959963984540054)]
    [InlineData(0.001, 3.090232306167813)]
    [InlineData(0.975, -1.959963984540054)]
    [InlineData(1e-15, 7.941345326170997)]
    public void Normal_quantiles_are_those_of_the_tables(double chance, double value) => Normal.UpperQuantile(chance).Should().BeApproximately(value, 1e-6);

    [Fact]
    public void What_is_no_chance_has_no_quantile()
    {
        double.IsNaN(Normal.UpperQuantile(1.1)).Should().BeTrue();
        Normal.UpperQuantile(0).Should().Be(double.PositiveInfinity);
        Normal.UpperQuantile(1).Should().Be(double.NegativeInfinity);
    }

    private static int Hits(Random random, int rows, double share) => Enumerable.Range(0, rows).Count(_ => random.NextDouble() < share);
}
