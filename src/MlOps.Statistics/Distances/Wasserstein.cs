namespace MlOps.Statistics;

/// <summary>The Wasserstein distance of first order (earth mover's distance): how far, on average, a number has to be moved to turn one sample into the other.</summary>
/// <remarks>The area between the two distribution functions. NaN and infinities are left out; without finite numbers on a side the distance is NaN.</remarks>
public static class Wasserstein
{
    /// <summary>Computes the distance of two samples, in the unit of the numbers.</summary>
    /// <param name="reference">The reference, in any order.</param>
    /// <param name="current">The current sample, in any order.</param>
    /// <returns>The distance from 0; NaN when a sample has no finite numbers.</returns>
    public static double Of(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        var (first, second) = (Samples.SortedFinite(reference), Samples.SortedFinite(current));
        if (first.Length == 0 || second.Length == 0) return double.NaN;
        var sum = 0.0;
        foreach (var (from, to, f, g) in Samples.Steps(first, second)) sum += (to - from) * Math.Abs(f - g);
        return sum;
    }

    /// <summary>Computes the distance of two profiled columns, in the unit of the numbers.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="current">The current sample.</param>
    /// <returns>The distance from 0, exact when both columns' <see cref="NumberStatistics.QuantileError"/> is 0; NaN when a column has no finite numbers.</returns>
    public static double Of(NumberStatistics reference, NumberStatistics current)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(current);
        if (reference.FiniteCount == 0 || current.FiniteCount == 0) return double.NaN;
        var edges = Samples.Edges(reference, current);
        var sum = 0.0;
        for (var i = 1; i < edges.Length; i++)
        {
            // Between two edges both distribution functions are straight.
            var left = AtMost(reference, edges[i - 1]) - AtMost(current, edges[i - 1]);
            var right = Below(reference, edges[i]) - Below(current, edges[i]);
            var mean = left * right >= 0 ? Math.Abs(left + right) / 2 : ((left * left) + (right * right)) / (2 * (Math.Abs(left) + Math.Abs(right)));
            sum += (edges[i] - edges[i - 1]) * mean;
        }

        return sum;
    }

    /// <summary>Divides a distance by the spread of the reference, so that columns of different units compare: by the population standard deviation, but by no less than 0.001.</summary>
    /// <param name="distance">The distance.</param>
    /// <param name="referenceStandardDeviation">The population standard deviation of the reference.</param>
    /// <returns>The normalised distance. As a rule of thumb 0.1 is worth a look.</returns>
    public static double Normalized(double distance, double referenceStandardDeviation) => distance / Math.Max(referenceStandardDeviation, 0.001);

    private static double AtMost(NumberStatistics numbers, double value) => (numbers.CountAtMost(value) - numbers.NegativeInfinities) / numbers.FiniteCount;

    private static double Below(NumberStatistics numbers, double value) => (numbers.CountBelow(value) - numbers.NegativeInfinities) / numbers.FiniteCount;
}
