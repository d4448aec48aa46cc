using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Says how the columns of two datasets differ.</summary>
internal static class ComparisonReport
{
    public static ReportDocument Of(DatasetProfile before, DatasetProfile after, string dataset)
    {
        var names = after.Columns.Concat(before.Columns.Where(n => !after.TryGet(n, out _)));
        ColumnComparison[] columns =
        [
            .. names.Select(n => ColumnComparison.Of(n, before.TryGet(n, out var old) ? old : null, after.TryGet(n, out var now) ? now : null))
                .OrderByDescending(c => c.Tone >= ReportTone.Warning ? (int)c.Tone : c.Changes.Count).ThenByDescending(c => double.IsNaN(c.Distance) ? -1 : c.Distance),
        ];
        var changed = columns.Where(c => c.Tone >= ReportTone.Warning).ToArray();
        var summary = changed.Length == 0
            ? $"None of the {Readable.Count(columns.Length)} columns has changed noticeably."
            : $"{Readable.Count(changed.Length)} of {Readable.Count(columns.Length)} columns changed noticeably: {Readable.Cut(string.Join(", ", changed.Take(8).Select(c => c.Name)))}{(changed.Length > 8 ? " and others" : string.Empty)}.";
        var cards = columns.Select((c, i) => (c.Name, Card: Card(c, i))).Where(c => HasMore(c.Card)).Take(ProfileReport.MaxCards).ToDictionary(c => c.Name, c => c.Card);
        var note = $"""
            Distance is the share of the rows that have moved to another bin (total variation): every value is a bin when there are few, else the tenths of the older data are; texts with many values are compared by their length.
            A column has moved when the distance is at least {Readable.Share(ColumnComparison.Noticeable)} and chance alone would bring as much in less than {Readable.Share(ColumnComparison.Significant)} of all cases.
            """;
        return new("comparison", dataset, summary, columns.Select(c => c.Tone).DefaultIfEmpty(ReportTone.Good).Max(), Facts(before, after),
            [new("Columns") { Table = Table(columns, cards), Note = note }, .. cards.Values])
        {
            Checks = [.. columns.Select(c => new ReportCheck(dataset, c.Name, c.Tone == ReportTone.Plain ? ReportTone.Good : c.Tone, $"Column '{c.Name}': {string.Join(", ", c.Changes.Select(x => x.Text))}."))],
        };
    }

    private static ReportFact[] Facts(DatasetProfile before, DatasetProfile after) =>
    [
        ReportFact.Count("Rows before", before.Rows), ReportFact.Count("Rows after", after.Rows), ReportFact.Count("Columns before", before.Columns.Count), ReportFact.Count("Columns after", after.Columns.Count),
    ];

    private static ReportTable Table(ColumnComparison[] columns, Dictionary<string, ReportSection> cards) => new(
        [
            new("change", "Change"), new("column", "Column"), new("distance", "Distance", true), new("missingBefore", "Missing before", true), new("missingAfter", "after", true),
            new("distinctBefore", "Distinct before", true), new("distinctAfter", "after", true), new("medianBefore", "Median before", true), new("medianAfter", "after", true),
        ],
        [.. columns.Select(c => (IReadOnlyList<ReportCell>)
        [
            c.Changes.Count == 0 ? new("same") : ReportCell.Chip(string.Join(", ", c.Changes.Select(x => x.Text)), c.Tone),
            ReportCell.Data(Readable.Cut(c.Name)) with { Link = cards.GetValueOrDefault(c.Name)?.Anchor }, ReportCell.Share(c.Distance) with { Bar = c.Distance > 0 ? c.Distance : null },
            Missing(c.Before), Missing(c.After), Distinct(c.Before), Distinct(c.After), Middle(c.Before), Middle(c.After),
        ])]);

    private static ReportCell Missing(ColumnProfile? column) => column is null ? new(Readable.Nothing) : ReportCell.Share(ReportedColumn.MissingShare(column));

    private static ReportCell Distinct(ColumnProfile? column) => column is null ? new(Readable.Nothing) : new(ReportedColumn.Distinct(column.Distinct)) { Value = column.Distinct.Value };

