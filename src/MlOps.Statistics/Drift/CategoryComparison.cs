namespace MlOps.Statistics;

/// <summary>Compares two profiled columns of categories.</summary>
internal static class CategoryComparison
{
    private const int MostBins = 100;
    private const double LeastExpected = 5;
    private const double MostRare = 0.2;
    private const long MostDrawnRows = 5000;

    public static ColumnChange Compare(ColumnChange change, CategoryTable table, NumberStatistics? lengths, NumberStatistics? currentLengths, int shown)
    {
        var (test, statistic, pValue) = Test(table);
        if (!table.IsExact && lengths is not null && currentLengths is not null)
        {
            // Of texts of which nearly all differ the lengths say more than the texts.
            var aligned = AlignedNumbers.Of(lengths, currentLengths);
            var ofLengths = NumberComparison.Test(aligned.Reference, aligned.Current, OrderedTest.Test(aligned.Reference, aligned.Current));
            if (ofLengths.PValue < pValue) (test, statistic, pValue) = ofLengths;
            pValue = Math.Min(1, 2 * pValue);
        }

        var bins = Show(table, shown);
        var unseen = table.IsExact ? UnseenCategories.Test(table.Reference, table.Current) : new(double.NaN, double.NaN, double.NaN);
        return change with
        {
            Test = test,
            Statistic = statistic,
            PValue = pValue,
            UnseenShare = unseen.Share,
            ExpectedUnseenShare = unseen.Expected,
            UnseenPValue = unseen.PValue,
            Distances = DistanceFigures.InBins([.. bins.Select(b => b.Reference)], [.. bins.Select(b => b.Current)]),
            Bins = bins,
        };
    }

    private static (ChangeTest Test, double Statistic, double PValue) Test(CategoryTable table)
    {
        if (table.Order.Length <= 2) return InBins([.. table.Order.Select(i => table.Reference[i])], [.. table.Order.Select(i => table.Current[i])]);
        double n = table.Reference.Sum(), m = table.Current.Sum();
        var least = LeastExpected * (n + m) / Math.Min(n, m);
        var own = table.Order.TakeWhile((category, i) => i < MostBins && table.Both[category] >= least).ToArray();
        var (a, b) = Rest(table, own, n, m);
        if (a + b > 0 && a + b < least && own.Length > 1)
        {
            // A last bin with too little to expect goes with the rarest that has enough.
            a += table.Reference[own[^1]];
            b += table.Current[own[^1]];
            own = own[..^1];
        }

        long[] first = [.. own.Select(i => table.Reference[i]), .. a + b > 0 ? [a] : Array.Empty<long>()];
        long[] second = [.. own.Select(i => table.Current[i]), .. a + b > 0 ? [b] : Array.Empty<long>()];
        var binned = InBins(first, second);
        var isSparse = table.Order.Length > first.Length && (a + b > MostRare * (n + m) || first.Length < 3);
        if (!isSparse || Math.Min(n, m) > MostDrawnRows) return binned;
        var drawn = PermutationTest.PValue(n <= m ? table.Reference : table.Current, table.Both);
        return drawn < binned.PValue
            ? (ChangeTest.Permutation, ChiSquare.OfTwoSamples(table.Reference, table.Current), Math.Min(1, 2 * drawn))
            : binned with { PValue = Math.Min(1, 2 * binned.PValue) };
    }

    private static (ChangeTest Test, double Statistic, double PValue) InBins(long[] first, long[] second) => first.Length switch
    {
        1 => (ChangeTest.ChiSquare, 0, 1),
        2 => (ChangeTest.Fisher, Math.Abs(((double)first[0] / first.Sum()) - ((double)second[0] / second.Sum())), FisherExact.PValue(first[0], first.Sum(), second[0], second.Sum())),
        _ => (ChangeTest.ChiSquare, ChiSquare.OfTwoSamples(first, second), PopulationStability.Compare(first, second).PValue),
    };

    private static (long Reference, long Current) Rest(CategoryTable table, int[] own, double n, double m) =>
        ((long)n - own.Sum(i => table.Reference[i]), (long)m - own.Sum(i => table.Current[i]));

    // The most frequent categories of both samples, the other ones of the reference, and those that it never had.
    private static List<ChangedBin> Show(CategoryTable table, int shown)
    {
        var bins = table.Order.Take(shown).Select(i => new ChangedBin($"'{table.NameOf(i)}'", table.Reference[i], table.Current[i])).ToList();
        var (other, otherNow, unseen) = (0L, 0L, 0L);
        foreach (var i in table.Order.Skip(shown))
        {
            other += table.Reference[i];
            if (table.Reference[i] > 0 || !table.IsExact) otherNow += table.Current[i];
            else unseen += table.Current[i];
        }

        if (other + otherNow > 0) bins.Add(new("one of the other values", other, otherNow));
        if (unseen > 0)
        {
            var most = table.Order.Skip(shown).First(i => table.Reference[i] == 0);
            bins.Add(new($"a value that the reference never had, most often '{table.NameOf(most)}'", 0, unseen));
        }

        return bins;
    }
}
