namespace MlOps.Statistics.Tests;

/// <summary>The maximum mean discrepancy of two samples.</summary>
public class MeanDiscrepancyTests
{
    [Theory]
    [InlineData(30, 20)]
    [InlineData(400, 6)]
    [InlineData(6, 400)]
    public void The_estimate_is_that_of_the_definition(int first, int second)
    {
        var (a, b) = (Rows.Draw(first, 3, seed: 1), Rows.Draw(second, 3, seed: 2));
        const double Bandwidth = 1.7;
        double Kernel(double[] x, int i, double[] y, int j) =>
            Math.Exp(-Enumerable.Range(0, 3).Sum(c => Math.Pow(x[(i * 3) + c] - y[(j * 3) + c], 2)) / (2 * Bandwidth * Bandwidth));
        double Mean(double[] x, double[] y, bool isSame) =>
            (from i in Enumerable.Range(0, x.Length / 3) from j in Enumerable.Range(0, y.Length / 3) where !isSame || i != j select Kernel(x, i, y, j)).Average();
        var result = MeanDiscrepancy.Test(a, b, 3, new() { Bandwidth = Bandwidth, BlockRows = 1_000, Permutations = 1 });
        result.Discrepancy.Should().BeApproximately(Mean(a, a, true) + Mean(b, b, true) - (2 * Mean(a, b, false)), 1e-6);
        (result.FirstRows, result.SecondRows, result.Bandwidth).Should().Be((first, second, Bandwidth));
    }

    [Fact]
    public void The_bandwidth_is_the_median_distance()
    {
        // Of normal rows the squared distance is twice a chi-square of as many degrees as columns, whose median at 10 is 9.342.
        var result = MeanDiscrepancy.Test(Rows.Draw(2000, 10, seed: 3, mixed: 0), Rows.Draw(2000, 10, seed: 4, mixed: 0), 10, new() { Permutations = 1 });
        result.Bandwidth.Should().BeApproximately(Math.Sqrt(2 * 9.342), 0.05);
    }

    [Theory]
    [InlineData(40, 40)]
    [InlineData(300, 30)]
    [InlineData(400, 400)]
    public void Chances_hold_their_level(int first, int second)
    {
        var low = 0;
        for (ulong i = 0; i < 200; i++)
        {
            var result = MeanDiscrepancy.Test(Rows.Draw(first, 4, 10_000 + i), Rows.Draw(second, 4, 20_000 + i), 4, new() { Permutations = 99, BlockRows = 160, Seed = i });
            if (result.PValue <= 0.05) low++;
        }

        low.Should().BeInRange(2, 19, "ten of two hundred are expected, and three standard deviations allowed");
    }

    [Theory]
    [InlineData(500, 500)]
    [InlineData(2000, 2000)]
    [InlineData(5000, 200)]
    public void Columns_that_no_longer_go_together_are_told(int first, int second)
    {
        var result = MeanDiscrepancy.Test(Rows.Draw(first, 4, seed: 5, mixed: 0.9), Rows.Draw(second, 4, seed: 6, mixed: 0), 4);
        result.PValue.Should().BeLessThan(0.001);
        result.Discrepancy.Should().BeGreaterThan(0.01);
        result.Permutations.Should().Be(1999);
    }

    [Fact]
    public void Where_chance_explains_it_the_rows_are_dealt_a_few_times_only() =>
        MeanDiscrepancy.Test(Rows.Draw(400, 3, seed: 7), Rows.Draw(400, 3, seed: 8), 3).Permutations.Should().BeLessThan(500);

    [Fact]
    public void The_seed_decides()
    {
        var (a, b) = (Rows.Draw(1000, 2, seed: 9), Rows.Draw(1000, 2, seed: 10));
        MeanDiscrepancy.Test(a, b, 2, new() { Seed = 1 }).Should().Be(MeanDiscrepancy.Test(a, b, 2, new() { Seed = 1 }));
        MeanDiscrepancy.Test(a, b, 2, new() { Seed = 1 }).Should().NotBe(MeanDiscrepancy.Test(a, b, 2, new() { Seed = 2 }));
    }

    [Fact]
    public void Equal_rows_are_no_difference() => MeanDiscrepancy.Test([1, 1, 1, 1], [1, 1, 1, 1], 2).Should().Be(new DiscrepancyResult(0, 1, 0, 2, 2, 0));

    [Fact]
    public void Mostly_equal_rows_still_have_a_bandwidth()
    {
        var (a, b) = (new double[400], new double[400]);
        for (var i = 0; i < 40; i++) b[i] = i;
        var result = MeanDiscrepancy.Test(a, b, 1);
        result.Bandwidth.Should().BeGreaterThan(1);
        result.PValue.Should().BeLessThan(0.01);
    }

    [Fact]
    public void Rows_that_are_not_finite_are_left_out()
    {
        var result = MeanDiscrepancy.Test([1, 2, double.NaN, 4], [5, double.PositiveInfinity, 6, 7], 1);
        (result.FirstRows, result.SecondRows).Should().Be((3, 3));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 1)]
    public void Less_than_two_rows_leave_it_unknown(int first, int second)
    {
        var result = MeanDiscrepancy.Test(Rows.Draw(first, 1, seed: 1), Rows.Draw(second, 1, seed: 2), 1);
        (result.Discrepancy, result.PValue).Should().Be((double.NaN, double.NaN));
    }

    [Fact]
    public void Misuse_is_refused()
    {
        FluentActions.Invoking(() => MeanDiscrepancy.Test([1, 2, 3], [1, 2], 2)).Should().Throw<ArgumentException>().WithMessage("*no whole rows*");
        FluentActions.Invoking(() => new DiscrepancyOptions { Bandwidth = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new DiscrepancyOptions { Permutations = 0 }).Should().Throw<ArgumentOutOfRangeException>();
    }
}
