using MlOps.Peers;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>NannyML's univariate drift: the distances of this library in NannyML's bins, and its thresholds of three standard deviations over the chunks of the reference.</summary>
[Trait(Oracles.Category, Oracles.Peer)]
public class NannyMlDriftTests
{
    private const string File = "monitoring/univariate_cases.json";
    private const int PeerBins = 10_000;

    public static IEnumerable<TheoryDataRow<string>> Cases => Oracles.Cases(File, c => c.GetProperty("source").GetString() == "nannyml");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_NannyML(string id)
    {
        var one = Oracles.Case(File, id);
        var (pair, expected, method) = (SamplePair.Read(one), one.GetProperty("expected"), one.GetProperty("method").GetString()!);
        SamplePair.TakesOnly(one, "reference_chunk_size");
        var reference = Bins.Of(pair);
        if (method == "chi2")
        {
            var (first, second) = SamplePair.Count(pair.Reference, pair.Current);
            var result = ChiSquare.Test([.. first.Concat(second).Select(c => (long)c)], first.Length, continuityCorrection: true);
            Near(result.Statistic, Oracles.Number(expected.GetProperty("value")), 1e-6);
            Near(result.PValue, Oracles.Number(expected.GetProperty("p_value")), 1e-6);
            (result.PValue < 0.05).Should().Be(expected.GetProperty("alert").GetBoolean());
            return;
        }

        var value = Measure(method, reference, pair.CurrentRows);

        // From 10,000 reference rows on the peer takes Wasserstein's distance from 10,000 bins and counts (n + 1) / n of what lies outside of them, about 1 % off, a defect; SciPy's cases have the exact distance.
        var tolerance = method == "wasserstein" && reference.Numbers.Length >= PeerBins ? 0.03 : 1e-6;
        Near(value, Oracles.Number(expected.GetProperty("value")), tolerance);
        var size = one.GetProperty("params").GetProperty("reference_chunk_size").GetInt32();
        var chunks = pair.ReferenceRows.Chunk(size).Select(chunk => Measure(method, reference, chunk)).Where(v => !double.IsNaN(v)).ToArray();
        var limit = chunks.Average() + (3 * Math.Sqrt(chunks.Select(v => Math.Pow(v - chunks.Average(), 2)).Average()));
        if (method == "kolmogorov_smirnov") limit = Math.Min(limit, 1);
        if (expected.GetProperty("upper_threshold") is { ValueKind: not System.Text.Json.JsonValueKind.Null } threshold) Near(limit, Oracles.Number(threshold), tolerance);
        (value > limit).Should().Be(expected.GetProperty("alert").GetBoolean());
    }

    private static double Measure(string method, Bins bins, IReadOnlyList<string?> rows)
    {
        string[] values = [.. rows.OfType<string>()];
        switch (method)
        {
            case "kolmogorov_smirnov": return KolmogorovSmirnov.Test(bins.Coarse(bins.Numbers), bins.Coarse(SamplePair.Numbers(values))).Statistic;
            case "wasserstein": return Wasserstein.Of(bins.Numbers, SamplePair.Numbers(values));
            case "l_infinity":
                var (all, some) = SamplePair.Count(bins.Values, values);
                return Distance.LInfinity(all, some);
            case "jensen_shannon" or "hellinger":
                var (reference, current) = bins.Count(values);
                return method == "hellinger" ? Distance.Hellinger(reference, current) : Distance.JensenShannon(reference, current);
            default: throw new NotSupportedException($"No adapter for {method}.");
        }
    }

    private static void Near(double actual, double expected, double tolerance) => actual.Should().BeApproximately(expected, tolerance * Math.Max(1e-9, Math.Abs(expected)));

    /// <summary>Bins of the reference by Doane's rule, or its categories; what else there is, is one more.</summary>
    private sealed record Bins(string[] Values, double[] Numbers, double[] Edges)
    {
        public static Bins Of(SamplePair pair)
        {
            if (!pair.IsNumerical) return new(pair.Reference, [], []);
            var numbers = pair.ReferenceNumbers;
            double n = numbers.Length, mean = numbers.Average(), deviation = Math.Sqrt(numbers.Select(x => Math.Pow(x - mean, 2)).Average());
            var skewness = numbers.Select(x => Math.Pow((x - mean) / deviation, 3)).Average();
            var scale = Math.Sqrt(6 * (n - 2) / ((n + 1) * (n + 3)));
            var width = (numbers.Max() - numbers.Min()) / (1 + Math.Log2(n) + Math.Log2(1 + (Math.Abs(skewness) / scale)));
            return new(pair.Reference, numbers, SamplePair.Edges(numbers, width));
        }

        /// <summary>From 10,000 reference rows on the peer looks at the distribution functions at the ends of 10,000 bins of one width only.</summary>
        public double[] Coarse(double[] values)
        {
            if (Numbers.Length < PeerBins) return values;
            var (min, max) = (Numbers.Min(), Numbers.Max());
            var edges = SamplePair.Edges(Numbers, (max - min) / PeerBins);
            return Array.ConvertAll(values, value =>
            {
                var at = Array.BinarySearch(edges, value);
                var bin = at >= 0 ? at : ~at - 1;
                return value > max ? PeerBins : (double)Math.Clamp(bin, 0, PeerBins - 1);
            });
        }

        public (double[] Reference, double[] Current) Count(string[] values)
        {
            var (reference, current) = Edges.Length > 0
                ? (SamplePair.Histogram(Numbers, Edges), SamplePair.Histogram(SamplePair.Numbers(values), Edges))
                : SamplePair.Count(Values, values);
            return ([.. reference, 0], [.. current, Math.Max(0, values.Length - current.Sum())]);
        }
    }
}
