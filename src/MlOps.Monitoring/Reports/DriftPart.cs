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
        var hasWindows = found.Count > 1 || found[0].Section.Chunks.Count > 1;
        var (inputs, outputs) = (SeriesOf(found), SeriesOf(found, ofPredictions: true));
        foreach (var part in Columns("Inputs", "input", inputs, hasWindows)) yield return part;
        if (outputs.Count > 0)
        {
            foreach (var part in Columns("Predictions", "output", outputs, hasWindows)) yield return part;
        }

        if (LabelOf(found) is { } label) yield return label;
        yield return Quality([.. inputs, .. outputs], hasWindows);
    }

    /// <summary>Gives the columns of all windows, those that moved most first.</summary>
    public static IReadOnlyList<ColumnSeries> SeriesOf(IReadOnlyList<(MonitorReport Report, DriftReport Section)> found, bool ofPredictions = false) =>
    [
        .. found.SelectMany(f => Moments(f.Report, f.Section, ofPredictions)).GroupBy(c => c.At.Column.Column, StringComparer.Ordinal)
            .Select(g => (g.First().Order, Series: new ColumnSeries(g.Key, [.. g.Select(c => c.At)])))
            .OrderByDescending(c => c.Series.Worst.Column.IsDrifted).ThenByDescending(c => Excess(c.Series.Worst.Column)).ThenBy(c => c.Order).Select(c => c.Series),
    ];

    /// <summary>By how much an index exceeds what chance gives; less than nothing when it is not known.</summary>
    public static double Excess(ColumnDrift column) => double.IsNaN(column.Psi) ? double.NegativeInfinity : column.Psi - (double.IsNaN(column.NoiseLevel) ? 0 : column.NoiseLevel);

    // A window that was cut is judged as a whole and in its chunks; the chunks are the series.
    private static IEnumerable<(int Order, ColumnMoment At)> Moments(MonitorReport report, DriftReport section, bool ofPredictions)
    {
        var whole = ofPredictions ? section.Predictions : section.Columns;
        foreach (var found in whole.Select((column, order) => (order, new ColumnMoment(report.From, report.To, column, section.Chunks.Count == 0)))) yield return found;
        foreach (var chunk in section.Chunks)
        {
            var columns = ofPredictions ? chunk.Predictions : chunk.Columns;
            foreach (var found in columns.Select((column, order) => (order, new ColumnMoment(chunk.Chunk.From, chunk.Chunk.To, column, true)))) yield return found;
        }
    }

    private static IEnumerable<ReportSection> Columns(string title, string anchor, IReadOnlyList<ColumnSeries> columns, bool hasWindows)
    {
        var drawn = columns.Take(MaxCards).Select((c, i) => (c.Name, Card: Card(c, $"{anchor}-{i}", hasWindows))).Where(c => HasMore(c.Card)).ToArray();
        var cards = drawn.ToDictionary(c => c.Name, c => c.Card, StringComparer.Ordinal);
        var listed = columns.Count > MaxListed ? $" The first {Readable.Count(MaxListed)} of {Readable.Count(columns.Count)} columns are listed." : string.Empty;
        yield return new(title)
        {
            Note = $"""
                {(hasWindows ? "Each column in the window in which it moved most." : "The columns that moved most come first.")} PSI is the population stability index, beside what it is by chance when nothing has changed; p is the chance of it, adjusted for all comparisons.{listed}
                """,
            Table = Table([.. columns.Take(MaxListed)], cards, hasWindows),
        };
        foreach (var (_, card) in drawn) yield return card;
    }

    private static ReportTable Table(IReadOnlyList<ColumnSeries> columns, Dictionary<string, ReportSection> cards, bool hasWindows)
    {
        List<ReportColumn> heads = [new("status", "Result"), new("column", "Column"), new("psi", "PSI", true), new("noise", "by chance", true), new("p", "p", true), new("sentence", "What was found") { IsWide = true }];
        if (hasWindows) heads.AddRange([new("window", "When", true), new("alarms", "Windows with an alarm", true)]);
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

    internal static ReportCell Status(DriftStatus status) => status switch
    {
        DriftStatus.Drifted => ReportCell.Chip("moved", ReportTone.Warning),
        DriftStatus.Stable => ReportCell.Chip("stable", ReportTone.Good),
        _ => new("not compared"),
    };

    private static bool HasMore(ReportSection card) => card.Figures.Count > 0 || card.Table is not null;

    private static ReportSection Card(ColumnSeries column, string anchor, bool hasWindows)
    {
        var bins = column.Worst.Bins;
        return new(Readable.Cut(column.Name))
        {
            IsCard = true,
            Anchor = anchor,
            Chips = [new(column.Worst.Column.Type.ToString().ToLowerInvariant()), .. column.Worst.Column.IsDrifted ? [new ReportChip("moved", ReportTone.Warning)] : Array.Empty<ReportChip>()],
            Note = hasWindows && bins.Count > 0 ? $"In {PageText.Window(column.Worst.From, column.Worst.To)}:" : null,
            Figures = [.. bins.Count > 0 ? [new PairFigure($"Shares of {column.Name} in the reference and now", bins)] : Array.Empty<ReportFigure>(), .. Index(column) is { } line ? [line] : Array.Empty<ReportFigure>()],
            Table = bins.Count == 0 ? null : Moved(bins),
        };
    }

    private static LineFigure? Index(ColumnSeries column)
    {
        FigurePoint[] points = [.. column.Moments.Where(m => m.IsOfSeries).Select(m => new FigurePoint(PageText.Middle(m.From, m.To), m.Column.Psi) { IsAlarm = m.Column.IsDrifted })];
        if (!PageText.IsSeries(points)) return null;
        FigurePoint[] noise = [.. column.Moments.Where(m => m.IsOfSeries).Select(m => new FigurePoint(PageText.Middle(m.From, m.To), m.Column.NoiseLevel))];
        return new($"Population stability index of {column.Name} over time", [new("by chance", "before", noise) { IsLimit = true }, new("PSI", "bar", points)]);
    }

    private static ReportTable Moved(IReadOnlyList<PairBin> bins) => new(
        [new("bin", "Moved most"), new("reference", "Reference", true), new("current", "Now", true)],
        [.. bins.OrderByDescending(b => Math.Abs(b.Current - b.Reference)).Take(5).Select(b => (IReadOnlyList<ReportCell>)
        [
            ReportCell.Data(Readable.Cut(b.Name, 60)), ReportCell.Share(b.Reference) with { Bar = b.Reference, IsBefore = true }, ReportCell.Share(b.Current) with { Bar = b.Current },
        ])]);

    /// <summary>Gives what is known of the label in each window, in its chunks where it was cut.</summary>
    public static IEnumerable<(DateTimeOffset From, DateTimeOffset To, LabelDrift Label)> LabelsOf(IReadOnlyList<(MonitorReport Report, DriftReport Section)> found) =>
        from f in found
        from part in f.Section.Chunks.Count == 0 ? [(f.Report.From, f.Report.To, f.Section.Label)] : f.Section.Chunks.Select(c => (c.Chunk.From, c.Chunk.To, c.Label))
        where part.Label is not null
        select (part.From, part.To, part.Label!);

    private static ReportSection? LabelOf(IReadOnlyList<(MonitorReport Report, DriftReport Section)> found)
    {
        var labels = LabelsOf(found).ToArray();
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
        var rows = columns.Select(c => c.MostMissing).OrderByDescending(m => m.Column.Direction is not null).ThenByDescending(m => m.MissingChange).ThenByDescending(m => Unseen(m)).ThenBy(m => m.Column.Column, StringComparer.Ordinal).Take(MaxListed).ToArray();
        List<ReportColumn> heads =
        [
            new("column", "Column"), new("status", "Result"), new("reference", "Missing in the reference", true), new("missing", "Missing", true), new("p", "p", true), new("unseen", "Unseen values", true), new("unseenP", "p", true),
        ];
        if (hasWindows) heads.Add(new("window", "When", true));
        return new("Data quality")
        {
            Note = $"The shares of missing values, and of values that the reference never had{(hasWindows ? ", of each column in the window in which they changed most" : string.Empty)}.",
            Table = new(heads, [.. rows.Select(m =>
            {
                List<ReportCell> cells =
                [
                    ReportCell.Data(Readable.Cut(m.Column.Column)), m.Column.Direction is { } direction ? ReportCell.Chip(direction, ReportTone.Warning) : new("no alarm"), Share(m.Column.ReferenceMissing) with { IsBefore = true }, Share(m.Column.Missing),
                    PageText.Probability(m.Column.MissingPValue), Share(m.Column.Change.UnseenShare), PageText.Probability(m.Column.UnseenPValue),
                ];
                if (hasWindows) cells.Add(new(PageText.Window(m.From, m.To)));
                return (IReadOnlyList<ReportCell>)cells;
            })]),
        };
    }

    private static double Unseen(ColumnMoment moment) => moment.Column.Change.UnseenShare is var share && double.IsNaN(share) ? -1 : share;

    private static ReportCell Share(double share) => ReportCell.Share(share) with { Bar = share > 0 ? share : null };
}

