using System.Text.Json;
using MlOps.Peers;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>A pair of samples of the peers' cases.</summary>
internal sealed record SamplePair(bool IsNumerical, IReadOnlyList<string?> ReferenceRows, IReadOnlyList<string?> CurrentRows)
{
    /// <summary>How far SciPy's chance of a Cramér-von Mises statistic may be off: its series ends at terms of 1e-7.</summary>
    public const double SeriesEnd = 1e-7;

    /// <summary>Gets the reference without missing values, as text.</summary>
    public string[] Reference { get; } = [.. ReferenceRows.OfType<string>()];

    public string[] Current { get; } = [.. CurrentRows.OfType<string>()];

    public double[] ReferenceNumbers => Numbers(Reference);

    public double[] CurrentNumbers => Numbers(Current);

    public static SamplePair Read(JsonElement one)
    {
        var pair = Oracles.Read($"monitoring/pairs/{one.GetProperty("pair").GetString()}.json");
        var isNumerical = pair.GetProperty("type").GetString() == "numerical";
        string?[] Rows(string name) => [.. pair.GetProperty(name).EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Null ? null : isNumerical ? Text(Oracles.Number(v)) : v.ToString())];
        return new(isNumerical, Rows("ref"), Rows("cur"));
    }

    // One text for one number, as 1 and 1.0 are; NaN is a missing value.
    private static string? Text(double number) => double.IsNaN(number) ? null : (number + 0.0).ToString("R", System.Globalization.CultureInfo.InvariantCulture);

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

    /// <summary>Fails where a case has a parameter that its adapter does not take, so that none is passed over.</summary>
    public static void TakesOnly(JsonElement one, params string[] known)
    {
        var unknown = one.GetProperty("params").EnumerateObject().Select(p => p.Name).Except(known).ToList();
        if (unknown.Count > 0) throw new NotSupportedException($"No adapter for {string.Join(", ", unknown)} of {one.GetProperty("method").GetString()}.");
    }

    public static double Near(double expected) => 1e-6 * Math.Max(1e-9, Math.Abs(expected));
}
