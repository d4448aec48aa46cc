namespace MlOps.Statistics.Tests;

public class TailTests
{
    // Miller, Table of percentage points of Kolmogorov statistics, JASA 51, 1956; the last two are Smirnov's limits, 1948.
    [Theory]
    [InlineData(0.97500, 1, 0.05)]
    [InlineData(0.56328, 5, 0.05)]
    [InlineData(0.40925, 10, 0.05)]
    [InlineData(0.48893, 10, 0.01)]
    [InlineData(0.29408, 20, 0.05)]
    [InlineData(0.13403, 100, 0.05)]
    [InlineData(1.35810e-6, 1_000_000_000_000, 0.05)]
    [InlineData(1.62762e-6, 1_000_000_000_000, 0.01)]
    public void The_chance_of_a_distance_from_a_distribution_agrees_with_the_tables(double distance, long count, double expected) =>
        KolmogorovSmirnov.PValue(distance, count).Should().BeApproximately(expected, 2e-5);

    [Fact]
    public void The_distance_from_a_distribution_is_the_largest_on_either_side()
    {
        KolmogorovSmirnov.Statistic([0.2, 0.4, 0.9], x => x).Should().BeApproximately((2.0 / 3) - 0.4, 1e-15);
        KolmogorovSmirnov.Statistic([0.7, 0.8, 0.9], x => x).Should().Be(0.7);
        KolmogorovSmirnov.Statistic([], x => x).Should().Be(0);
        KolmogorovSmirnov.PValue(0, 0).Should().Be(double.NaN);
    }

    [Theory]
    [InlineData(0.3, 2, 5, 0.579825)] // 1 - 0.7^6 - 6 0.3 0.7^5, and so on for whole shapes
    [InlineData(0.5, 0.5, 0.5, 0.5)]
    [InlineData(0.1, 1, 3, 0.271)]
    [InlineData(0, 2, 3, 0)]
    [InlineData(1.5, 2, 3, 1)]
    public void The_tail_of_beta_is_right(double value, double alpha, double beta, double expected) => Beta.LowerTail(value, alpha, beta).Should().BeApproximately(expected, 1e-14);

    [Fact]
    public void A_beta_distribution_of_nothing_is_nothing() => Beta.LowerTail(double.NaN, 2, 3).Should().Be(double.NaN);

    [Fact]
    public void A_beta_distribution_without_shape_is_refused() => FluentActions.Invoking(() => Beta.LowerTail(0.5, 0, 1)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void Running_moments_are_those_of_the_series()
    {
        var moments = RunningMoments.Of([2, 4, 4, 4, 5, 5, 7, 9]);

        (moments.Count, moments.Mean, moments.PopulationDeviation).Should().Be((8, 5, 2));
        moments.SampleVariance.Should().BeApproximately(32.0 / 7, 1e-14);
        (RunningMoments.Of([1.1, 1.1, 1.1]).Mean, RunningMoments.Of([3]).SampleDeviation, default(RunningMoments).PopulationDeviation).Should().Be((1.1, 0, 0));
    }

    // Computed in 60 digits from the closed forms for whole and half degrees (Abramowitz and Stegun 26.4.4 and 26.4.5).
    [Theory]
    [InlineData(1, 3.841458820694124, 5.00000000000000583e-02)]
    [InlineData(1, 0.001, 9.74772879369960377e-01)]
    [InlineData(2, 5.991464547107979, 5.00000000000000722e-02)]
    [InlineData(3, 0.5, 9.18891411654675805e-01)]
    [InlineData(9, 27.877164871256568, 1.00000000000000219e-03)]
    [InlineData(9, 2, 9.91467606628813503e-01)]
    [InlineData(20, 100, 1.25960845916609079e-12)]
    [InlineData(1, 1000, 1.79583278480072624e-219)]
    [InlineData(1, 1400, 2.10101451626421756e-306)]
    [InlineData(10, 700, 6.28014669923595005e-144)]
    [InlineData(21, 1200, 5.86584639828752936e-241)]
    [InlineData(100, 60, 9.99481108537451979e-01)]
    [InlineData(100, 100, 4.81191684527956742e-01)]
    [InlineData(100, 300, 7.41210085732287645e-22)]
    [InlineData(1000, 1000, 4.94052853829239635e-01)]
    [InlineData(1000, 1500, 1.04546403859796577e-22)]
    [InlineData(20000, 20500, 6.51786348834255871e-03)]
    public void The_tail_of_chi_square_is_right_near_and_far(double degreesOfFreedom, double value, double expected) =>
        ChiSquare.UpperTail(value, degreesOfFreedom).Should().BeApproximately(expected, expected * 1e-10);

    [Fact]
    public void The_tail_of_chi_square_is_whole_at_nothing_and_gone_at_infinity()
    {
        ChiSquare.UpperTail(0, 3).Should().Be(1);
        ChiSquare.UpperTail(-1, 3).Should().Be(1);
        ChiSquare.UpperTail(double.PositiveInfinity, 3).Should().Be(0);
        ChiSquare.UpperTail(1e9, 3).Should().Be(0);
        ChiSquare.UpperTail(double.NaN, 3).Should().Be(double.NaN);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void The_tail_of_chi_square_needs_degrees_of_freedom(double degreesOfFreedom) =>
        FluentActions.Invoking(() => ChiSquare.UpperTail(1, degreesOfFreedom)).Should().Throw<ArgumentOutOfRangeException>();

    [Theory]
    [InlineData(0.5, 0.5723649429247004)]
    [InlineData(1, 0)]
    [InlineData(2.5, 0.2846828704729196)]
    [InlineData(10, 12.801827480081467)]
    [InlineData(100.5, 361.4355404677776)]
    [InlineData(10000, 82099.71749644238)]
    public void The_logarithm_of_gamma_is_right(double x, double expected) =>
        SpecialFunctions.LogGamma(x).Should().BeApproximately(expected, 1e-13 * Math.Max(1, expected));

    // 2 (1 - Phi(z)), from tables: 1.959963984540054 is the 97.5 % point; the others as erfc(z / sqrt 2) in 60 digits.
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1.959963984540054, 0.05)]
    [InlineData(-2.5758293035489004, 0.01)]
    [InlineData(10, 1.5239706048321052e-23)]
    [InlineData(31.622776601683793, 1.79583278480072624e-219)]
    public void Both_tails_of_the_normal_are_right_near_and_far(double z, double expected) =>
        Normal.TwoSidedTail(z).Should().BeApproximately(expected, expected * 1e-10);
}