/// <summary>A column over the windows of a page.</summary>
/// <param name="Name">The column.</param>
/// <param name="Moments">What it was in each window, in order.</param>
internal sealed record ColumnSeries(string Name, IReadOnlyList<ColumnMoment> Moments)
{
    /// <summary>Gets the window in which it moved most.</summary>
    public ColumnMoment Worst { get; } = Moments.OrderByDescending(m => m.Column.IsDrifted).ThenByDescending(m => DriftPart.Excess(m.Column)).First();

    /// <summary>Gets the window in which the share of its missing values changed most.</summary>
    public ColumnMoment MostMissing { get; } = Moments.OrderByDescending(m => m.Column.Direction is not null).ThenByDescending(m => m.MissingChange).First();
}

/// <summary>A column in one window.</summary>
/// <param name="From">The first moment.</param>
/// <param name="To">The moment after the last.</param>
/// <param name="Column">What was found.</param>
/// <param name="IsOfSeries">Whether it is a point of the series; not, when it is the whole of a window that was cut.</param>
internal sealed record ColumnMoment(DateTimeOffset From, DateTimeOffset To, ColumnDrift Column, bool IsOfSeries)
{
    /// <summary>Gets the shares of its bins; none when they are not known.</summary>
    public IReadOnlyList<PairBin> Bins
    {
        get
        {
            var (reference, current) = (Column.Change.Bins.Sum(b => (double)b.Reference), Column.Change.Bins.Sum(b => (double)b.Current));
            return reference > 0 && current > 0 ? [.. Column.Change.Bins.Select(b => new PairBin(b.Name, b.Reference / reference, b.Current / current))] : [];
        }
    }

    /// <summary>Gets by how much the share of missing values changed; less than nothing when it is not known.</summary>
    public double MissingChange => Math.Abs(Column.Missing - Column.ReferenceMissing) is var change && double.IsNaN(change) ? -1 : change;
}
