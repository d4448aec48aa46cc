using MlOps.Statistics;

namespace MlOps.Benchmarks;

/// <summary>The published default rules of two peers, for studies: whether they alarm on a column.</summary>
internal static class PeerRules
{
    /// <summary>Evidently 0.7: p-values below 5 % up to 1,000 reference rows, above it distances of 0.1 and more, whatever the current rows.</summary>
    public static bool Evidently(ColumnSample reference, ColumnSample current)
    {
        if (reference.Values == 0 || current.Values == 0) return false;
        if (reference.Column.Categories > 0)
        {
            var (first, second) = Count(reference, current);
            if (reference.Values > 1000) return Distance.JensenShannon(first, second) * Math.Sqrt(Math.Log(2)) >= 0.1;
            if (first.Length <= 2) return TwoProportionTest.PValue(first[0], reference.Values, second[0], current.Values) < 0.05;
            var scale = (double)current.Values / reference.Values;
            var statistic = first.Zip(second, (r, c) => r == 0 ? double.PositiveInfinity : Math.Pow(c - (r * scale), 2) / (r * scale)).Sum();
            return ChiSquare.UpperTail(statistic, first.Length - 1) < 0.05;
        }

        if (reference.Values <= 1000) return KolmogorovSmirnov.Test(reference.Numbers, current.Numbers).PValue <= 0.05;
        var mean = reference.Numbers.Average();
        var deviation = Math.Sqrt(reference.Numbers.Select(x => (x - mean) * (x - mean)).Average());
        return Wasserstein.Normalized(Wasserstein.Of(reference.Numbers, current.Numbers), deviation) >= 0.1;
    }

    /// <summary>NannyML 0.13: the Jensen-Shannon distance in Doane's bins of the reference, above the mean and three standard deviations of ten chunks of it.</summary>
    public static bool NannyMl(ColumnSample reference, ColumnSample current)
    {
        if (reference.Values < 10 || current.Values == 0) return false;
        var edges = reference.Column.Categories > 0 ? [] : Edges(reference.Numbers);
        var whole = Histogram(reference.Numbers, reference.Codes, edges);
        double Measure(double[] numbers, int[] codes) => Distance.JensenShannon(whole, Histogram(numbers, codes, edges, reference.Codes));
        var size = Math.Max(1, reference.Values / 10);
        var chunks = new List<double>();
        for (var at = 0; at + size <= reference.Values; at += size)
            chunks.Add(reference.Column.Categories > 0 ? Measure([], reference.Codes[at..(at + size)]) : Measure(reference.Numbers[at..(at + size)], []));
        var mean = chunks.Average();
        return Measure(current.Numbers, current.Codes) > Math.Min(1, mean + (3 * Math.Sqrt(chunks.Select(v => (v - mean) * (v - mean)).Average())));
    }

    private static double[] Edges(double[] numbers)
    {
        double n = numbers.Length, mean = numbers.Average(), deviation = Math.Sqrt(numbers.Select(x => (x - mean) * (x - mean)).Average());
        var skewness = numbers.Select(x => Math.Pow((x - mean) / deviation, 3)).Average();
        var bins = 1 + Math.Log2(n) + Math.Log2(1 + (Math.Abs(skewness) / Math.Sqrt(6 * (n - 2) / ((n + 1) * (n + 3)))));
        var (min, max, count) = (numbers.Min(), numbers.Max(), (int)Math.Ceiling(bins));
        return [.. Enumerable.Range(0, count + 1).Select(i => i == count ? max : min + (i * (max - min) / count))];
    }

    // The last bin is for what the reference never had.
    private static double[] Histogram(double[] numbers, int[] codes, double[] edges, int[]? known = null)
    {
        if (edges.Length == 0)
        {
            var seen = (known ?? codes).ToHashSet();
            var counts = new double[(known ?? codes).Max() + 2];
            foreach (var code in codes) counts[seen.Contains(code) ? code : ^1]++;
            return counts;
        }

        var bins = new double[edges.Length];
        foreach (var value in numbers)
        {
            var at = Array.BinarySearch(edges, value);
            bins[value < edges[0] || value > edges[^1] ? ^1 : Math.Min(at >= 0 ? at : ~at - 1, edges.Length - 2)]++;
        }

        return bins;
    }

    private static (long[] First, long[] Second) Count(ColumnSample reference, ColumnSample current)
    {
        var codes = reference.Codes.Concat(current.Codes).Distinct().Order().ToArray();
        var (first, second) = (new long[codes.Length], new long[codes.Length]);
        foreach (var code in reference.Codes) first[Array.BinarySearch(codes, code)]++;
        foreach (var code in current.Codes) second[Array.BinarySearch(codes, code)]++;
        return (first, second);
    }
}
