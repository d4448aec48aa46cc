using System.Numerics;
using CsCheck;

namespace MlOps.FeatureStore.Tests;

public sealed class ExactSumTests
{
    private static readonly Gen<double> Numbers = Gen.OneOf(
        Gen.Double[-1000, 1000],
        Gen.Double,
        Gen.Long.Select(BitConverter.Int64BitsToDouble),
        WindowSamples.OneOf(0.0, -0.0, double.Epsilon, -double.Epsilon, double.MaxValue, double.MinValue, 1e-308, 1e300));

    [Fact]
    public void A_sum_is_the_nearest_double_to_the_true_one() => Numbers.Array[0, 40].Sample(numbers =>
    {
        var sum = new ExactSum(squares: false);
        foreach (var number in numbers) sum.Add(number);
        return Same(sum.Round(), Expected(numbers));
    });

    [Fact]
    public void A_sum_has_the_same_bits_in_any_order_and_any_parts() => Gen.Select(Numbers.Array[1, 40], Gen.Int[0, 40], Gen.Int).Sample((numbers, cut, seed) =>
    {
        var (whole, left, right) = (new ExactSum(false), new ExactSum(false), new ExactSum(false));
        foreach (var number in numbers) whole.Add(number);
        var shuffled = (double[])numbers.Clone();
        new Random(seed).Shuffle(shuffled);
        for (var i = 0; i < shuffled.Length; i++) (i < cut ? left : right).Add(shuffled[i]);
        left.Add(right);
        return Same(left.Round(), whole.Round()) && Bytes(left).SequenceEqual(Bytes(whole));
    });

    [Fact]
    public void What_is_taken_back_leaves_no_trace() => Gen.Select(Numbers.Array[0, 20], Numbers.Array[0, 20]).Sample((stays, goes) =>
    {
        var (sum, expected) = (new ExactSum(false), new ExactSum(false));
        foreach (var number in stays) expected.Add(number);
        foreach (var number in goes.Concat(stays)) sum.Add(number);
        foreach (var number in goes) sum.Subtract(number);
        return Same(sum.Round(), expected.Round()) && Bytes(sum).SequenceEqual(Bytes(expected));
    });

    [Fact]
    public void A_sum_is_read_as_it_was_written() => Numbers.Array[0, 20].Sample(numbers =>
    {
        var (sum, read) = (new ExactSum(true), new ExactSum(true));
        foreach (var number in numbers) sum.Add(number);
        var reader = new WindowReader(Bytes(sum));
        read.Read(ref reader);
        return Same(sum.Round(), read.Round()) && Bytes(sum).SequenceEqual(Bytes(read)) && reader.IsAtEnd;
    });

    [Fact]
    public void Of_large_numbers_that_differ_little_the_variance_is_right()
    {
        var (sum, squares) = (new ExactSum(false), new ExactSum(true));
        foreach (var number in new[] { 1e15 + 1, 1e15 + 2, 1e15 + 4 })
        {
            sum.Add(number);
            squares.Add(number);
        }

        squares.Variance(sum, 3).Should().Be(14.0 / 9);
    }

    [Fact]
    public void Equal_numbers_have_no_variance() => Gen.Select(Gen.Double[-1e150, 1e150], Gen.Int[1, 9]).Sample((number, count) =>
    {
        var (sum, squares) = (new ExactSum(false), new ExactSum(true));
        for (var i = 0; i < count; i++)
        {
            sum.Add(number);
            squares.Add(number);
        }

        return squares.Variance(sum, count) == 0;
    });

    [Fact]
    public void The_mean_of_numbers_whose_sum_is_too_large_is_still_there()
    {
        var sum = new ExactSum(false);
        for (var i = 0; i < 4; i++) sum.Add(double.MaxValue);
        (sum.Round(), sum.Mean(4)).Should().Be((double.PositiveInfinity, double.MaxValue));
    }

    private static byte[] Bytes(ExactSum sum)
    {
        var writer = new WindowWriter();
        sum.Write(writer);
        return writer.ToArray();
    }

    private static bool Same(double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b) || (double.IsNaN(a) && double.IsNaN(b));

    // By whole numbers of 2^-1074.
    private static double Expected(double[] numbers)
    {
        if (Array.Exists(numbers, double.IsNaN) || (numbers.Contains(double.PositiveInfinity) && numbers.Contains(double.NegativeInfinity))) return double.NaN;
        if (Array.Find(numbers, double.IsInfinity) is var infinite && double.IsInfinity(infinite)) return infinite;
        var sum = BigInteger.Zero;
        foreach (var number in numbers)
        {
            var bits = BitConverter.DoubleToInt64Bits(number);
            var exponent = (int)(bits >> 52) & 0x7FF;
            var mantissa = new BigInteger(bits & 0xFFFFFFFFFFFFF) + (exponent == 0 ? 0 : 1L << 52);
            sum += (bits < 0 ? -mantissa : mantissa) << Math.Max(0, exponent - 1);
        }

        var magnitude = BigInteger.Abs(sum);
        var drop = (int)Math.Max(0, (long)magnitude.GetBitLength() - 53);
        var (kept, rest) = (magnitude >> drop, magnitude & ((BigInteger.One << drop) - 1));
        var half = drop == 0 ? BigInteger.One : BigInteger.One << (drop - 1);
        if (rest > half || (rest == half && !kept.IsEven)) kept++;
        return Math.ScaleB((double)kept, drop - 1074) * sum.Sign is var value && value == 0 ? 0 : value;
    }
}
