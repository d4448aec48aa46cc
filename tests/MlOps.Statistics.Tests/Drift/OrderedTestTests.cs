namespace MlOps.Statistics.Tests;

public class OrderedTestTests
{
    [Fact]
    public void Without_equal_values_the_chance_is_the_exact_one()
    {
        var (first, second) = Draw(30, 24, values: 100_000, shift: 30_000);
        var (a, b) = Counted(first, second);
        var expected = KolmogorovSmirnov.Test(first, second);
        var result = OrderedTest.Test(a, b);
        result.Statistic.Should().BeApproximately(expected.Statistic, 1e-12);
        result.PValue.Should().BeApproximately(expected.PValue, 1e-10).And.BeLessThan(0.2);
    }

    [Fact]
    public void With_equal_values_it_is_that_of_all_orders_of_the_rows()
    {
        long[] first = [6, 1, 0], second = [1, 1, 5];
        var (at, all) = (Math.Abs((6 / 7.0) - (1 / 7.0)), 0.0);
        var extreme = 0.0;

        // Every division of 14 rows into two sevens, told apart by how many of each value the first has.
        for (var i = 0; i <= 7; i++)
        {
            for (var j = 0; j <= 2 && i + j <= 7; j++)
            {
                if (7 - i - j > 5) continue;
                var ways = Choose(7, i) * Choose(2, j) * Choose(5, 7 - i - j);
                all += ways;
                var distance = Math.Max(Math.Abs((i / 7.0) - ((7 - i) / 7.0)), Math.Abs(((i + j) / 7.0) - ((9 - i - j) / 7.0)));
                if (distance >= at - 1e-12) extreme += ways;
            }
        }

        OrderedTest.Test(first, second).PValue.Should().BeApproximately(extreme / all, 1e-12);
    }

    [Fact]
    public void Large_samples_have_a_chance_that_is_not_too_small()
    {
        var (first, second) = Draw(8000, 6000, values: 1_000_000, shift: 30_000);
        var (a, b) = Counted(first, second);
        OrderedTest.Test(a, b).PValue.Should().BeGreaterThanOrEqualTo(KolmogorovSmirnov.Test(first, second).PValue * 0.999);
    }

    [Fact]
    public void Samples_that_agree_have_the_chance_1() => OrderedTest.Test([5, 5], [10, 10]).Should().Be(new TestResult(0, 1));

    [Fact]
    public void Without_rows_there_is_no_chance() => OrderedTest.Test([0, 0], [10, 10]).PValue.Should().Be(double.NaN);

    private static (double[] First, double[] Second) Draw(int n, int m, int values, int shift)
    {
        var random = new Random(5);
        return ([.. Enumerable.Range(0, n).Select(_ => (double)random.Next(values))], [.. Enumerable.Range(0, m).Select(_ => (double)random.Next(values) + shift)]);
    }

    private static (long[] First, long[] Second) Counted(double[] first, double[] second)
    {
        var values = first.Concat(second).Distinct().Order().ToList();
        return ([.. values.Select(v => first.LongCount(x => x == v))], [.. values.Select(v => second.LongCount(x => x == v))]);
    }

    private static double Choose(int n, int k) => Enumerable.Range(1, k).Aggregate(1.0, (product, i) => product * (n - k + i) / i);
}
