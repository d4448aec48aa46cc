using System.Globalization;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>How a column of one profile differs from that of another.</summary>
/// <param name="Name">The column.</param>
/// <param name="Before">Its older profile; null when it is new.</param>
/// <param name="After">Its newer profile; null when it is gone.</param>
/// <param name="Distance">The share of the rows that have moved to another bin (total variation); NaN when the values cannot be compared.</param>
/// <param name="PValue">The chance of so different counts when nothing has changed; NaN when the values cannot be compared.</param>
internal sealed record ColumnComparison(string Name, ColumnProfile? Before, ColumnProfile? After, double Distance, double PValue)
{
    /// <summary>A distance that matters to people.</summary>
    public const double Noticeable = 0.1;

    /// <summary>A chance that is no longer taken for one.</summary>
    public const double Significant = 0.01;

    /// <summary>Times and keys are others each day.</summary>
    private bool AlwaysMoves => After?.Times is { Shortest: null };

    public IReadOnlyList<ReportChip> Changes => [.. Found()];

    public ReportTone Tone => Changes.Select(c => c.Tone).DefaultIfEmpty(ReportTone.Good).Max();

    public static ColumnComparison Of(string name, ColumnProfile? before, ColumnProfile? after)
    {
        if (before is null || after is null || before.Kind != after.Kind || before.Count == 0 || after.Count == 0) return new(name, before, after, double.NaN, double.NaN);
        var (reference, current) = Counts(before, after);
        var (n, m) = (reference.Sum(), current.Sum());
        if (n == 0 || m == 0) return new(name, before, after, double.NaN, double.NaN);
        var distance = MlOps.Statistics.Distance.TotalVariation(reference, current);
        var filled = reference.Zip(current).Count(p => p.First + p.Second > 0);
        return new(name, before, after, distance, PopulationStability.PValue(PopulationStability.Index(reference, current), n, m, filled));
    }

    private IEnumerable<ReportChip> Found()
    {
        if (Before is null || After is null)
        {
            yield return Before is null ? new("new", ReportTone.Warning) : new("gone", ReportTone.Bad);
            yield break;
        }

        if (Before.Kind != After.Kind && Before.Count > 0 && After.Count > 0) yield return new($"{ReportedColumn.Kind(Before.Kind)} became {ReportedColumn.Kind(After.Kind)}", ReportTone.Bad);
        if (After.Count == 0 && Before.Count > 0) yield return new("all missing", ReportTone.Bad);
        else if (MissingMoved()) yield return new(After.Missing * (double)Before.Rows > Before.Missing * (double)After.Rows ? "more missing" : "fewer missing", ReportTone.Warning);
        if (After.IsConstant && !Before.IsConstant) yield return new("became constant", ReportTone.Warning);
        if (Distance >= Noticeable && PValue < Significant) yield return AlwaysMoves ? new("moved on") : new("moved", ReportTone.Warning);
    }

    private bool MissingMoved()
    {
        var difference = Math.Abs(ReportedColumn.MissingShare(Before!) - ReportedColumn.MissingShare(After!));
        return difference >= 0.01 && PopulationStability.PValue(
            PopulationStability.Index([Before!.Count, Before.Missing], [After!.Count, After.Missing]), Before.Rows, After.Rows, bins: 2) < Significant;
    }

    // Few values get a bin each, many numbers those between the tenths of the older data, many texts those of their lengths.
    private static (long[] Before, long[] After) Counts(ColumnProfile before, ColumnProfile after)
    {
        if (before.Lists is null && before.Options.KeepValues && before.Distinct is { IsExact: true } && after.Distinct is { IsExact: true } && (before.Texts is not null || before.Distinct.Value <= 20))
        {
            var counts = CategoryBins.Count(Values(before), Values(after));
            return (counts.Reference, counts.Current);
        }

        if (ReportedColumn.Numbers(before) is not { } numbers || ReportedColumn.Numbers(after) is not { } others) return ([], []);
        var edges = Enumerable.Range(1, 9).Select(i => numbers.Quantile(i / 10.0)).Where(double.IsFinite).Distinct().ToArray();
        var bins = new NumericBins(edges, OnePerValue: false);
        return (numbers.CountIn(bins), others.CountIn(bins));
    }

    private static Dictionary<string, long> Values(ColumnProfile column)
    {
        var values = column.TopValues(int.MaxValue).ToDictionary(v => v.Value, v => v.Count, StringComparer.Ordinal);
        if (column.Numbers is { NaN: > 0 } numbers) values[double.NaN.ToString(CultureInfo.InvariantCulture)] = numbers.NaN;
        return values;
    }
}
