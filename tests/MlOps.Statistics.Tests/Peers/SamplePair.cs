using System.Text.Json;
using MlOps.Peers;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>A pair of samples of the peers' cases.</summary>
internal sealed record SamplePair(bool IsNumerical, IReadOnlyList<string?> ReferenceRows, IReadOnlyList<string?> CurrentRows)
{
    /// <summary>Gets the reference without missing values, as text.</summary>
    public string[] Reference { get; } = [.. ReferenceRows.OfType<string>()];

    public string[] Current { get; } = [.. CurrentRows.OfType<string>()];

    public double[] ReferenceNumbers => Numbers(Reference);

    public double[] CurrentNumbers => Numbers(Current);

    public static SamplePair Read(JsonElement one)
    {
        var pair = Oracles.Read($"monitoring/pairs/{one.GetProperty("pair").GetString()}.json");
        string?[] Rows(string name) => [.. pair.GetProperty(name).EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Null ? null : v.ToString())];
        return new(pair.GetProperty("type").GetString() == "numerical", Rows("ref"), Rows("cur"));
    }

    public static double[] Numbers(IEnumerable<string?> values) => [.. values.OfType<string>().Select(v => double.Parse(v, System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>Counts two samples by the values that either has.</summary>
    public static (double[] First, double[] Second) Count(IReadOnlyCollection<string> first, IReadOnlyCollection<string> second)
    {
        var names = first.Union(second).Order(StringComparer.Ordinal).ToArray();
        return ([.. names.Select(n => (double)first.Count(v => v == n))], [.. names.Select(n => (double)second.Count(v => v == n))]);
    }

    /// <summary>Counts values between edges, the last of which belongs to the last bin, as NumPy does; what lies outside is left out.</summary>
    public static double[] Histogram(IEnumerable<double> values, double[] edges)
    {
        var counts = new double[edges.Length - 1];
        foreach (var value in values.Where(v => v >= edges[0] && v <= edges[^1]))
        {
            var at = Array.BinarySearch(edges, value);
            counts[Math.Min(at >= 0 ? at : ~at - 1, counts.Length - 1)]++;
        }

        return counts;
    }

    /// <summary>Makes edges of bins of one width, as NumPy does.</summary>
    public static double[] Edges(IReadOnlyCollection<double> values, double width)
    {
        var (min, max) = (values.Min(), values.Max());
        if (min == max) (min, max) = (min - 0.5, max + 0.5);
        var bins = width > 0 ? (int)Math.Ceiling((max - min) / width) : 1;
        return [.. Enumerable.Range(0, bins + 1).Select(i => i == bins ? max : min + (i * ((max - min) / bins)))];
    }

    public static double Near(double expected) => 1e-6 * Math.Max(1e-9, Math.Abs(expected));
}
