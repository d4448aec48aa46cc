using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MlOps.Statistics;

/// <summary>What one pass over a block of whole numbers finds.</summary>
internal readonly record struct WholeBlock(long Min, long Max, long Zeros, long Negatives, Int128 Sum)
{
    /// <summary>Looks at a block that is not empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static WholeBlock Of(ReadOnlySpan<long> values)
    {
        var first = Vector512.Create(values[0]);
        var (min, max, zeros, negatives, high, low) = (first, first, Vector512<long>.Zero, Vector512<long>.Zero, Vector512<long>.Zero, Vector512<long>.Zero);
        var lowBits = Vector512.Create((long)uint.MaxValue);
        foreach (var vector in MemoryMarshal.Cast<long, Vector512<long>>(values))
        {
            min = Vector512.Min(min, vector);
            max = Vector512.Max(max, vector);
            zeros -= Vector512.Equals(vector, Vector512<long>.Zero);
            negatives -= Vector512.LessThan(vector, Vector512<long>.Zero);
            high += vector >> 32;
            low += vector & lowBits;
        }

        var (least, most) = (min[0], max[0]);
        for (var lane = 1; lane < 8; lane++) (least, most) = (Math.Min(least, min[lane]), Math.Max(most, max[lane]));
        var (zero, negative) = (Vector512.Sum(zeros), Vector512.Sum(negatives));
        var sum = ((Int128)Vector512.Sum(high) << 32) + Vector512.Sum(low);
        for (var i = values.Length & ~7; i < values.Length; i++)
        {
            var value = values[i];
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
            zero += value == 0 ? 1 : 0;
            negative += value < 0 ? 1 : 0;
            sum += value;
        }

        return new(least, most, zero, negative, sum);
    }
}
