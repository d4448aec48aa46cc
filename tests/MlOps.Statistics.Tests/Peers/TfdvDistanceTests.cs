using System.Text.Json;
using MlOps.Peers;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>TFDV's distances between value counts and between histograms.</summary>
/// <remarks>
/// The adapter lays two histograms over each other as TFDV does, with its quirks: a bucket without width is a value of its own, at no point inside another bucket; NaN is equal to nothing, not even NaN;
/// nor is a bucket with an infinite edge.
/// </remarks>
[Trait(Oracles.Category, Oracles.Peer)]
public class TfdvDistanceTests
{
    private const string File = "validation/tfdv_distance_metric_cases.json";

    public static IEnumerable<TheoryDataRow<string>> Cases => Oracles.Cases(File);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_TFDV(string id)
    {
        var one = Oracles.Case(File, id);
        if (one.TryGetProperty("expected_error", out _))
        {
            double.IsNaN(DistanceOf(one)).Should().BeTrue();
            return;
        }

        DistanceOf(one).Should().BeApproximately(Oracles.Number(one.GetProperty("expected")), one.GetProperty("tolerance").GetDouble());
    }

    private static double DistanceOf(JsonElement one)
    {
        var metric = one.GetProperty("metric").GetString();
        if (metric == "JENSEN_SHANNON_DIVERGENCE")
        {
            var (a, b) = one.TryGetProperty("histogram", out var type)
                ? Common(Histogram(one.GetProperty("a"), type.GetString()!), Histogram(one.GetProperty("b"), type.GetString()!))
                : Weights(one.GetProperty("training"), one.GetProperty("serving"));
            return Distance.JensenShannonDivergence(a, b);
        }

        var (training, serving) = Weights(one.GetProperty("training"), one.GetProperty("serving"));
        if (training.Length == 0) return 0;
        return metric switch
        {
            "L_INFTY" => Distance.LInfinity(training, serving),
            "NORMALIZED_ABSOLUTE_DIFFERENCE" => Distance.NormalizedAbsoluteDifference(training, serving),
            _ => throw new NotSupportedException($"No adapter for {metric}."),
        };
    }

    private static (double[] First, double[] Second) Weights(JsonElement first, JsonElement second)
    {
        var (a, b) = (first.EnumerateObject().ToDictionary(p => p.Name, p => Oracles.Number(p.Value)), second.EnumerateObject().ToDictionary(p => p.Name, p => Oracles.Number(p.Value)));
        var names = a.Keys.Union(b.Keys).ToArray();
        return ([.. names.Select(n => a.GetValueOrDefault(n))], [.. names.Select(n => b.GetValueOrDefault(n))]);
    }

    private static (List<(double Low, double High, double Count)> Buckets, double NaN) Histogram(JsonElement feature, string type)
    {
        foreach (var histogram in feature.GetProperty("num_stats").GetProperty("histograms").EnumerateArray())
        {
            if ((histogram.TryGetProperty("type", out var t) ? t.GetString() : "STANDARD") != type) continue;
            static double Get(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? Oracles.Number(value) : 0;
            var buckets = histogram.TryGetProperty("buckets", out var all) ? all.EnumerateArray().Select(b => (Get(b, "low_value"), Get(b, "high_value"), Get(b, "sample_count"))) : [];
            return ([.. buckets], Get(histogram, "num_nan"));
        }

        return ([], 0);
    }

    private static (double[] First, double[] Second) Common((List<(double Low, double High, double Count)> Buckets, double NaN) a, (List<(double Low, double High, double Count)> Buckets, double NaN) b)
    {
        var (first, second) = (new Dictionary<string, double>(), new Dictionary<string, double>());
        var edges = a.Buckets.Concat(b.Buckets).Where(x => IsWide(x.Low, x.High)).SelectMany(x => new[] { x.Low, x.High }).Distinct().Order().ToArray();
        Spread(a, first, edges, "a");
        Spread(b, second, edges, "b");
        var names = first.Keys.Union(second.Keys).ToArray();
        return ([.. names.Select(n => first.GetValueOrDefault(n))], [.. names.Select(n => second.GetValueOrDefault(n))]);
    }

    private static void Spread((List<(double Low, double High, double Count)> Buckets, double NaN) histogram, Dictionary<string, double> into, double[] edges, string side)
    {
        into["NaN of " + side] = histogram.NaN;
        foreach (var (low, high, count) in histogram.Buckets)
        {
            var name = double.IsFinite(low) && double.IsFinite(high) ? $"at {low:R}" : $"infinite {low} {high} of {side}";
            if (!IsWide(low, high)) into[name] = into.GetValueOrDefault(name) + count;
            for (var i = 1; IsWide(low, high) && i < edges.Length; i++)
            {
                if (edges[i - 1] < low || edges[i] > high) continue;
                into[$"from {edges[i - 1]:R}"] = into.GetValueOrDefault($"from {edges[i - 1]:R}") + (count * (edges[i] - edges[i - 1]) / (high - low));
            }
        }
    }

    private static bool IsWide(double low, double high) => low < high && double.IsFinite(low) && double.IsFinite(high);
}
