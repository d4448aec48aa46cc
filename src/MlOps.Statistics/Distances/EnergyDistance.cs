namespace MlOps.Statistics;

/// <summary>The energy distance of two samples: like the Wasserstein distance, but large differences of the distribution functions count for more.</summary>
public static class EnergyDistance
{
    /// <summary>Computes the distance: the square root of twice the integral of the squared difference of the distribution functions (Székely 2002).</summary>
    /// <param name="reference">The reference, in any order.</param>
    /// <param name="current">The current sample, in any order.</param>
    /// <returns>The distance from 0, in the square root of the unit of the numbers; NaN when a sample has no finite numbers. NaN and infinities are left out.</returns>
    public static double Of(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        var (first, second) = (Samples.SortedFinite(reference), Samples.SortedFinite(current));
        if (first.Length == 0 || second.Length == 0) return double.NaN;
        var sum = 0.0;
        foreach (var (from, to, f, g) in Samples.Steps(first, second)) sum += (to - from) * (f - g) * (f - g);
        return Math.Sqrt(2 * sum);
    }
}
