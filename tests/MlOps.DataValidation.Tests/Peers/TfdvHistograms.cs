using System.Globalization;
using System.Text.Json;
using MlOps.DataValidation;

namespace MlOps.Peers;

/// <summary>TFDV's histograms of two columns over the same bins: values lie evenly in a bin, a bin without width is a value of its own.</summary>
internal static class TfdvHistograms
{
    public static Distributions? Align(List<JsonElement> mine, List<JsonElement> theirs)
    {
        if (Standard(mine) is not { ValueKind: JsonValueKind.Object } a || Standard(theirs) is not { ValueKind: JsonValueKind.Object } b) return null;
        var (x, y) = (TfdvStatistics.Buckets(a).ToList(), TfdvStatistics.Buckets(b).ToList());
        var edges = x.Concat(y).Where(i => i.Low < i.High).SelectMany(i => new[] { i.Low, i.High }).Distinct().Order().ToArray();
        var points = x.Concat(y).Where(i => i.Low == i.High).Select(i => i.Low).Distinct().Order().ToArray();
        return new(Count(x, a), Count(y, b), [.. edges.Skip(1).Concat(points).Append(double.NaN).Select(e => e.ToString(CultureInfo.InvariantCulture))]);

        double[] Count(List<(double Low, double High, double Count)> buckets, JsonElement histogram) =>
        [
            .. edges.Zip(edges.Skip(1), (low, high) => buckets.Where(i => i.Low < i.High && i.Low <= low && high <= i.High).Sum(i => i.Count * (high - low) / (i.High - i.Low))),
            .. points.Select(p => buckets.Where(i => i.Low == i.High && i.Low == p).Sum(i => i.Count)),
            TfdvSchema.Number(histogram, "num_nan") ?? 0,
        ];
    }

    private static JsonElement Standard(List<JsonElement> histograms) => histograms.Find(h => (TfdvSchema.Text(h, "type") ?? "STANDARD") == "STANDARD");
}
