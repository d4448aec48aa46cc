namespace MlOps.Statistics.Tests;

public class TailTests
{
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
