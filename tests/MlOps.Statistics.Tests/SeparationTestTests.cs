namespace MlOps.Statistics.Tests;

/// <summary>Whether scores tell two samples apart.</summary>
public class SeparationTestTests
{
    [Fact]
    public void The_area_is_the_share_of_pairs_that_are_in_order()
    {
        // Of 3 x 2 pairs the second is larger in 4, and equal in 1.
        var result = SeparationTest.Test([1, 2, 5], [2, 7]);
        result.RocAuc.Should().BeApproximately(4.5 / 6, 1e-12);
    }

    [Fact]
    public void It_is_the_test_of_Mann_and_Whitney()
    {
        var random = new Random(1);
        double[] first = [.. Enumerable.Range(0, 300).Select(_ => Math.Round(random.NextDouble(), 1))];
        double[] second = [.. Enumerable.Range(0, 200).Select(_ => Math.Round(random.NextDouble() + 0.05, 1))];
        var (separation, test) = (SeparationTest.Test(first, second), MannWhitney.Test(second, first));
        separation.RocAuc.Should().BeApproximately(test.Statistic / 60_000, 1e-12);
        separation.PValue.Should().BeApproximately(test.PValue, test.PValue * 0.01, "but for the correction for continuity");
    }

    [Fact]
    public void Counts_of_bins_are_scores_that_are_equal()
    {
        long[] first = [3, 0, 4, 1], second = [1, 2, 0, 5];
        static double[] Scores(long[] counts) => [.. counts.SelectMany((count, bin) => Enumerable.Repeat((double)bin, (int)count))];
        SeparationTest.OfCounts(first, second, Alternative.Greater).Should().Be(SeparationTest.Test(Scores(first), Scores(second), alternative: Alternative.Greater));
    }

    [Fact]
    public void Scores_of_models_that_learned_from_each_other_scatter_more()
    {
        double[] first = [.. Enumerable.Range(0, 100).Select(i => (double)i)], second = [.. first.Select(v => v + 10)];
        var (independent, outOfFold) = (SeparationTest.Test(first, second), SeparationTest.Test(first, second, SeparationTest.OutOfFold));
        outOfFold.StandardError.Should().BeApproximately(independent.StandardError * Math.Sqrt(2), 1e-12);
        outOfFold.PValue.Should().BeGreaterThan(independent.PValue);
        outOfFold.RocAuc.Should().Be(independent.RocAuc);
    }

    [Fact]
    public void The_direction_decides()
    {
        double[] small = [1, 2, 3, 4], large = [5, 6, 7, 8];
        SeparationTest.Test(small, large, alternative: Alternative.Greater).PValue.Should().BeLessThan(0.05);
        SeparationTest.Test(large, small, alternative: Alternative.Greater).PValue.Should().BeGreaterThan(0.95);
        SeparationTest.Test(large, small, alternative: Alternative.Less).PValue.Should().BeLessThan(0.05);
    }

    [Fact]
    public void Equal_scores_tell_nothing_apart() => SeparationTest.Test([1, 1], [1, 1, 1]).Should().Be(new SeparationResult(0.5, 0, 1));

    [Fact]
    public void Without_scores_nothing_is_known()
    {
        SeparationTest.Test([], [1]).RocAuc.Should().Be(double.NaN);
        SeparationTest.Test([double.NaN], [1]).PValue.Should().Be(double.NaN);
        SeparationTest.OfCounts([0, 0], [1, 2]).RocAuc.Should().Be(double.NaN);
    }

    [Fact]
    public void Misuse_is_refused()
    {
        FluentActions.Invoking(() => SeparationTest.OfCounts([1], [1, 2])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => SeparationTest.OfCounts([-1], [1])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => SeparationTest.Test([1], [2], 0.5)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
