using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Shows how columns and the label are distributed beside the reference: a table of all, a card with pictures for those that moved most.</summary>
internal static class DriftPart
{
    /// <summary>The columns that are drawn. The others are listed.</summary>
    public const int MaxCards = 60;

    private const int MaxListed = 1000;

    public static IEnumerable<ReportSection> Of(IReadOnlyList<(MonitorReport Report, DriftReport Section)> found)
    {
        if (found.Count == 0) yield break;
        var hasWindows = found.Count > 1 || found[0].Report.Chunks.Count > 1;
        var columns = SeriesOf(found);
        var drawn = columns.Take(MaxCards).Select((c, i) => (c.Name, Card: Card(c, i, hasWindows))).Where(c => HasMore(c.Card)).ToArray();
        var cards = drawn.ToDictionary(c => c.Name, c => c.Card, StringComparer.Ordinal);
        var listed = columns.Count > MaxListed ? $" The first {Readable.Count(MaxListed)} of {Readable.Count(columns.Count)} columns are listed." : string.Empty;
        yield return new("Inputs")
        {
            Note = $"""
                {(hasWindows ? "Each column in the window in which it moved most." : "The columns that moved most come first.")} PSI is the population stability index, beside what it is by chance when nothing has changed; p is the chance of it, adjusted for all comparisons.{listed}
                """,
            Table = Table([.. columns.Take(MaxListed)], cards, hasWindows),
        };
        foreach (var (_, card) in drawn) yield return card;
        if (LabelOf(found) is { } label) yield return label;
        yield return Quality(columns, hasWindows);
    }

    /// <summary>Gives the columns of all windows, those that moved most first.</summary>
    public static IReadOnlyList<ColumnSeries> SeriesOf(IReadOnlyList<(MonitorReport Report, DriftReport Section)> found) =>
    [
        .. found.SelectMany(f => f.Section.Columns.Select((column, order) => (Order: order, At: new ColumnMoment(f.Report.From, f.Report.To, column, f.Section.Alarms.Where(a => a.Subject == column.Column && a.Contributors.Count > 0).MaxBy(a => a.Severity)))))
            .GroupBy(c => c.At.Column.Column, StringComparer.Ordinal)
            .Select(g => (g.First().Order, Series: new ColumnSeries(g.Key, [.. g.Select(c => c.At)])))
            .OrderByDescending(c => c.Series.Worst.Column.IsDrifted).ThenByDescending(c => Excess(c.Series.Worst.Column)).ThenBy(c => c.Order).Select(c => c.Series),
    ];

    /// <summary>By how much an index exceeds what chance gives; less than nothing when it is not known.</summary>
    public static double Excess(ColumnDrift column) => double.IsNaN(column.Psi) ? double.NegativeInfinity : column.Psi - (double.IsNaN(column.NoiseLevel) ? 0 : column.NoiseLevel);

    private static ReportTable Table(IReadOnlyList<ColumnSeries> columns, Dictionary<string, ReportSection> cards, bool hasWindows)
    {
        List<ReportColumn> heads = [new("status", "Result"), new("column", "Column"), new("psi", "PSI", true), new("noise", "by chance", true), new("p", "p", true), new("sentence", "What was found") { IsWide = true }];
        if (hasWindows) heads.AddRange([new("window", "When"), new("alarms", "Windows with an alarm", true)]);
        return new(heads, [.. columns.Select(c =>
        {
            var worst = c.Worst.Column;
            List<ReportCell> cells =
            [
                Status(worst.Status), ReportCell.Data(Readable.Cut(c.Name)) with { Link = cards.GetValueOrDefault(c.Name)?.Anchor }, ReportCell.Number(worst.Psi) with { Bar = worst.Psi > 0 ? worst.Psi : null },
                ReportCell.Number(worst.NoiseLevel), PageText.Probability(worst.PValue), new(Readable.Cut(worst.Sentence, 400)),
            ];
            if (hasWindows) cells.AddRange([new(PageText.Window(c.Worst.From, c.Worst.To)), ReportCell.Count(c.Moments.Count(m => m.Column.IsDrifted))]);
            return (IReadOnlyList<ReportCell>)cells;
        })]);
    }

    private static ReportCell Status(DriftStatus status) => status switch
    {
        DriftStatus.Drifted => ReportCell.Chip("moved", ReportTone.Warning),
        DriftStatus.Stable => ReportCell.Chip("stable", ReportTone.Good),
        _ => new("not compared"),
    };

    private static bool HasMore(ReportSection card) => card.Figures.Count > 0 || card.Table is not null;

    private static ReportSection Card(ColumnSeries column, int index, bool hasWindows)
    {
        var bins = column.Worst.Bins;
        return new(Readable.Cut(column.Name))
        {
            IsCard = true,
            Anchor = $"drift-{index}",
            Chips = [new(column.Worst.Column.Type.ToString().ToLowerInvariant()), .. column.Worst.Column.IsDrifted ? [new ReportChip("moved", ReportTone.Warning)] : Array.Empty<ReportChip>()],
            Note = hasWindows && bins.Count > 0 ? $"In {PageText.Window(column.Worst.From, column.Worst.To)}:" : null,
            Figures = [.. bins.Count > 0 ? [new PairFigure($"Shares of {column.Name} in the reference and now", bins)] : Array.Empty<ReportFigure>(), .. Index(column) is { } line ? [line] : Array.Empty<ReportFigure>()],
            Table = bins.Count == 0 ? null : Moved(bins),
        };
    }

