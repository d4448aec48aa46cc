using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Shows how rows as wholes moved: a line for each comparison, and its figure over the chunks or windows.</summary>
internal static class MultivariatePart
{
    private const int MaxListed = 200;

    public static IEnumerable<ReportSection> Of(IReadOnlyList<(MonitorReport Report, MultivariateReport Section)> found)
    {
        if (found.Count == 0) yield break;
        var rows = found.SelectMany(f => Comparisons(f.Section).Select(c => (f.Report, Comparison: c))).ToArray();
        var hasChunks = rows.Any(r => r.Comparison.Chunks.Count > 0);
        List<ReportColumn> columns = [new("status", "Result"), new("subject", "About")];
        if (found.Count > 1) columns.Add(new("window", "When", true));
        columns.AddRange([new("figure", "Figure"), new("value", "Value", true), new("unchanged", "Unchanged", true), new("p", "p", true), new("sentence", "What was found") { IsWide = true }]);
        if (hasChunks) columns.Add(new("chunks", "Chunks with an alarm", true));
        yield return new("Rows as wholes")
        {
            Note = "Rows of the window beside those of the training data, all columns at once. Unchanged is the value to be expected when nothing has changed; p is the chance of it then, adjusted for all comparisons.",
            Table = new(columns, [.. rows.TakeLast(MaxListed).Select(r => Row(r.Report, r.Comparison, found.Count > 1, hasChunks))]),
        };
        foreach (var subject in rows.GroupBy(r => (r.Comparison.Subject, r.Comparison.Figure)))
        {
            var points = subject.SelectMany(r => Points(r.Report, r.Comparison)).ToArray();
            if (!PageText.IsSeries(points)) continue;
            yield return new(subject.Key.Subject)
            {
                IsCard = true,
                Figures = [new LineFigure($"{subject.Key.Figure} of {subject.Key.Subject} over time", [new(subject.Key.Figure, "bar", points)])],
            };
        }
    }

    private static List<ReportCell> Row(MonitorReport report, Comparison comparison, bool hasWindows, bool hasChunks)
    {
        List<ReportCell> cells = [DriftPart.Status(comparison.Status), PageText.Data(comparison.Subject)];
        if (hasWindows) cells.Add(new(PageText.Window(report.From, report.To)));
        cells.AddRange(
        [
            new(comparison.Figure), ReportCell.Number(comparison.Value), ReportCell.Number(comparison.Unchanged), PageText.Probability(comparison.PValue), new(Readable.Cut(comparison.Sentence, 400)),
        ]);
        if (hasChunks) cells.Add(new(comparison.Chunks.Count == 0 ? Readable.Nothing : $"{Readable.Count(comparison.Chunks.Count(c => c.Status == DriftStatus.Drifted))} of {Readable.Count(comparison.Chunks.Count)}"));
        return cells;
    }

    private static IEnumerable<FigurePoint> Points(MonitorReport report, Comparison comparison) => comparison.Chunks.Count == 0
        ? [new(PageText.Middle(report.From, report.To), comparison.Value) { IsAlarm = comparison.Status == DriftStatus.Drifted }]
        : comparison.Chunks.Select(c => new FigurePoint(PageText.Middle(c.Chunk.From, c.Chunk.To), c.Value) { IsAlarm = c.Status == DriftStatus.Drifted });

    private static IEnumerable<Comparison> Comparisons(MultivariateReport report)
    {
        if (report.Reconstruction is { } r)
            yield return new("how columns go together", "reconstruction error", r.Status, r.Current.Mean, r.Reference.Mean, r.PValue, r.Sentence, [.. r.Chunks.Select(c => (c.Chunk, c.Status, c.Error.Mean))]);
        foreach (var s in report.Separations)
            yield return new(s.Subject, "ROC AUC", s.Status, s.RocAuc, 0.5, s.PValue, s.Sentence, [.. s.Chunks.Select(c => (c.Chunk, c.Status, c.RocAuc))]);
        foreach (var v in report.Vectors)
            yield return new(v.Vector, "squared discrepancy", v.Status, v.Discrepancy, 0, v.PValue, v.Sentence, [.. v.Chunks.Select(c => (c.Chunk, c.Status, c.Discrepancy))]);
    }

    private sealed record Comparison(
        string Subject, string Figure, DriftStatus Status, double Value, double Unchanged, double PValue, string Sentence, IReadOnlyList<(Chunk Chunk, DriftStatus Status, double Value)> Chunks);
}
