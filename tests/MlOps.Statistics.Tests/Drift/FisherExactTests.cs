namespace MlOps.Statistics.Tests;

public class FisherExactTests
{
    [Fact]
    public void The_lady_who_tastes_tea_has_the_published_chance() =>
        FisherExact.PValue(3, 4, 1, 4).Should().BeApproximately(2 * 17.0 / 70, 1e-12, "Fisher gives 17 of 70 for three cups or more");

    [Fact]
    public void It_is_the_same_whichever_sample_comes_first() => FisherExact.PValue(2, 40, 90, 1000).Should().BeApproximately(FisherExact.PValue(90, 1000, 2, 40), 1e-12);

    [Fact]
    public void It_is_the_same_for_hits_and_misses() => FisherExact.PValue(2, 40, 90, 1000).Should().BeApproximately(FisherExact.PValue(38, 40, 910, 1000), 1e-12);

    [Fact]
    public void Large_samples_come_near_the_normal_distribution() =>
        FisherExact.PValue(50_500, 1_000_000, 50_000, 1_000_000).Should().BeApproximately(TwoProportionTest.PValue(50_500, 1_000_000, 50_000, 1_000_000, true), 1e-4);

    [Fact]
    public void Shares_that_are_far_apart_keep_their_digits() => FisherExact.PValue(0, 500, 500, 500).Should().BeInRange(7e-300, 8e-300, "there are 2.7e299 ways to choose 500 of 1,000");

    [Fact]
    public void Samples_that_agree_in_every_row_say_nothing()
    {
        FisherExact.PValue(0, 40, 0, 1000).Should().Be(1);
        FisherExact.PValue(40, 40, 1000, 1000).Should().Be(1);
    }

    [Fact]
    public void Without_rows_there_is_no_chance() => FisherExact.PValue(0, 0, 3, 10).Should().Be(double.NaN);

    [Fact]
    public void Counts_that_cannot_be_are_refused()
    {
        FluentActions.Invoking(() => FisherExact.PValue(5, 4, 0, 4)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => FisherExact.PValue(1, 4, -1, 4)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
