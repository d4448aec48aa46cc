namespace MlOps.Statistics;

/// <summary>What the comparisons of two samples have in common.</summary>
internal static class Samples
{
    /// <summary>The numbers in ascending order, without NaN. Negative zero is zero.</summary>
    public static double[] Sorted(ReadOnlySpan<double> values) => Sorted(values, static value => !double.IsNaN(value));

    /// <summary>The finite numbers in ascending order.</summary>
    public static double[] SortedFinite(ReadOnlySpan<double> values) => Sorted(values, double.IsFinite);

    /// <summary>The stretches between neighbouring values of two sorted samples, and the share of each sample that does not exceed them.</summary>
    public static IEnumerable<(double From, double To, double First, double Second)> Steps(double[] first, double[] second)
    {
        var (i, j) = (0, 0);
        var at = Math.Min(first[0], second[0]);
        while (i < first.Length || j < second.Length)
        {
            while (i < first.Length && first[i] <= at) i++;
            while (j < second.Length && second[j] <= at) j++;
            var next = Math.Min(i < first.Length ? first[i] : double.PositiveInfinity, j < second.Length ? second[j] : double.PositiveInfinity);
            if (double.IsPositiveInfinity(next)) yield break;
            yield return (at, next, (double)i / first.Length, (double)j / second.Length);
            at = next;
        }
    }

    /// <summary>All values at which the distribution of either column bends.</summary>
    public static double[] Edges(NumberStatistics first, NumberStatistics second)
    {
        var edges = new SortedSet<double>();
        foreach (var bucket in first.Sketch.Buckets().Concat(second.Sketch.Buckets()))
        {
            edges.Add(bucket.Low);
            edges.Add(bucket.High);
        }

        foreach (var numbers in (ReadOnlySpan<NumberStatistics>)[first, second])
        {
            if (numbers.FiniteCount == 0) continue;
            edges.Add(numbers.FiniteMin);
            edges.Add(numbers.FiniteMax);
        }

        return [.. edges];
    }

    /// <summary>The mean ranks of the first sample's values, then of the second's, among both, and the sum of t^3 - t over the groups of t equal values.</summary>
    public static (double[] First, double[] Second, double Ties) Ranks(double[] first, double[] second)
    {
        var (ranks1, ranks2) = (new double[first.Length], new double[second.Length]);
        var (i, j, ties) = (0, 0, 0.0);
        while (i < first.Length || j < second.Length)
        {
            var value = i == first.Length ? second[j] : j == second.Length ? first[i] : Math.Min(first[i], second[j]);
            var (fromI, fromJ) = (i, j);
            while (i < first.Length && first[i] == value) i++;
            while (j < second.Length && second[j] == value) j++;
            double equal = i - fromI + (j - fromJ);
            var rank = fromI + fromJ + ((equal + 1) / 2);
            ranks1.AsSpan(fromI, i - fromI).Fill(rank);
            ranks2.AsSpan(fromJ, j - fromJ).Fill(rank);
            ties += (equal * equal * equal) - equal;
        }

        return (ranks1, ranks2, ties);
    }

    private static double[] Sorted(ReadOnlySpan<double> values, Func<double, bool> keep)
    {
        var sorted = new double[values.Length];
        var count = 0;
        foreach (var value in values)
        {
            if (keep(value)) sorted[count++] = value + 0.0;
        }

        Array.Resize(ref sorted, count);
        Array.Sort(sorted);
        return sorted;
    }
}
