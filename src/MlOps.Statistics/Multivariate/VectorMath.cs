using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MlOps.Statistics;

/// <summary>Sums over two rows of numbers, in lanes whose number does not depend on the machine, so that the result does not either.</summary>
internal static class VectorMath
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var a = MemoryMarshal.Cast<double, Vector512<double>>(first);
        var b = MemoryMarshal.Cast<double, Vector512<double>>(second);
        var lanes = Vector512<double>.Zero;
        for (var i = 0; i < a.Length; i++) lanes += a[i] * b[i];
        var sum = Vector512.Sum(lanes);
        for (var i = a.Length * Vector512<double>.Count; i < first.Length; i++) sum += first[i] * second[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        var a = MemoryMarshal.Cast<float, Vector512<float>>(first);
        var b = MemoryMarshal.Cast<float, Vector512<float>>(second);
        var lanes = Vector512<float>.Zero;
        for (var i = 0; i < a.Length; i++) lanes += a[i] * b[i];
        double sum = Vector512.Sum(lanes);
        for (var i = a.Length * Vector512<float>.Count; i < first.Length; i++) sum += first[i] * second[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SquaredDistance(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var a = MemoryMarshal.Cast<double, Vector512<double>>(first);
        var b = MemoryMarshal.Cast<double, Vector512<double>>(second);
        var lanes = Vector512<double>.Zero;
        for (var i = 0; i < a.Length; i++)
        {
            var distance = a[i] - b[i];
            lanes += distance * distance;
        }

        var sum = Vector512.Sum(lanes);
        for (var i = a.Length * Vector512<double>.Count; i < first.Length; i++) sum += (first[i] - second[i]) * (first[i] - second[i]);
        return sum;
    }
}
