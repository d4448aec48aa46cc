using CsCheck;

namespace MlOps.Statistics.Tests;

public class RankCorrelationTests
{
    // The first is 1 - 6 * 194 / (10 * 99), of an example in many textbooks; the second has equal values, and its rank correlation is 4.75... / sqrt(10 * 9.5) by hand.
    [Theory]
    [InlineData(new[] { 106.0, 86, 100, 101, 99, 103, 97, 113, 112, 110 }, new[] { 7.0, 0, 27, 50, 28, 29, 20, 12, 6, 17 }, -29.0 / 165)]
    [InlineData(new[] { 1.0, 2, 3, 4, 5 }, new[] { 5.0, 6, 7, 8, 7 }, 0.8207826816681233)]
    [InlineData(new[] { 1.0, 2, 3 }, new[] { 1.0, 100, 1e300 }, 1)]
    [InlineData(new[] { 1.0, 2, 3 }, new[] { double.PositiveInfinity, 0, double.NegativeInfinity }, -1)]
    public void It_agrees_with_published_values(double[] x, double[] y, double expected) => RankCorrelation.Spearman(x, y).Statistic.Should().BeApproximately(expected, 1e-14);

    [Fact]
    public void The_chance_is_that_of_students_t()
    {
        RankCorrelation.Spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]).PValue.Should().BeApproximately(0.08858700531354381, 1e-12);
        RankCorrelation.Spearman([1, 2, 3, 4], [2, 4, 6, 8]).PValue.Should().BeLessThan(1e-15);
    }

    [Fact]
    public void A_rising_function_changes_nothing() => Gen.Select(Gen.Double[-100, 100], Gen.Double[-100, 100]).List[3, 60].Sample(pairs =>
    {
        double[] x = [.. pairs.Select(p => Math.Round(p.Item1))], y = [.. pairs.Select(p => Math.Round(p.Item2))];
        var (straight, bent) = (RankCorrelation.Spearman(x, y), RankCorrelation.Spearman([.. x.Select(v => (v * v * v) + 1e6)], y));
        bent.Should().Be(straight);
    });

    [Fact]
    public void Rows_without_a_number_are_left_out()
    {
        var validity = new Validity([0b1101]);

        RankCorrelation.Spearman([1, 2, 3, double.NaN, 5], [1, 9, 2, 0, 3]).Should().Be(RankCorrelation.Spearman([1, 2, 3, 5], [1, 9, 2, 3]));
        RankCorrelation.Spearman([1, 2, 3, 4], [1, -9, 2, 3], validity).Statistic.Should().BeApproximately(1, 1e-15);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void What_does_not_vary_has_none(int rows) => RankCorrelation.Spearman(new double[rows], [.. Enumerable.Range(0, rows).Select(i => (double)i)]).Should().Be(new TestResult(double.NaN, double.NaN));

    [Fact]
    public void Columns_of_two_lengths_are_refused() => FluentActions.Invoking(() => RankCorrelation.Spearman([1], [1, 2])).Should().Throw<ArgumentException>();
}
