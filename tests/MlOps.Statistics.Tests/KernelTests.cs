using System.Numerics;
using CsCheck;

namespace MlOps.Statistics.Tests;

/// <summary>The vectorised kernels against loops over single values that keep to the same eight lanes: equal to the last bit, so the width of a machine's vectors does not matter.</summary>
public class KernelTests
{
    private static readonly Gen<double[]> Finite = Gen.OneOf(Gen.Double[-1e3, 1e3], Gen.Double[1e9, 1e9 + 1], Gen.Int[-3, 3].Select(i => (double)i), Gen.Const(-0.0)).Array[1, 100];

    [Fact]
    public void Moments_are_those_of_eight_lanes() =>
        Finite.Sample(values =>
        {
            var center = Total(Lanes(values, v => v)) / values.Length;
            var (first, second) = (Total(Lanes(values, v => v - center)), Total(Lanes(values, v => (v - center) * (v - center))));
            var third = Total(Lanes(values, v => (v - center) * (v - center) * (v - center)));
            var fourth = Total(Lanes(values, v => (v - center) * (v - center) * ((v - center) * (v - center))));
            var shift = first / values.Length;
            var moments = Moments.OfBlock(values, 0.0);
            moments.Mean.Should().Be((DoubleDouble)0.0 + center + shift);
            moments.Second.Value.Should().Be(second - (shift * first));
            moments.Third.Value.Should().Be(third - (3 * shift * second) + (2 * shift * shift * first));
            moments.Fourth.Value.Should().Be(fourth - (4 * shift * third) + (6 * shift * shift * second) - (3 * shift * shift * shift * first));
        });

    [Fact]
    public void A_block_of_doubles_is_looked_at_value_by_value() =>
        Gen.OneOf(Finite, Profiles.Reals.Where(v => v.Length > 0)).Sample(values =>
        {
            var block = RealBlock.Of(values);
            block.AllFinite.Should().Be(values.All(double.IsFinite));
            if (!block.AllFinite) return;
            (block.Min, block.Max, block.Zeros, block.Negatives).Should().Be((values.Min() + 0.0, values.Max() + 0.0, values.LongCount(v => v == 0), values.LongCount(v => v < 0)));
            double.IsNegative(block.Min).Should().Be(block.Min < 0);
            block.Sum.Should().Be(Total(Lanes(values, v => v)));
        });

    [Fact]
    public void Buckets_are_as_narrow_as_their_number_allows() =>
        Gen.Select(Gen.OneOf(Gen.Long, Gen.Long[-9, 9], Gen.Long[1L << 60, (1L << 60) + 5000], Gen.Double[-3, 3].Select(v => ValueSketch.KeyOf(BitConverter.DoubleToInt64Bits(v), whole: false))).Array[1, 300], Gen.Int[1, 300]).Sample((keys, most) =>
        {
            var level = BucketLevel.For(keys, Math.Max(2, most));
            Buckets(level).Should().BeLessThanOrEqualTo(Math.Max(2, most));
            if (level > 0) Buckets(level - 1).Should().BeGreaterThan(Math.Max(2, most));

            int Buckets(int bits) => keys.Select(k => k >> Math.Min(bits, 63)).Distinct().Count();
        });

    [Fact]
    public void A_block_of_whole_numbers_is_looked_at_value_by_value() =>
        Gen.Long.Array[1, 100].Sample(values =>
        {
            var sum = values.Aggregate((Int128)0, (s, v) => s + v);
            WholeBlock.Of(values).Should().Be(new WholeBlock(values.Min(), values.Max(), values.LongCount(v => v == 0), values.LongCount(v => v < 0), sum));
        });

    [Fact]
    public void Hashes_of_many_are_those_of_each() =>
        Gen.Long.Array[0, 50].Sample(values =>
        {
            var hashes = new ulong[values.Length];
            Hashing.Mix(values, hashes);
            hashes.Should().Equal(values.Select(v => Hashing.Mix((ulong)v)));
        });

    [Fact]
    public void Distinct_counts_do_not_depend_on_which_hashes_are_passed_over()
    {
        var random = new Random(1);
        var hashes = Enumerable.Range(0, 300_000).Select(_ => (ulong)random.NextInt64() * 2 + (ulong)random.Next(2)).ToArray();
        var (many, each) = (new HyperLogLog(), new HyperLogLog());
        for (var i = 0; i < hashes.Length; i += 1000) many.Add(hashes.AsSpan(i, 1000));
        foreach (var hash in hashes) each.Add(hash);
        many.Ranks.ToArray().Should().Equal(each.Ranks.ToArray());
        each.Estimate().Should().BeApproximately(300_000, 300_000 * 0.025);
    }

    [Fact]
    public void Numbers_are_counted_alike_wherever_they_lie()
    {
        // Close together, far apart, close but far from 0, of both signs, and ever elsewhere.
        var close = Gen.Long[-300, 2000];
        var kinds = Gen.OneOf(close, Gen.Long, Gen.Long[long.MaxValue - 50, long.MaxValue], Gen.Long[long.MinValue, long.MinValue + 50], close.Select(v => v + 1_000_000_000_000));
        Gen.Select(Gen.OneOf(Gen.Const(close), Gen.Const(kinds)).SelectMany(kind => kind.Array[0, 3000]), kinds.Array[0, 600], Gen.Int[0, 3]).Sample((first, then, bits) =>
        {
            var table = new CountTable();
            foreach (var block in first.Chunk(512).Concat(then.Chunk(256))) table.AddAll(block, int.MaxValue).Should().Be(block.Length);
            if (bits > 0) table.Shift(bits);
            var expected = first.Concat(then).GroupBy(v => v >> bits).OrderBy(g => g.Key).Select(g => KeyValuePair.Create(g.Key, g.LongCount())).ToArray();
            table.ToSorted().Should().Equal(expected);
            table.Distinct.Should().Be(expected.Length);
            foreach (var (key, count) in expected.Take(10)) table.Clone().CountOf(key).Should().Be(count);
        });
    }