    private static LineFigure? Index(ColumnSeries column)
    {
        FigurePoint[] points = [.. column.Moments.Select(m => new FigurePoint(PageText.Middle(m.From, m.To), m.Column.Psi) { IsAlarm = m.Column.IsDrifted })];
        if (!PageText.IsSeries(points)) return null;
        FigurePoint[] noise = [.. column.Moments.Select(m => new FigurePoint(PageText.Middle(m.From, m.To), m.Column.NoiseLevel))];
        return new($"Population stability index of {column.Name} over time", [new("by chance", "before", noise) { IsLimit = true }, new("PSI", "bar", points)]);
    }

    private static ReportTable Moved(IReadOnlyList<PairBin> bins) => new(
        [new("bin", "Moved most"), new("reference", "Reference", true), new("current", "Now", true)],
        [.. bins.OrderByDescending(b => Math.Abs(b.Current - b.Reference)).Take(5).Select(b => (IReadOnlyList<ReportCell>)
        [
            ReportCell.Data(Readable.Cut(b.Name, 60)), ReportCell.Share(b.Reference) with { Bar = b.Reference, IsBefore = true }, ReportCell.Share(b.Current) with { Bar = b.Current },
        ])]);

    private static ReportSection? LabelOf(IReadOnlyList<(MonitorReport Report, DriftReport Section)> found)
    {
        var labels = found.Where(f => f.Section.Label is not null).Select(f => (f.Report.From, f.Report.To, Label: f.Section.Label!)).ToArray();
        if (labels.Length == 0) return null;
        var last = labels[^1].Label;
        FigurePoint[] current = [.. labels.Select(l => new FigurePoint(PageText.Middle(l.From, l.To), l.Label.Current) { IsAlarm = l.Label.IsDrifted })];
        FigurePoint[] reference = [.. labels.Select(l => new FigurePoint(PageText.Middle(l.From, l.To), l.Label.Reference))];
        return new($"Label {Readable.Cut(last.Label)}")
        {
            Chips = labels.Any(l => l.Label.IsDrifted) ? [new("changed", ReportTone.Warning)] : [],
            Note = last.Sentence,
            Facts = [ReportFact.Number("Reference", last.Reference), ReportFact.Number("Now", last.Current), ReportFact.Count("True values", last.Rows), new("p", PageText.Chance(last.PValue), last.PValue)],
            Figures = PageText.IsSeries(current) ? [new LineFigure($"Mean of {last.Label} over time", [new("reference", "before", reference) { IsLimit = true }, new("true values", "bar", current)])] : [],
        };
    }

    private static ReportSection Quality(IReadOnlyList<ColumnSeries> columns, bool hasWindows)
    {
        var rows = columns.Select(c => c.MostMissing).OrderByDescending(m => Change(m)).ThenBy(m => m.Column.Column, StringComparer.Ordinal).Take(MaxListed).ToArray();
        List<ReportColumn> heads = [new("column", "Column"), new("reference", "Missing in the reference", true), new("missing", "Missing", true), new("p", "p", true)];
        if (hasWindows) heads.Add(new("window", "When"));
        return new("Data quality")
        {
            Note = hasWindows ? "The share of missing values of each column, in the window in which it changed most." : null,
            Table = new(heads, [.. rows.Select(m =>
            {
                List<ReportCell> cells = [ReportCell.Data(Readable.Cut(m.Column.Column)), Share(m.Column.ReferenceMissing) with { IsBefore = true }, Share(m.Column.Missing), PageText.Probability(m.Column.MissingPValue)];
                if (hasWindows) cells.Add(new(PageText.Window(m.From, m.To)));
                return (IReadOnlyList<ReportCell>)cells;
            })]),
        };
    }

    private static ReportCell Share(double share) => ReportCell.Share(share) with { Bar = share > 0 ? share : null };

    private static double Change(ColumnMoment moment) => Math.Abs(moment.Column.Missing - moment.Column.ReferenceMissing) is var change && double.IsNaN(change) ? -1 : change;
}

/// <summary>A column over the windows of a page.</summary>
/// <param name="Name">The column.</param>
/// <param name="Moments">What it was in each window, in order.</param>
internal sealed record ColumnSeries(string Name, IReadOnlyList<ColumnMoment> Moments)
{
    /// <summary>Gets the window in which it moved most.</summary>
    public ColumnMoment Worst { get; } = Moments.OrderByDescending(m => m.Column.IsDrifted).ThenByDescending(m => DriftPart.Excess(m.Column)).First();

    /// <summary>Gets the window in which the share of its missing values changed most.</summary>
    public ColumnMoment MostMissing { get; } = Moments.OrderByDescending(m => Math.Abs(m.Column.Missing - m.Column.ReferenceMissing)).First();
}

/// <summary>A column in one window.</summary>
/// <param name="From">The first moment.</param>
/// <param name="To">The moment after the last.</param>
/// <param name="Column">What was found.</param>
/// <param name="Alarm">The alarm that names its bins; null for none.</param>
internal sealed record ColumnMoment(DateTimeOffset From, DateTimeOffset To, ColumnDrift Column, Alarm? Alarm)
{
    /// <summary>Gets the shares of its bins; none when they are not known.</summary>
    public IReadOnlyList<PairBin> Bins => Alarm is null ? [] : [.. Alarm.Contributors.Select(c => new PairBin(c.Name, c.Reference, c.Current))];
}
