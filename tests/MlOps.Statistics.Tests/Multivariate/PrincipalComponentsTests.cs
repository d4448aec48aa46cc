namespace MlOps.Statistics.Tests;

/// <summary>Directions that reference rows have in common, and how far others are from them.</summary>
public class PrincipalComponentsTests
{
    [Fact]
    public void The_directions_of_two_columns_are_their_sum_and_difference()
    {
        // Known in closed form: the correlation matrix [[1, r], [r, 1]] has the eigenvalues 1 + r and 1 - r, and what is left of a row is (z1 - z2) / sqrt(2).
        var covariance = RunningCovarianceTests.Of(Rows.Draw(5000, 2, seed: 1, mixed: 0.8), 2);
        var components = PrincipalComponents.Fit(covariance);
        var r = covariance.Covariance(0, 1) / Math.Sqrt(covariance.Covariance(0, 0) * covariance.Covariance(1, 1));
        components.Variances[0].Should().BeApproximately(1 + r, 1e-12);
        components.Variances[1].Should().BeApproximately(1 - r, 1e-12);
        components.Count.Should().Be(1);
        components.Share.Should().BeApproximately((1 + r) / 2, 1e-12);
        double[] row = [1.5, -0.5];
        var z = row.Select((v, c) => (v - covariance.Means[c]) / Math.Sqrt(covariance.Covariance(c, c))).ToArray();
        components.ReconstructionError(row).Should().BeApproximately(Math.Abs(z[0] - z[1]) / Math.Sqrt(2), 1e-12);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(25)]
    [InlineData(80)]
    public void The_mean_squared_error_is_the_variance_that_is_not_kept(int width)
    {
        var rows = Rows.Draw(4000, width, seed: 2);
        var components = PrincipalComponents.Fit(RunningCovarianceTests.Of(rows, width));
        var errors = new double[4000];
        components.ReconstructionErrors(rows, errors);
        errors.Average(e => e * e).Should().BeApproximately(components.Variances.Skip(components.Count).Sum(), 1e-9);
        components.Variances.Sum().Should().BeApproximately(width, 1e-9);
        components.Share.Should().BeGreaterThanOrEqualTo(0.65);
    }

    [Fact]
    public void Columns_that_no_longer_go_together_are_told_though_each_is_as_it_was()
    {
        var components = PrincipalComponents.Fit(RunningCovarianceTests.Of(Rows.Draw(5000, 4, seed: 3, mixed: 0.95), 4));
        double Mean(double[] rows)
        {
            var errors = new double[rows.Length / 4];
            components.ReconstructionErrors(rows, errors);
            return errors.Average();
        }

        Mean(Rows.Draw(5000, 4, seed: 4, mixed: 0)).Should().BeGreaterThan(2 * Mean(Rows.Draw(5000, 4, seed: 5, mixed: 0.95)));
    }

    [Fact]
    public void A_column_that_never_varied_has_no_part_in_it()
    {
        var rows = Rows.Draw(1000, 3, seed: 6);
        for (var i = 1; i < rows.Length; i += 3) rows[i] = 0.1;
        var components = PrincipalComponents.Fit(RunningCovarianceTests.Of(rows, 3));
        components.Variances.Should().HaveCount(2);
        components.ReconstructionError([1, 0.1, 2]).Should().Be(components.ReconstructionError([1, 99, 2]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Less_than_two_columns_that_vary_leave_no_error(int width)
    {
        var rows = Rows.Draw(100, width, seed: 7);
        if (width == 2) for (var i = 1; i < rows.Length; i += 2) rows[i] = 5;
        PrincipalComponents.Fit(RunningCovarianceTests.Of(rows, width)).ReconstructionError(rows.AsSpan(0, width)).Should().Be(0);
    }

    [Fact]
    public void One_row_has_no_error() => PrincipalComponents.Fit(RunningCovarianceTests.Of([1, 2, 3], 3)).ReconstructionError([7, 8, 9]).Should().Be(0);

    [Fact]
    public void A_number_that_is_not_there_leaves_the_error_unknown()
    {
        var components = PrincipalComponents.Fit(RunningCovarianceTests.Of(Rows.Draw(100, 3, seed: 8), 3));
        components.ReconstructionError([1, double.NaN, 2]).Should().Be(double.NaN);
        components.ReconstructionError([1, double.NegativeInfinity, 2]).Should().Be(double.PositiveInfinity);
    }

    [Fact]
    public void Saved_components_give_the_same_errors()
    {
        var rows = Rows.Draw(500, 5, seed: 9);
        var components = PrincipalComponents.Fit(RunningCovarianceTests.Of(rows, 5), 0.5);
        var read = PrincipalComponents.FromBytes(components.ToBytes());
        (read.Width, read.Count, read.Share).Should().Be((components.Width, components.Count, components.Share));
        var (first, second) = (new double[500], new double[500]);
        components.ReconstructionErrors(rows, first);
        read.ReconstructionErrors(rows, second);
        second.Should().Equal(first);
    }

    [Fact]
    public void Damaged_bytes_are_refused()
    {
        var bytes = PrincipalComponents.Fit(RunningCovarianceTests.Of(Rows.Draw(50, 3, seed: 10), 3)).ToBytes();
        FluentActions.Invoking(() => PrincipalComponents.FromBytes(bytes.AsSpan(0, 40))).Should().Throw<InvalidDataException>();
        bytes[20] ^= 255;
        FluentActions.Invoking(() => PrincipalComponents.FromBytes(bytes)).Should().Throw<InvalidDataException>();
    }

    [Fact]
    public void Misuse_is_refused()
    {
        var components = PrincipalComponents.Fit(RunningCovarianceTests.Of(Rows.Draw(50, 3, seed: 11), 3));
        components.Invoking(c => c.ReconstructionError([1, 2])).Should().Throw<ArgumentException>();
        components.Invoking(c => c.ReconstructionErrors([1, 2, 3, 4], new double[1])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => PrincipalComponents.Fit(new RunningCovariance(2))).Should().Throw<ArgumentException>().WithMessage("*no rows*");
        FluentActions.Invoking(() => PrincipalComponents.Fit(RunningCovarianceTests.Of([1, 2], 2), 0)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
