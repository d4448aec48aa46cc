using System.Globalization;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>How often the values of two columns fall into the same bins.</summary>
internal sealed record Distributions(double[] This, double[] Control, IReadOnlyList<string?> Names)
{
    private const int Bins = 20;

    /// <summary>Counts numbers or times in bins between the quantiles of the control, and NaN by itself.</summary>
    public static Distributions? Of(ColumnProfile current, ColumnProfile control)
    {
        var (x, y) = (current.Numbers ?? current.Times?.Ticks, control.Numbers ?? control.Times?.Ticks);
        if (x is null || y is null) return null;
        double[] edges = [.. y.QuantileHistogram(Bins).SelectMany(b => new[] { b.Low, b.High }).Where(double.IsFinite).Distinct().Order()];
        var names = new string?[edges.Length + 2];
        for (var i = 0; i <= edges.Length; i++) names[i] = Name(i == 0 ? null : edges[i - 1], i == edges.Length ? null : edges[i], current);
        names[^1] = "NaN";
        return new(Count(x, edges), Count(y, edges), names);
    }

    /// <summary>Counts categories; what is not among the known values is one more bin without a name.</summary>
    public static Distributions? Of(ColumnFacts current, ColumnFacts control)
    {
        if (current.Counts is null || control.Counts is null) return null;
        var (x, y) = (current.Counts.ToDictionary(c => c.Key, c => c.Value, StringComparer.Ordinal), control.Counts.ToDictionary(c => c.Key, c => c.Value, StringComparer.Ordinal));
        var names = x.Keys.Union(y.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        return new(
            [.. names.Select(n => x.GetValueOrDefault(n)), current.UncountedValues],
            [.. names.Select(n => y.GetValueOrDefault(n)), control.UncountedValues],
            [.. names, null]);
    }

    /// <summary>Finds the named bin in which the two differ most, with the counts of each divided by a total.</summary>
    public (double Difference, string? Name) Largest(double total, double controlTotal)
    {
        var (most, name) = (0.0, (string?)null);
        for (var i = 0; i < Names.Count; i++)
        {
            var difference = Math.Abs((This[i] / total) - (Control[i] / controlTotal));
            if (Names[i] is not null && difference > most) (most, name) = (difference, Names[i]);
        }

        return (most, name);
    }

    private static double[] Count(NumberStatistics numbers, double[] edges)
    {
        var counts = new double[edges.Length + 2];
        double before = 0;
        for (var i = 0; i < edges.Length; i++)
        {
            var upTo = numbers.CountAtMost(edges[i]);
            counts[i] = Math.Max(0, upTo - before);
            before = upTo;
        }

        counts[^2] = Math.Max(0, numbers.Count - before);
        counts[^1] = numbers.NaN;
        return counts;
    }

    private static string Name(double? low, double? high, ColumnProfile column) =>
        low is null ? $"up to {Text(high, column)}" : high is null ? $"above {Text(low, column)}" : $"above {Text(low, column)} up to {Text(high, column)}";

    private static string Text(double? value, ColumnProfile column) => column.Times is null || column.Kind == ValueKind.Duration || value is null
        ? value?.ToString("G6", CultureInfo.InvariantCulture) ?? "any"
        : DateTime.UnixEpoch.AddTicks((long)Math.Clamp(value.Value, -6.2e17, 2.5e18)).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