    [Fact]
    public void Counting_stops_at_one_more_different_number_than_allowed()
    {
        var table = new CountTable();
        long[] dense = [.. Enumerable.Range(0, 1000).Select(i => (long)(i % 100))];
        table.AddAll(dense, 110).Should().Be(1000);
        table.AddAll([5, 100, 101, 1L << 60, 102, 103, 1L << 61, 104, 105, 106, 107, 108, 109], 110).Should().Be(12);
        table.Distinct.Should().Be(111);
    }

    [Fact]
    public void What_came_more_often_than_a_threshold_is_written_down()
    {
        foreach (var many in new[] { false, true })
        {
            var (table, frequent) = (new CountTable(), new int[400]);
            table.AddAll([.. Enumerable.Range(0, 400).Select(i => (long)(i % 4))], 10, 1000, many, frequent, out _);
            table.AddAll([1, 1L << 50, 2, 2, 1L << 50, 1L << 50, 7], 10, 100, many, frequent, out var count).Should().Be(7);
            frequent.Take(count).Should().Equal(0, 2, 3);
        }
    }

    [Fact]
    public void Short_texts_are_the_same_when_their_bytes_and_lengths_are() =>
        Gen.Select(Gen.Byte[0, 2].Array[0, 15], Gen.Byte[0, 2].Array[0, 15]).Sample((a, b) =>
        {
            var among = new byte[64];
            Array.Fill(among, (byte)7);
            a.CopyTo(among, 5);
            var text = ShortText.At(ref among[5], a.Length);
            (text == ShortText.Of(a)).Should().BeTrue();
            (text == ShortText.Of(b)).Should().Be(a.SequenceEqual(b));
            text.Slot(60).Should().Be(ShortText.Of(a).Slot(60));
        });

    [Fact]
    public void Keys_order_as_the_values_do() =>
        Gen.Select(Gen.Double, Gen.Double).Where((a, b) => double.IsFinite(a) && double.IsFinite(b)).Sample((a, b) =>
        {
            var (x, y) = (ValueSketch.KeyOf(BitConverter.DoubleToInt64Bits(a + 0.0), false), ValueSketch.KeyOf(BitConverter.DoubleToInt64Bits(b + 0.0), false));
            x.CompareTo(y).Should().Be((a + 0.0).CompareTo(b + 0.0));
            ValueSketch.ValueOf(x).Should().Be(a + 0.0);
        });

    [Fact]
    public void The_order_of_many_is_that_of_each_pair() =>
        Gen.Long[0, 5].Array[0, 40].Sample(keys =>
        {
            var each = keys.Aggregate(default(RowOrder), (order, key) => order + new RowOrder(true, key, key, false, false, false));
            RowOrder.Of(keys).Should().Be(each);
        });

    [Fact]
    public void Numbers_of_two_doubles_keep_31_digits() =>
        Gen.Select(Gen.Long, Gen.Long[1, 1L << 40]).Sample((a, b) =>
        {
            (Exact(DoubleDouble.Of(a) + DoubleDouble.Of(b)) - (BigInteger)a - b).Should().Be(BigInteger.Zero);
            (Exact(DoubleDouble.Of(a) * DoubleDouble.Of(b)) - ((BigInteger)a * b)).Should().Be(BigInteger.Zero);
            var back = DoubleDouble.Of(a) / DoubleDouble.Of(b) * DoubleDouble.Of(b);
            Math.Abs((back - DoubleDouble.Of(a)).Value).Should().BeLessThanOrEqualTo(Math.Abs((double)a) * 1e-30);
        });

    [Fact]
    public void A_bitmap_reads_the_same_by_bit_and_by_word() =>
        Gen.Select(Gen.Bool.Array[1, 200], Gen.Int[0, 20]).Sample((valid, offset) =>
        {
            var validity = new Validity(Profiles.Bits(valid, offset), offset);
            validity.CountValid(valid.Length).Should().Be(valid.Count(v => v));
            for (var row = 0; row < valid.Length; row++)
            {
                validity[row].Should().Be(valid[row]);
                ((validity.Word(row, valid.Length) & 1) != 0).Should().Be(valid[row]);
            }

            var kept = new int[valid.Length];
            var count = validity.Compact<int>(Enumerable.Range(0, valid.Length).ToArray(), 0, kept);
            kept.Take(count).Should().Equal(Enumerable.Range(0, valid.Length).Where(i => valid[i]));
        });

    private static BigInteger Exact(DoubleDouble value) => new BigInteger(value.High) + new BigInteger(value.Low);

    private static double[] Lanes(double[] values, Func<double, double> map)
    {
        var lanes = new double[8];
        for (var i = 0; i < values.Length; i++) lanes[i % 8] += map(values[i]);
        return lanes;
    }

    private static double Total(double[] v) => ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}
