namespace MlOps.Statistics;

/// <summary>The Kolmogorov-Smirnov test that two samples come from one distribution: how far apart their distribution functions are at most.</summary>
/// <remarks>NaN is left out; infinities are the smallest and largest numbers. With equal values in the samples the chance is too large rather than too small.</remarks>
public static class KolmogorovSmirnov
{
    /// <summary>Up to how many values in the larger sample <see cref="Test"/> computes the chance exactly.</summary>
    public const int ExactLimit = 10_000;

    /// <summary>Tests two samples.</summary>
    /// <param name="first">The first sample, in any order.</param>
    /// <param name="second">The second sample, in any order.</param>
    /// <returns>The distance from 0 to 1, and its chance: exact up to <see cref="ExactLimit"/> values in the larger sample, then asymptotic.</returns>
    public static TestResult Test(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var (a, b) = (Samples.Sorted(first), Samples.Sorted(second));
        if (a.Length == 0 || b.Length == 0) return TestResult.None;
        var statistic = Statistic(a, b);
        return new(statistic, Math.Max(a.Length, b.Length) <= ExactLimit ? ExactPValue(statistic, a.Length, b.Length) : PValue(statistic, a.Length, b.Length));
    }

    /// <summary>Computes the distance of two profiled columns.</summary>
    /// <param name="first">The first column.</param>
    /// <param name="second">The second column.</param>
    /// <returns>The largest distance of the distribution functions; exact when both columns' <see cref="NumberStatistics.QuantileError"/> is 0. NaN when a column has no numbers.</returns>
    public static double Statistic(NumberStatistics first, NumberStatistics second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count == 0 || second.Count == 0) return double.NaN;
        var most = Math.Abs(((double)first.NegativeInfinities / first.Count) - ((double)second.NegativeInfinities / second.Count));
        foreach (var edge in Samples.Edges(first, second).Append(double.PositiveInfinity))
        {
            most = Math.Max(most, Math.Abs((first.CountBelow(edge) / first.Count) - (second.CountBelow(edge) / second.Count)));
            most = Math.Max(most, Math.Abs((first.CountAtMost(edge) / first.Count) - (second.CountAtMost(edge) / second.Count)));
        }

        return most;
    }

    /// <summary>Computes the distance of a sample from a distribution.</summary>
    /// <param name="sorted">The sample in ascending order, without NaN.</param>
    /// <param name="distribution">Gives the chance of a value that is not above another, of a distribution without jumps.</param>
    /// <returns>The largest distance of the distribution functions, from 0 to 1; 0 without values.</returns>
    public static double Statistic(ReadOnlySpan<double> sorted, Func<double, double> distribution)
    {
        ArgumentNullException.ThrowIfNull(distribution);
        var largest = 0.0;
        for (var i = 0; i < sorted.Length; i++)
        {
            var expected = distribution(sorted[i]);
            largest = Math.Max(largest, Math.Max(((i + 1.0) / sorted.Length) - expected, expected - ((double)i / sorted.Length)));
        }

        return largest;
    }

    /// <summary>Gives the chance that a sample is at least this far from the distribution that it was drawn from, in either direction.</summary>
    /// <param name="statistic">The distance.</param>
    /// <param name="count">How many values the sample has.</param>
    /// <returns>A chance from 0 to 1, exact for any count but for rounding; NaN without values.</returns>
    /// <remarks>Simard and L'Ecuyer, Journal of Statistical Software 39(11), 2011.</remarks>
    public static double PValue(double statistic, long count) => count <= 0 ? double.NaN : KolmogorovDistribution.UpperTail(statistic, count);

    /// <summary>Gives the asymptotic chance of a distance at least this large, for large samples.</summary>
    /// <param name="statistic">The distance.</param>
    /// <param name="firstCount">How many values the first sample has, n.</param>
    /// <param name="secondCount">How many values the second sample has, m.</param>
    /// <returns>A chance from 0 to 1; NaN when a sample has no values.</returns>
    /// <remarks>The exact distribution of the distance of one sample of n m / (n + m) values, rounded, from its distribution (Simard and L'Ecuyer, Journal of Statistical Software 39(11), 2011), as in SciPy.</remarks>
    public static double PValue(double statistic, long firstCount, long secondCount)
    {
        if (firstCount <= 0 || secondCount <= 0 || double.IsNaN(statistic)) return double.NaN;
        var effective = Math.Round((double)firstCount / ((double)firstCount + secondCount) * secondCount);
        return KolmogorovDistribution.UpperTail(statistic, (long)Math.Max(1, effective));
    }

    /// <summary>Gives the exact chance of a distance at least this large, for samples without equal values. Takes time in proportion to the product of the sizes.</summary>
    /// <param name="statistic">The distance.</param>
    /// <param name="firstCount">How many values the first sample has.</param>
    /// <param name="secondCount">How many values the second sample has.</param>
    /// <returns>A chance from 0 to 1; NaN when a sample has no values.</returns>
    /// <remarks>Follows all orders in which the values of both samples can be drawn, as paths in a lattice (Hodges 1958), as the share that has gone too far, so that small chances keep their digits.</remarks>
    public static double ExactPValue(double statistic, int firstCount, int secondCount)
    {
        if (firstCount <= 0 || secondCount <= 0 || double.IsNaN(statistic)) return double.NaN;
        var (n, m) = (Math.Max(firstCount, secondCount), Math.Min(firstCount, secondCount));
        var divisor = Divisor(n, m);
        long stepN = m / divisor, stepM = n / divisor;

        // Distances are multiples of 1 / (n m / divisor).
        var limit = (long)Math.Round(statistic * n * stepN);
        if (limit <= 0) return 1;
        var tooFar = new double[m + 1];
        for (var j = 0; j <= m; j++) tooFar[j] = j * stepM >= limit ? 1 : 0;
        for (var i = 1; i <= n; i++)
        {
            var here = i * stepN;
            var from = (int)Math.Max(0, ((here - limit) / stepM) + (here >= limit ? 1 : 0));
            var to = (int)Math.Min(m, (here + limit - 1) / stepM);

            // The path comes from (i - 1, j) or from (i, j - 1); what lies outside has gone too far.
            for (var j = Math.Max(0, from - 1); j < from; j++) tooFar[j] = 1;
            for (var j = from; j <= to; j++)
            {
                var before = Math.Abs(((i - 1) * stepN) - (j * stepM)) >= limit ? 1 : tooFar[j];
                tooFar[j] = j == 0 ? before : ((i * before) + (j * tooFar[j - 1])) / (i + j);
            }

            if (to < m) tooFar[to + 1] = 1;
        }

        return Math.Abs(((long)n * stepN) - (m * stepM)) >= limit ? 1 : Math.Clamp(tooFar[m], 0, 1);
    }

    private static double Statistic(double[] first, double[] second)
    {
        // In whole numbers, so that equal distances come out equal.
        long most = 0;
        var (i, j) = (0, 0);
        while (i < first.Length && j < second.Length)
        {
            var value = Math.Min(first[i], second[j]);
            while (i < first.Length && first[i] == value) i++;
            while (j < second.Length && second[j] == value) j++;
            most = Math.Max(most, Math.Abs(((long)i * second.Length) - ((long)j * first.Length)));
        }

        return most / ((double)first.Length * second.Length);
    }

    private static int Divisor(int a, int b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}
