using CsCheck;

namespace MlOps.Statistics.Tests;

/// <summary>Makes columns, cuts them into parts and compares profiles.</summary>
internal static class Profiles
{
    public static readonly ProfileOptions Small = new() { ExactLimit = 16, TextLimit = 8 };

    private static readonly double[] Special = [0.0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, 1e70, -1e70];

    /// <summary>Doubles of very different shape: few values, many values, far from 0, over all magnitudes, with NaN and infinities.</summary>
    public static Gen<double[]> Reals => Gen.OneOf(
        Gen.Int[-5, 5].Select(i => (double)i).Array[0, 400],
        Gen.Double[-1, 1].Array[0, 400],
        Gen.Double[1e9, 1e9 + 1].Array[0, 400],
        Gen.Select(Gen.Double[-1, 1], Gen.Int[-80, 80]).Select((m, e) => m * Math.Pow(2, e)).Array[0, 400],
        Gen.OneOf(Gen.Double[-10, 10], Gen.Int[0, 7].Select(i => Special[i])).Array[0, 400],
        Gen.Frequency((5, Gen.Const(7.5)), (1, Gen.Double[-100, 100])).Array[0, 3000]);

    public static Gen<long[]> Integers => Gen.OneOf(
        Gen.Long[-5, 5].Array[0, 400],
        Gen.Long[9_007_199_254_740_990, 9_007_199_254_741_990].Array[0, 400],
        Gen.Long.Array[0, 400],
        Gen.Frequency((5, Gen.Const(42L)), (1, Gen.Long[-100_000, 100_000])).Array[0, 3000]);

    public static Gen<bool[]> Validities => Gen.OneOf(Gen.Const(Array.Empty<bool>()), Gen.Bool.Array[3000]);

    public static byte[] Bits(ReadOnlySpan<bool> valid, int offset = 0)
    {
        var bits = new byte[(valid.Length + offset + 7) / 8 + 1];
        for (var i = 0; i < valid.Length; i++)
        {
            if (valid[i]) bits[(i + offset) / 8] |= (byte)(1 << ((i + offset) % 8));
        }

        return bits;
    }

    /// <summary>The column as parts that end at the cuts.</summary>
    public static List<ColumnProfile> Parts<T>(T[] values, IEnumerable<int> cuts, Action<ColumnProfile, T[], int> add, ProfileOptions options)
    {
        var parts = new List<ColumnProfile>();
        var from = 0;
        foreach (var cut in cuts.Select(c => c % (values.Length + 1)).Order().Append(values.Length))
        {
            var part = new ColumnProfile(options: options);
            add(part, values[from..cut], from);
            parts.Add(part);
            from = cut;
        }

        return parts;
    }

    public static ColumnProfile Merged(IEnumerable<ColumnProfile> parts)
    {
        var parted = parts.ToList();
        var all = parted[0].Clone();
        foreach (var part in parted.Skip(1)) all.Merge(part);
        return all;
    }

    public static byte[] SketchOf(NumberStatistics numbers)
    {
        var writer = new StateWriter();
        numbers.Sketch.WriteOrderFree(writer);
        return writer.Written.ToArray();
    }

    public static void ShouldEqual(NumberStatistics actual, NumberStatistics expected)
    {
        (actual.Count, actual.NaN, actual.PositiveInfinities, actual.NegativeInfinities, actual.Zeros, actual.Negatives)
            .Should().Be((expected.Count, expected.NaN, expected.PositiveInfinities, expected.NegativeInfinities, expected.Zeros, expected.Negatives));
        (actual.Min, actual.Max, actual.MinInteger, actual.MaxInteger, actual.SumInteger).Should().Be((expected.Min, expected.Max, expected.MinInteger, expected.MaxInteger, expected.SumInteger));
        SketchOf(actual).Should().Equal(SketchOf(expected));
        actual.EqualWidthHistogram(7).Should().Equal(expected.EqualWidthHistogram(7));
        actual.QuantileHistogram(7).Should().Equal(expected.QuantileHistogram(7));
        foreach (var share in (double[])[0, 0.1, 0.5, 0.77, 1]) actual.Quantile(share).Should().Be(expected.Quantile(share));
        if (expected.FiniteCount == 0) return;
        Near(actual.Mean, expected.Mean, expected.PopulationStandardDeviation);
        Near(actual.Sum, expected.Sum, expected.PopulationStandardDeviation * expected.FiniteCount);
        Near(actual.PopulationVariance, expected.PopulationVariance, 0);
        Near(actual.SampleVariance, expected.SampleVariance, 0);

        // The spread of values that are nearly equal is made of their last bits, and its shape is noise.
        if (!(expected.PopulationStandardDeviation > 1e-9 * Math.Abs(expected.Mean))) return;
        Near(actual.Skewness, expected.Skewness, 1);
        Near(actual.Kurtosis, expected.Kurtosis, 1);
    }

    public static void Near(double actual, double expected, double scale)
    {
        if (double.IsNaN(expected) || double.IsInfinity(expected)) actual.Should().Be(expected);
        else actual.Should().BeApproximately(expected, 1e-12 * Math.Max(Math.Abs(expected), Math.Abs(scale)));
    }
}
