namespace MlOps.Statistics;

/// <summary>Distances between two samples that were counted in the same bins or categories.</summary>
/// <remarks>
/// Counts are taken as shares of their sample. Without rows on a side, or with a weight that is negative or no finite number, there is no distance: the first gives NaN, the second is refused. Two samples without drift differ too, the more the
/// fewer rows and the more bins they have; <see cref="PopulationStability"/> and the tests say how much of a difference is chance.
/// </remarks>
public static class Distance
{
    /// <summary>The largest difference of any bin's share, from 0 to 1.</summary>
    /// <param name="reference">The counts or weights of the reference.</param>
    /// <param name="current">The counts or weights of the current sample in the same bins.</param>
    /// <returns>The distance; NaN when a sample has no rows.</returns>
    /// <exception cref="ArgumentException">The vectors differ in length or hold a weight that is negative, NaN or infinite.</exception>
    public static double LInfinity(ReadOnlySpan<double> reference, ReadOnlySpan<double> current) => Sum(reference, current, static (most, r, c) => Math.Max(most, Math.Abs(r - c)));

    /// <inheritdoc cref="LInfinity(ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    public static double LInfinity(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) => LInfinity(Weights(reference), Weights(current));

    /// <summary>Half the sum of the differences of all shares, from 0 for equal to 1 for disjoint: the share of rows that would have to move.</summary>
    /// <inheritdoc cref="LInfinity(ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    public static double TotalVariation(ReadOnlySpan<double> reference, ReadOnlySpan<double> current) => Sum(reference, current, static (sum, r, c) => sum + Math.Abs(r - c)) / 2;

    /// <inheritdoc cref="TotalVariation(ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    public static double TotalVariation(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) => TotalVariation(Weights(reference), Weights(current));

    /// <summary>The Jensen-Shannon distance, the square root of <see cref="JensenShannonDivergence(ReadOnlySpan{double}, ReadOnlySpan{double})"/>: a metric from 0 for equal to 1 for disjoint.</summary>
    /// <inheritdoc cref="LInfinity(ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    /// <remarks>Base 2. Multiply by sqrt(ln 2) = 0.8326 for the distance with natural logarithms.</remarks>
    public static double JensenShannon(ReadOnlySpan<double> reference, ReadOnlySpan<double> current) => Math.Sqrt(JensenShannonDivergence(reference, current));

    /// <inheritdoc cref="JensenShannon(ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    public static double JensenShannon(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) => JensenShannon(Weights(reference), Weights(current));

    /// <summary>The Jensen-Shannon divergence in bits, from 0 for equal to 1 for disjoint: the mean of both samples' Kullback-Leibler divergences from their mixture (Lin 1991).</summary>
    /// <inheritdoc cref="LInfinity(ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    public static double JensenShannonDivergence(ReadOnlySpan<double> reference, ReadOnlySpan<double> current) =>
        Math.Clamp(Sum(reference, current, static (sum, r, c) => sum + Part(r, (r + c) / 2) + Part(c, (r + c) / 2)) / 2, 0, 1);

    /// <inheritdoc cref="JensenShannonDivergence(ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    public static double JensenShannonDivergence(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) => JensenShannonDivergence(Weights(reference), Weights(current));

    /// <summary>The Hellinger distance, from 0 for equal to 1 for disjoint: sqrt(1 - sum of sqrt(r c)), computed without cancellation.</summary>
    /// <inheritdoc cref="LInfinity(ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    public static double Hellinger(ReadOnlySpan<double> reference, ReadOnlySpan<double> current) =>
        Math.Min(1, Math.Sqrt(Sum(reference, current, static (sum, r, c) => sum + Math.Pow(Math.Sqrt(r) - Math.Sqrt(c), 2)) / 2));

    /// <inheritdoc cref="Hellinger(ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    public static double Hellinger(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) => Hellinger(Weights(reference), Weights(current));

    /// <summary>The Kullback-Leibler divergence of the reference from the current sample in nats: the sum of r ln(r / c), from 0.</summary>
    /// <inheritdoc cref="LInfinity(ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    /// <remarks>Infinite when the current sample lacks a bin that the reference has. Where that is not wanted use <see cref="PopulationStability"/> or <see cref="JensenShannon(ReadOnlySpan{double}, ReadOnlySpan{double})"/>.</remarks>
    public static double KullbackLeibler(ReadOnlySpan<double> reference, ReadOnlySpan<double> current) => Math.Max(0, Sum(reference, current, static (sum, r, c) => sum + Part(r, c)) * Math.Log(2));

    /// <inheritdoc cref="KullbackLeibler(ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    public static double KullbackLeibler(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) => KullbackLeibler(Weights(reference), Weights(current));

    /// <summary>The largest difference of any bin's count, as a share of the rows of both samples together: unlike the other distances it sees when a sample has grown or shrunk.</summary>
    /// <param name="reference">The counts or weights of the reference.</param>
    /// <param name="current">The counts or weights of the current sample in the same bins.</param>
    /// <returns>A number from 0 to 1; NaN when neither sample has rows.</returns>
    /// <exception cref="ArgumentException">The vectors differ in length or hold a weight that is negative, NaN or infinite.</exception>
    public static double NormalizedAbsoluteDifference(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        CheckLengths(reference.Length, current.Length);
        var both = Total(reference, nameof(reference)) + Total(current, nameof(current));
        var most = 0.0;
        for (var i = 0; i < reference.Length; i++) most = Math.Max(most, Math.Abs(reference[i] - current[i]));
        return both == 0 ? double.NaN : most / both;
    }

    /// <inheritdoc cref="NormalizedAbsoluteDifference(ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    public static double NormalizedAbsoluteDifference(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) => NormalizedAbsoluteDifference(Weights(reference), Weights(current));

    private static double Part(double share, double other) => share == 0 ? 0 : share * Math.Log2(share / other);

    private static double[] Weights(ReadOnlySpan<long> counts)
    {
        var weights = new double[counts.Length];
        for (var i = 0; i < counts.Length; i++) weights[i] = counts[i];
        return weights;
    }

    private static double Sum(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Func<double, double, double, double> add)
    {
        CheckLengths(reference.Length, current.Length);
        var (n, m) = (Total(reference, nameof(reference)), Total(current, nameof(current)));
        if (n == 0 || m == 0) return double.NaN;
        var sum = 0.0;
        for (var i = 0; i < reference.Length; i++) sum = add(sum, reference[i] / n, current[i] / m);
        return sum;
    }

    private static void CheckLengths(int reference, int current)
    {
        if (reference != current) throw new ArgumentException($"The samples were counted in {reference} and {current} bins; they must be the same bins.");
    }

    private static double Total(ReadOnlySpan<double> weights, string name)
    {
        var total = 0.0;
        foreach (var weight in weights)
        {
            if (!(weight >= 0) || double.IsInfinity(weight)) throw new ArgumentException($"A weight is {weight}; it must be a finite number that is not negative.", name);
            total += weight;
        }

        return total;
    }
}
