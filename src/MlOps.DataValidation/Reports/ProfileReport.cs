using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Says what is in the columns of a dataset.</summary>
internal static class ProfileReport
{
    /// <summary>The columns that get a card. With more the page is a list only, for the rest of them.</summary>
    public const int MaxCards = 250;

    public static ReportDocument Of(DatasetProfile profile, string dataset)
    {
        var names = profile.Columns;
        var remarkable = names.Count(n => ReportedColumn.Remarks(profile[n]).Any(c => c.Tone is ReportTone.Warning or ReportTone.Bad));
        var summary = (profile.Rows, names.Count) switch
        {
            (0, _) => "There are no rows.",
            (_, 0) => "There are no columns.",
            _ when remarkable == 0 => $"{Readable.Count(profile.Rows)} rows and {Readable.Count(names.Count)} columns, none of them remarkable.",
            _ => $"{Readable.Count(profile.Rows)} rows and {Readable.Count(names.Count)} columns, of which {Readable.Count(remarkable)} deserve a look.",
        };
        var sections = new List<ReportSection>();
        if (names.Count > 0) sections.Add(new("Columns") { Table = Overview(profile), Note = names.Count > MaxCards ? $"The first {MaxCards} columns have their details below." : null });
        if (Pairs(profile) is { } pairs) sections.Add(pairs);
        sections.AddRange(names.Take(MaxCards).Select((n, i) => Card(n, i, profile[n])));
        return new("profile", dataset, summary, remarkable > 0 || profile.Rows == 0 ? ReportTone.Warning : ReportTone.Plain, Facts(profile), sections);
    }

    private static List<ReportFact> Facts(DatasetProfile profile)
    {
        var facts = new List<ReportFact> { ReportFact.Count("Rows", profile.Rows), ReportFact.Count("Columns", profile.Columns.Count) };
        var (cells, missing) = (profile.Columns.Sum(n => profile[n].Rows), profile.Columns.Sum(n => profile[n].Missing));
        if (cells > 0) facts.Add(ReportFact.Share("Missing values", (double)missing / cells));
        if (profile.Fingerprint is { } fingerprint) facts.Add(new("Fingerprint", fingerprint.Length > 12 ? $"{fingerprint[..12]}…" : fingerprint));
        return facts;
    }

    private static ReportTable Overview(DatasetProfile profile) => new(
        [new("column", "Column"), new("kind", "Kind"), new("missing", "Missing", true), new("distinct", "Distinct", true), new("min", "Min", true), new("median", "Median", true), new("max", "Max", true), new("remarks", "Remarks")],
        [.. profile.Columns.Select((n, i) => Row(n, i, profile[n]))]);

    private static IReadOnlyList<ReportCell> Row(string name, int index, ColumnProfile column)
    {
        var missing = ReportedColumn.MissingShare(column);
        var remarks = ReportedColumn.Remarks(column).Where(c => c.Tone != ReportTone.Plain).ToArray();
        var (lowest, middle, highest) = Range(column);
        return
        [
            ReportCell.Data(Readable.Cut(name)) with { Link = index < MaxCards ? $"c{index}" : null }, new(ReportedColumn.Kind(column.Kind)), ReportCell.Share(missing) with { Bar = missing > 0 ? missing : null },
            new(ReportedColumn.Distinct(column.Distinct)) { Value = column.Distinct.Value }, lowest, middle, highest,
            remarks.Length == 0 ? new(string.Empty) : ReportCell.Chip(string.Join(", ", remarks.Select(r => r.Text)), remarks.Max(r => r.Tone)),
        ];
    }

    private static (ReportCell Lowest, ReportCell Middle, ReportCell Highest) Range(ColumnProfile column)
    {
        if (column.Numbers is { Count: > 0 } numbers) return (ReportCell.Number(numbers.Min), ReportCell.Number(numbers.Quantile(0.5)), ReportCell.Number(numbers.Max));
        if (column.Booleans is { } booleans && column.Count > 0) return (new("false"), new($"{Readable.Share((double)booleans.True / column.Count)} true"), new("true"));
        if (column.Texts is { Count: > 0 } texts) return Lengths(texts.Lengths, column.Kind == ValueKind.Binary ? "bytes" : "chars");
        if (column.Lists is { Lengths.Count: > 0 } lists) return Lengths(lists.Lengths, "items");
        if (column.Times is { Earliest: { } earliest, Latest: { } latest } points) return (new(TimeText.Point(earliest)), new(points.Quantile(0.5) is { } median ? TimeText.Point(median) : Readable.Nothing), new(TimeText.Point(latest)));
        if (column.Times is { Shortest: { } shortest, Longest: { } longest } spans) return (new(TimeText.Span(shortest.Ticks)), new(TimeText.Span(spans.Ticks.Quantile(0.5))), new(TimeText.Span(longest.Ticks)));
        return (new(Readable.Nothing), new(Readable.Nothing), new(Readable.Nothing));
    }

    private static (ReportCell Lowest, ReportCell Middle, ReportCell Highest) Lengths(NumberStatistics lengths, string unit)
    {
        ReportCell Length(double length) => new($"{Readable.Number(length)} {unit}") { Value = length };
        return (Length(lengths.Min), Length(lengths.Quantile(0.5)), Length(lengths.Max));
    }

    private static ReportSection Card(string name, int index, ColumnProfile column) => new(Readable.Cut(name))
    {
        IsCard = true,
        Anchor = $"c{index}",
        Chips = ReportedColumn.Remarks(column),
        Figures = ReportedColumn.Chart(name, column) is { } chart ? [chart] : [],
        Facts = ReportedColumn.Of(column),
        Table = ReportedColumn.Values(column),
    };

    private static ReportSection? Pairs(DatasetProfile profile)
    {
        var rows = profile.Correlations.Select(c => (c.Key, Name: "Pearson", Value: c.Value.Pearson))
            .Concat(profile.Contingencies.Select(c => (c.Key, Name: "Cramér's V", Value: c.Value.CramersV)))
            .OrderByDescending(r => double.IsNaN(r.Value) ? -1 : Math.Abs(r.Value)).Take(100)
            .Select(r => (IReadOnlyList<ReportCell>)
            [
                ReportCell.Data(Readable.Cut(r.Key.First)), ReportCell.Data(Readable.Cut(r.Key.Second)), new(r.Name), ReportCell.Number(r.Value) with { Bar = double.IsNaN(r.Value) ? null : Math.Abs(r.Value) },
            ]).ToArray();
        return rows.Length == 0 ? null : new("Pairs of columns") { Table = new([new("first", "Column"), new("second", "Column"), new("measure", "Measure"), new("value", "Value", true)], rows) };
    }
}
