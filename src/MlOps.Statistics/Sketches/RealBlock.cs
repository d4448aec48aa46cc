using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MlOps.Statistics;

/// <summary>What one pass over a block of doubles finds.</summary>
internal readonly record struct RealBlock(bool AllFinite, double Min, double Max, double Sum, long Zeros, long Negatives)
{
    /// <summary>Looks at a block that is not empty. Unless all values are finite, nothing else is right.</summary>
    public static RealBlock Of(ReadOnlySpan<double> values)
    {
        var first = Vector512.Create(values[0]);
        var (min, max, finite) = (first, first, Vector512<double>.AllBitsSet);
        var (zeros, negatives) = (Vector512<long>.Zero, Vector512<long>.Zero);
        var (limit, sums) = (Vector512.Create(double.MaxValue), Vector512<double>.Zero);
        foreach (var vector in MemoryMarshal.Cast<double, Vector512<double>>(values))
        {
            min = Vector512.MinNative(min, vector);
            max = Vector512.MaxNative(max, vector);
            zeros -= Vector512.Equals(vector, Vector512<double>.Zero).AsInt64();
            negatives -= Vector512.LessThan(vector, Vector512<double>.Zero).AsInt64();
            sums += vector;
            finite &= Vector512.LessThanOrEqual(Vector512.Abs(vector), limit);
        }

        var (allFinite, least, most) = (finite.AsInt64() == Vector512<long>.AllBitsSet, min[0], max[0]);
        var (zero, negative) = (Vector512.Sum(zeros), Vector512.Sum(negatives));
        for (var lane = 1; lane < 8; lane++)
        {
            least = min[lane] < least ? min[lane] : least;
            most = max[lane] > most ? max[lane] : most;
        }

        for (var i = values.Length & ~7; i < values.Length; i++)
        {
            var value = values[i];
            allFinite &= double.IsFinite(value);
            least = value < least ? value : least;
            most = value > most ? value : most;
            zero += value == 0 ? 1 : 0;
            negative += value < 0 ? 1 : 0;
        }

        // Negative zero is zero.
        return new(allFinite, least + 0.0, most + 0.0, Moments.Total(sums, values), zero, negative);
    }
}