    private static ReportCell Middle(ColumnProfile? column) => column switch
    {
        { Times: { Ticks.Count: > 0 } times } => times.Quantile(0.5) is { } median ? new(TimeText.Point(median)) : new(TimeText.Span(times.Ticks.Quantile(0.5))),
        { Booleans: { } booleans, Count: > 0 } => new($"{Readable.Share((double)booleans.True / column.Count)} true"),
        { Count: > 0 } when ReportedColumn.Numbers(column) is { } numbers => ReportCell.Number(numbers.Quantile(0.5)),
        _ => new(Readable.Nothing),
    };

    private static bool HasMore(ReportSection card) => card.Figures.Count > 0 || card.Table is not null || card.Facts.Count > 0;

    private static ReportSection Card(ColumnComparison column, int index) => new(Readable.Cut(column.Name))
    {
        IsCard = true,
        Anchor = $"c{index}",
        Chips = [new(ReportedColumn.Kind((column.After ?? column.Before)!.Kind)), .. column.Changes],
        Figures = Chart(column) is { } chart ? [chart] : [],
        Table = Values(column),
        Facts = column is { Before: not null, After: not null } ? [] : ReportedColumn.Of((column.After ?? column.Before)!),
    };

    // Both in the same bins of equal width, over everything that either has.
    private static ReportChart? Chart(ColumnComparison column)
    {
        if (column is not { Before: { } before, After: { } after } || before.Kind != after.Kind || (ReportedColumn.ShowsValues(before) && ReportedColumn.ShowsValues(after))) return null;
        if (ReportedColumn.Numbers(before) is not { FiniteCount: > 0 } old || ReportedColumn.Numbers(after) is not { FiniteCount: > 0 } now) return null;
        var (low, high) = (Math.Min(old.FiniteMin, now.FiniteMin), Math.Max(old.FiniteMax, now.FiniteMax));
        var width = (high / ReportedColumn.HistogramBins) - (low / ReportedColumn.HistogramBins);
        if (!(width > 0)) return null;
        double[] edges = [.. Enumerable.Range(0, ReportedColumn.HistogramBins).Select(i => low + (i * width)), high];
        return new(ReportedColumn.HistogramTitle(column.Name, after), Bins(now, edges)) { Before = Bins(old, edges), Axis = ReportedColumn.Axis(after) };
    }

    private static IReadOnlyList<ReportBin> Bins(NumberStatistics numbers, double[] edges) =>
    [
        .. Enumerable.Range(0, edges.Length - 1).Select(i =>
        {
            var below = i == 0 ? numbers.NegativeInfinities : numbers.CountBelow(edges[i]);
            var upTo = i == edges.Length - 2 ? numbers.NegativeInfinities + numbers.FiniteCount : numbers.CountBelow(edges[i + 1]);
            return new ReportBin(edges[i], edges[i + 1], Math.Max(0, upTo - below) / numbers.FiniteCount);
        }),
    ];

    private static ReportTable? Values(ColumnComparison column)
    {
        if (column is not { Before: { } before, After: { } after } || before.Kind != after.Kind || after.Kind is not (ValueKind.Text or ValueKind.Boolean)) return null;
        if (!before.Distinct.IsExact || !after.Distinct.IsExact) return null;
        var (old, now) = (before.TopValues(int.MaxValue).ToDictionary(v => v.Value, v => v.Count), after.TopValues(int.MaxValue).ToDictionary(v => v.Value, v => v.Count));
        ReportCell Share(Dictionary<string, long> counts, string value, long all) => ReportCell.Share(counts.GetValueOrDefault(value) / (double)all) with { Bar = counts.GetValueOrDefault(value) / (double)all };
        var rows = old.Keys.Union(now.Keys).Select(v => (Value: v, Move: Math.Abs((old.GetValueOrDefault(v) / (double)before.Count) - (now.GetValueOrDefault(v) / (double)after.Count))))
            .OrderByDescending(v => v.Move).ThenBy(v => v.Value, StringComparer.Ordinal).Take(8)
            .Select(v => (IReadOnlyList<ReportCell>)[ReportCell.Data(Readable.Cut(v.Value)), Share(old, v.Value, before.Count) with { IsBefore = true }, Share(now, v.Value, after.Count)]);
        return before.Count == 0 || after.Count == 0 || old.Count == 0 ? null : new([new("value", "Moved most"), new("before", "Before", true), new("after", "After", true)], [.. rows]);
    }
}
