using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MlOps.Statistics;

/// <summary>What one pass over a block of doubles finds.</summary>
internal readonly record struct RealBlock(bool AllFinite, double Min, double Max, double Sum, long Zeros, long Negatives)
{
    /// <summary>Looks at a block that is not empty. Unless all values are finite, nothing else is right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static RealBlock Of(ReadOnlySpan<double> values)
    {
        var first = Vector512.Create(values[0]);
        var (min, max) = (first, first);
        var (zeros, negatives) = (Vector512<long>.Zero, Vector512<long>.Zero);
        var sums = Vector512<double>.Zero;
        foreach (var vector in MemoryMarshal.Cast<double, Vector512<double>>(values))
        {
            min = Vector512.MinNative(min, vector);
            max = Vector512.MaxNative(max, vector);
            zeros -= Vector512.Equals(vector, Vector512<double>.Zero).AsInt64();
            negatives += (vector + Vector512<double>.Zero).AsInt64() >>> 63; // negative zero becomes zero
            sums += vector;
        }

        var (least, most) = (min[0], max[0]);
        var (zero, negative) = (Vector512.Sum(zeros), Vector512.Sum(negatives));
        for (var lane = 1; lane < 8; lane++)
        {
            least = min[lane] < least ? min[lane] : least;
            most = max[lane] > most ? max[lane] : most;
        }

        for (var i = values.Length & ~7; i < values.Length; i++)
        {
            var value = values[i];
            least = value < least ? value : least;
            most = value > most ? value : most;
            zero += value == 0 ? 1 : 0;
            negative += value < 0 ? 1 : 0;
        }

        // A value that is not finite shows in the sum; a sum that is not finite may also come of large values.
        var sum = Moments.Total(sums, values);
        return new(double.IsFinite(sum) || AreFinite(values), least + 0.0, most + 0.0, sum, zero, negative);
    }

    private static bool AreFinite(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            if (!double.IsFinite(value)) return false;
        }

        return true;
    }
}
