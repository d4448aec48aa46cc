using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MlOps.Statistics;

/// <summary>Count, mean and the sums of the second, third and fourth powers of the distances from it, which merge.</summary>
/// <remarks>
/// Inside a block of values the sums are made in eight lanes, whatever the width of the machine's vectors, and about the block's own mean; blocks are put together in twice the
/// precision of a double (Chan, Golub and LeVeque 1979; Pébay, Formulas for robust, one-pass parallel computation of covariances and arbitrary-order statistical moments, 2008).
/// </remarks>
internal readonly record struct Moments(long Count, DoubleDouble Mean, DoubleDouble Second, DoubleDouble Third, DoubleDouble Fourth)
{
    private const int Lanes = 8;

    /// <summary>The moments of finite values.</summary>
    /// <param name="values">The values, all finite.</param>
    /// <param name="origin">A number that was taken away from every value before.</param>
    public static Moments OfBlock(ReadOnlySpan<double> values, DoubleDouble origin)
    {
        var lanes = Vector512<double>.Zero;
        foreach (var vector in MemoryMarshal.Cast<double, Vector512<double>>(values)) lanes += vector;
        return OfBlock(values, origin, Total(lanes, values));
    }

    /// <summary>The moments of finite values whose sum is known.</summary>
    public static Moments OfBlock(ReadOnlySpan<double> values, DoubleDouble origin, double sum)
    {
        if (values.Length == 0) return default;
        var center = Center(values, sum);
        var (first, second, third, fourth) = PowerSums(values, center);
        double n = values.Length;
        if (!double.IsFinite(first)) first = 0;
        // The center is the mean but for rounding; the small rest is taken out.
        var shift = first / n;
        var m2 = second - (shift * first);
        var m3 = third - (3 * shift * second) + (2 * shift * shift * first);
        var m4 = fourth - (4 * shift * third) + (6 * shift * shift * second) - (3 * shift * shift * shift * first);
        return new Moments(values.Length, origin + center + shift, m2, m3, m4).Checked();
    }

    /// <summary>Puts two parts together. A part without values changes nothing, not even a bit.</summary>
    public static Moments operator +(in Moments a, in Moments b)
    {
        if (a.Count == 0) return b;
        if (b.Count == 0) return a;
        var count = a.Count + b.Count;
        var n = DoubleDouble.Of(count);
        var (shareA, shareB) = (DoubleDouble.Of(a.Count) / n, DoubleDouble.Of(b.Count) / n);
        var delta = b.Mean - a.Mean;
        var mean = delta.IsFinite ? a.Mean + (delta * shareB) : (a.Mean * shareA) + (b.Mean * shareB);
        var delta2 = delta * delta;
        var weight = DoubleDouble.Of(a.Count) * shareB;
        var second = a.Second + b.Second + (delta2 * weight);
        var third = a.Third + b.Third + (delta2 * delta * weight * (shareA - shareB)) + (3 * delta * ((shareA * b.Second) - (shareB * a.Second)));
        var fourth = a.Fourth + b.Fourth + (delta2 * delta2 * weight * ((shareA * shareA) - (shareA * shareB) + (shareB * shareB)))
            + (6 * delta2 * ((shareA * shareA * b.Second) + (shareB * shareB * a.Second))) + (4 * delta * ((shareA * b.Third) - (shareB * a.Third)));
        return new Moments(count, mean, second, third, fourth).Checked();
    }

    /// <summary>The sum of values of which the lanes hold the sums of all whole vectors.</summary>
    public static double Total(Vector512<double> lanes, ReadOnlySpan<double> values) => Total(lanes + Tail(values, 0));

    private static double Center(ReadOnlySpan<double> values, double sum)
    {
        var center = sum / values.Length;
        if (double.IsFinite(center)) return center;
        center = 0;
        foreach (var value in values) center += value / values.Length;
        return center;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double First, double Second, double Third, double Fourth) PowerSums(ReadOnlySpan<double> values, double center)
    {
        var (first, second, third, fourth) = (Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero);
        var centers = Vector512.Create(center);
        var whole = MemoryMarshal.Cast<double, Vector512<double>>(values);
        foreach (var vector in whole)
        {
            var distance = vector - centers;
            var square = distance * distance;
            first += distance;
            second += square;
            third += square * distance;
            fourth += square * square;
        }

        var rest = Tail(values, center) - centers;
        var restSquare = rest * rest;
        return (Total(first + rest), Total(second + restSquare), Total(third + (restSquare * rest)), Total(fourth + (restSquare * restSquare)));
    }

    // What is left after the whole vectors, in the first lanes; the other lanes hold what counts for nothing.
    private static Vector512<double> Tail(ReadOnlySpan<double> values, double nothing)
    {
        Span<double> lanes = stackalloc double[Lanes];
        lanes.Fill(nothing);
        values[(values.Length & ~(Lanes - 1))..].CopyTo(lanes);
        return Vector512.Create<double>(lanes);
    }

    private static double Total(Vector512<double> v) => ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));

    // Past the range of a double the spread is infinite and its shape unknown.
    private Moments Checked()
    {
        if (Fourth.IsFinite && Third.IsFinite && Second.IsFinite) return this;
        return this with
        {
            Second = Second.IsFinite ? Second : double.PositiveInfinity,
            Third = Second.IsFinite && Third.IsFinite ? Third : double.NaN,
            Fourth = Second.IsFinite && Fourth.IsFinite ? Fourth : double.NaN,
        };
    }
}
