using CsCheck;

namespace MlOps.Statistics.Tests;

/// <summary>How several columns vary together.</summary>
public class RunningCovarianceTests
{
    [Fact]
    public void Covariances_are_those_of_the_definition()
    {
        var (rows, width) = (Rows.Draw(1000, 3, seed: 1), 3);
        var covariance = Of(rows, width);
        for (var i = 0; i < width; i++)
        {
            for (var j = 0; j < width; j++) covariance.Covariance(i, j).Should().BeApproximately(ByDefinition(rows, width, i, j), 1e-12);
        }
    }

    [Fact]
    public void A_large_offset_costs_no_digits()
    {
        var rows = Rows.Draw(2000, 2, seed: 2);
        var shifted = Array.ConvertAll(rows, v => v + 1e9);
        Of(shifted, 2).Covariance(0, 1).Should().BeApproximately(Of(rows, 2).Covariance(0, 1), 1e-6);
    }

    [Fact]
    public void Parts_in_any_order_and_of_any_size_give_the_whole() => Gen.Int[1, 700].Array[1, 6].Sample(
        sizes =>
        {
            var rows = Rows.Draw(sizes.Sum(), 4, seed: (ulong)sizes[0]);
            var (whole, merged, at) = (Of(rows, 4), new RunningCovariance(4), 0);
            var parts = sizes.Select(size => Of(rows.AsSpan(4 * ((at += size) - size), 4 * size), 4)).Reverse();
            foreach (var part in parts) merged.Merge(part);
            merged.Count.Should().Be(whole.Count);
            for (var i = 0; i < 4; i++)
            {
                merged.Means[i].Should().BeApproximately(whole.Means[i], 1e-12);
                for (var j = 0; j < 4; j++) merged.Covariance(i, j).Should().BeApproximately(whole.Covariance(i, j), 1e-11);
            }
        },
        iter: 50);

    [Fact]
    public void A_part_without_rows_changes_nothing()
    {
        var covariance = Of(Rows.Draw(10, 2, seed: 3), 2);
        var before = covariance.ToBytes();
        covariance.Merge(new(2));
        covariance.ToBytes().Should().Equal(before);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void A_row_that_is_not_finite_is_left_out(double odd)
    {
        var covariance = Of([1, 2, odd, 5, 3, 4], 2);
        (covariance.Count, covariance.Skipped).Should().Be((2, 1));
        covariance.Means.Should().Equal(2, 3);
    }

    [Fact]
    public void Without_rows_nothing_is_known() => new RunningCovariance(2).Covariance(0, 1).Should().Be(double.NaN);

    [Fact]
    public void A_saved_one_goes_on_where_it_was()
    {
        var rows = Rows.Draw(300, 3, seed: 4);
        var one = Of(rows.AsSpan(0, 450), 3);
        var resumed = RunningCovariance.FromBytes(one.ToBytes());
        one.Add(rows.AsSpan(450));
        resumed.Add(rows.AsSpan(450));
        resumed.ToBytes().Should().Equal(one.ToBytes());
    }

    [Fact]
    public void Damaged_bytes_are_refused()
    {
        var bytes = Of([1, 2, 3, 4], 2).ToBytes();
        bytes[10] ^= 1;
        FluentActions.Invoking(() => RunningCovariance.FromBytes(bytes)).Should().Throw<InvalidDataException>();
        FluentActions.Invoking(() => RunningCovariance.FromBytes(new byte[3])).Should().Throw<InvalidDataException>().WithMessage("*no covariance*");
    }

    [Fact]
    public void Numbers_that_are_no_whole_rows_are_refused() => new RunningCovariance(2).Invoking(c => c.Add([1, 2, 3])).Should().Throw<ArgumentException>();

    [Fact]
    public void Others_of_another_width_are_refused() => new RunningCovariance(2).Invoking(c => c.Merge(new(3))).Should().Throw<ArgumentException>();

    internal static RunningCovariance Of(ReadOnlySpan<double> rows, int width)
    {
        var covariance = new RunningCovariance(width);
        covariance.Add(rows);
        return covariance;
    }

    private static double ByDefinition(double[] rows, int width, int i, int j)
    {
        var (x, y) = (rows.Where((_, at) => at % width == i).ToArray(), rows.Where((_, at) => at % width == j).ToArray());
        return x.Zip(y, (a, b) => (a - x.Average()) * (b - y.Average())).Average();
    }
}

/// <summary>Rows of normal numbers, which a column before each is mixed into, so that they correlate.</summary>
internal static class Rows
{
    public static double[] Draw(int rows, int width, ulong seed, double mixed = 0.5)
    {
        var random = new Random((int)seed);
        var values = new double[rows * width];
        for (var row = 0; row < rows; row++)
        {
            for (var c = 0; c < width; c++)
            {
                var noise = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                values[(row * width) + c] = c == 0 ? noise : (mixed * values[(row * width) + c - 1]) + (Math.Sqrt(1 - (mixed * mixed)) * noise);
            }
        }

        return values;
    }
}
