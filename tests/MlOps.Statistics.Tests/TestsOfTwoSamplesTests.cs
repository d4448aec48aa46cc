namespace MlOps.Statistics.Tests;

public class TestsOfTwoSamplesTests
{
    [Fact]
    public void Pearsons_statistic_is_the_one_of_the_contingency_table()
    {
        // scipy.stats.chi2_contingency([[10, 20, 30], [6, 9, 17]]) = 0.27157465150403504 with p = 0.873028283380073.
        var statistic = ChiSquare.OfTwoSamples([10, 20, 30], [6, 9, 17]);
        statistic.Should().BeApproximately(0.27157465150403504, 1e-12);
        ChiSquare.UpperTail(statistic, 2).Should().BeApproximately(0.873028283380073, 1e-12);
    }

    [Fact]
    public void Pearsons_statistic_passes_over_bins_that_both_lack() =>
        ChiSquare.OfTwoSamples([10, 0, 20, 30], [6, 0, 9, 17]).Should().BeApproximately(ChiSquare.OfTwoSamples([10, 20, 30], [6, 9, 17]), 1e-14);

    [Fact]
    public void Pearsons_statistic_of_an_empty_sample_is_0() => ChiSquare.OfTwoSamples([1, 2], [0, 0]).Should().Be(0);

    [Fact]
    public void Counts_of_different_bins_are_refused()
    {
        FluentActions.Invoking(() => ChiSquare.OfTwoSamples([1, 2], [1])).Should().Throw<ArgumentException>().WithMessage("*2 and 1 bins*");
        FluentActions.Invoking(() => ChiSquare.OfTwoSamples([1, -2], [1, 1])).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void The_test_of_two_shares_is_the_pooled_z_test()
    {
        // By hand: shares 0.25 and 0.35, pooled 0.3, z = 0.1 / sqrt(0.3 * 0.7 * 2 / 100) = 1.5430334996209190, p = 0.12282264810139176.
        TwoProportionTest.PValue(25, 100, 35, 100).Should().BeApproximately(0.12282264810139176, 1e-12);
        // Its square is Pearson's chi-square.
        TwoProportionTest.PValue(300, 2000, 90, 400).Should().BeApproximately(ChiSquare.UpperTail(ChiSquare.OfTwoSamples([300, 1700], [90, 310]), 1), 1e-14);
    }

    [Fact]
    public void The_correction_for_continuity_is_Yatess() =>
        // scipy.stats.chi2_contingency([[25, 75], [35, 65]], correction=True): 1.9285714285714286, p = 0.16491532...; by hand |d| - 0.01 = 0.09, z = 1.3887301496588271.
        TwoProportionTest.PValue(25, 100, 35, 100, continuityCorrection: true).Should().BeApproximately(Normal.TwoSidedTail(1.3887301496588271), 1e-12);

    [Fact]
    public void The_test_of_two_shares_does_not_underflow_early() =>
        TwoProportionTest.PValue(1000, 100_000, 500, 10_000).Should().BeGreaterThan(0).And.BeLessThan(1e-200);

    [Fact]
    public void The_test_of_two_shares_knows_the_edges()
    {
        TwoProportionTest.PValue(0, 100, 0, 100).Should().Be(1);
        TwoProportionTest.PValue(100, 100, 100, 100).Should().Be(1);
        TwoProportionTest.PValue(0, 0, 1, 100).Should().Be(double.NaN);
        TwoProportionTest.PValue(1, 3, 1, 3, continuityCorrection: true).Should().Be(1);
        TwoProportionTest.PValue(long.MaxValue / 2, long.MaxValue, long.MaxValue / 2, long.MaxValue).Should().BeApproximately(1, 1e-9);
        FluentActions.Invoking(() => TwoProportionTest.PValue(2, 1, 0, 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => TwoProportionTest.PValue(0, 1, -1, 1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void The_test_of_two_means_is_Welchs_with_the_normal()
    {
        // By hand: 0.5 / sqrt(4 / 100 + 9 / 225) = 1.7677669529663687.
        TwoMeanTest.PValue(10, 4, 100, 10.5, 9, 225).Should().BeApproximately(Normal.TwoSidedTail(1.7677669529663687), 1e-14);
        TwoMeanTest.PValue(10, 0, 100, 10, 0, 50).Should().Be(1);
        TwoMeanTest.PValue(10, 0, 100, 11, 0, 50).Should().Be(0);
        TwoMeanTest.PValue(10, 1, 0, 11, 1, 50).Should().Be(double.NaN);
        TwoMeanTest.PValue(double.NaN, 1, 10, 11, 1, 50).Should().Be(double.NaN);
    }

    [Fact]
    public void Discoveries_are_adjusted_as_Benjamini_and_Hochberg_did()
    {
        // The example of their paper: 15 p-values, four discoveries at 0.05.
        double[] p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.000];
        var adjusted = BenjaminiHochberg.Adjust(p);
        adjusted.Count(a => a <= 0.05).Should().Be(4);
        adjusted[0].Should().BeApproximately(0.0015, 1e-12);
        adjusted[1].Should().BeApproximately(0.0030, 1e-12);
        adjusted[3].Should().BeApproximately(0.035625, 1e-12);
        adjusted[4].Should().BeApproximately(0.0603, 1e-12);
        adjusted[5].Should().BeApproximately(0.0298 * 15 / 7, 1e-12);
        adjusted[^1].Should().Be(1);
    }

    [Fact]
    public void Discoveries_are_adjusted_in_any_order_and_without_the_tests_that_were_not_made()
    {
        BenjaminiHochberg.Adjust([0.02, double.NaN, 0.01]).Should().Equal(0.02, double.NaN, 0.02);
        BenjaminiHochberg.Adjust([]).Should().BeEmpty();
        BenjaminiHochberg.Adjust([double.NaN]).Should().Equal(double.NaN);
        FluentActions.Invoking(() => BenjaminiHochberg.Adjust([1.5])).Should().Throw<ArgumentOutOfRangeException>();
    }
}
