namespace MlOps.Statistics;

/// <summary>Compares two profiled columns of numbers.</summary>
internal static class NumberComparison
{
    private const int TestBins = 10;
    private const int FewValues = 20;
    private const double LeastExpected = 5;

    public static ColumnChange Compare(ColumnChange change, NumberStatistics reference, NumberStatistics current)
    {
        var numbers = AlignedNumbers.Of(reference, current);
        var ordered = OrderedTest.Test(numbers.Reference, numbers.Current);
        var (test, statistic, pValue) = Test(numbers.Reference, numbers.Current, ordered);
        var bins = ReferenceBins.Of(numbers);
        var distances = DistanceFigures.InBins(bins.Reference, bins.Current);
        DistanceFigures.AddOrdered(distances, numbers, ordered.Statistic, reference.PopulationStandardDeviation);
        return change with { Test = test, Statistic = statistic, PValue = pValue, Distances = distances, Bins = bins.Named() };
    }

    /// <summary>Judges counts in ascending order by their distribution functions and in bins.</summary>
    public static (ChangeTest Test, double Statistic, double PValue) Test(long[] reference, long[] current, TestResult ordered)
    {
        if (reference.Length == 1) return (ChangeTest.KolmogorovSmirnov, 0, 1);
        if (reference.Length == 2)
        {
            var (n, m) = (reference[0] + reference[1], current[0] + current[1]);
            return (ChangeTest.Fisher, ordered.Statistic, FisherExact.PValue(reference[0], n, current[0], m));
        }

        var (first, second) = PooledBins(reference, current);
        if (first.Length < 2) return (ChangeTest.KolmogorovSmirnov, ordered.Statistic, ordered.PValue);
        var binned = PopulationStability.Compare(first, second).PValue;
        return binned < ordered.PValue
            ? (ChangeTest.ChiSquare, ChiSquare.OfTwoSamples(first, second), Math.Min(1, 2 * binned))
            : (ChangeTest.KolmogorovSmirnov, ordered.Statistic, Math.Min(1, 2 * ordered.PValue));
    }

    // Bins of equal rows of both samples together, or one a value where there are few; each with enough rows to expect in the smaller sample.
    private static (long[] Reference, long[] Current) PooledBins(long[] reference, long[] current)
    {
        double n = reference.Sum(), m = current.Sum();
        var all = n + m;
        var least = LeastExpected * all / Math.Min(n, m);
        if (reference.Length > FewValues) least = Math.Max(least, all / TestBins);
        List<long> first = [], second = [];
        var (a, b, left) = (0L, 0L, all);
        for (var i = 0; i < reference.Length; i++)
        {
            a += reference[i];
            b += current[i];

            // What is left over at the end must fill a bin too.
            if (a + b < least - 0.5 || left - a - b < least - 0.5) continue;
            first.Add(a);
            second.Add(b);
            left -= a + b;
            (a, b) = (0, 0);
        }

        if (a + b > 0)
        {
            first.Add(a);
            second.Add(b);
        }

        return ([.. first], [.. second]);
    }
}
