using System.Globalization;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Shows how predictions were served: latency, errors and throughput over time, and what versions cost.</summary>
internal static class OperationsPart
{
    private const int MaxListed = 500;

    public static IEnumerable<ReportSection> Of(IReadOnlyList<(MonitorReport Report, OperationsReport Section)> found)
    {
        if (found.Count == 0) yield break;
        var chunks = found.SelectMany(f => f.Section.Versions.SelectMany(v => v.Chunks.Select(c => (f.Report, v.Version, Chunk: c)))).Where(c => c.Chunk.Rows + c.Chunk.FailedRows > 0).ToArray();
        yield return new("Operations")
        {
            Note = found[^1].Section.Summary,
            Table = new(
                [
                    new("window", "Window", true), new("version", "Version", true), new("rows", "Predictions", true), new("failed", "Failed", true), new("errors", "Errors", true), new("perSecond", "A second", true),
                    new("p50", "Latency p50", true), new("p95", "p95", true), new("p99", "p99", true),
                ],
                [.. chunks.TakeLast(MaxListed).Select(c => (IReadOnlyList<ReportCell>)
                [
                    new(PageText.Window(c.Report, c.Chunk.Chunk)), new(c.Version.ToString(CultureInfo.InvariantCulture)), ReportCell.Count(c.Chunk.Rows), ReportCell.Count(c.Chunk.FailedRows),
                    ReportCell.Share(c.Chunk.ErrorShare) with { Bar = c.Chunk.ErrorShare > 0 ? c.Chunk.ErrorShare : null }, ReportCell.Number(c.Chunk.RowsPerSecond), Seconds(c.Chunk.LatencyP50), Seconds(c.Chunk.LatencyP95), Seconds(c.Chunk.LatencyP99),
                ])]),
        };
        foreach (var card in Cards(found, chunks)) yield return card;
        if (Changes(found) is { } changes) yield return changes;
        if (Costs(found[^1].Section) is { } costs) yield return costs;
    }

    private static IEnumerable<ReportSection> Cards(IReadOnlyList<(MonitorReport Report, OperationsReport Section)> found, IReadOnlyList<(MonitorReport Report, int Version, ChunkOperations Chunk)> chunks)
    {
        FigurePoint[] Points(string series, Func<ChunkOperations, double> value) =>
        [
            .. chunks.Select(c => new FigurePoint(PageText.Middle(c.Report, c.Chunk.Chunk), value(c.Chunk))
            {
                IsAlarm = found.Any(f => ReferenceEquals(f.Report, c.Report) && f.Section.Changes.Any(x => x.IsAlarm && x.Series == series && x.Version == c.Version && x.At == c.Chunk.Chunk)),
            }),
        ];
        var (p50, p95, p99) = (Points("latency_p50", c => c.LatencyP50 * 1000), Points("latency_p95", c => c.LatencyP95 * 1000), Points("latency_p99", c => c.LatencyP99 * 1000));
        if (PageText.IsSeries(p50))
        {
            yield return Card("Latency in milliseconds", [new("p99", "before", p99), new("p95", "soft", p95), new("p50", "bar", p50)]);
            yield return Card("Predictions a second", [new("predictions a second", "bar", Points("throughput", c => c.RowsPerSecond))]);
        }

        if (chunks.Any(c => c.Chunk.FailedRows > 0) && Points("error_share", c => c.ErrorShare) is var errors && PageText.IsSeries(errors)) yield return Card("Share that failed", [new("failed", "bar", errors)], isShare: true);
    }

    private static ReportSection Card(string title, IReadOnlyList<FigureLine> lines, bool isShare = false) => new(title) { IsCard = true, Figures = [new LineFigure($"{title} over time", lines) { IsShare = isShare }] };

    private static ReportSection? Changes(IReadOnlyList<(MonitorReport Report, OperationsReport Section)> found)
    {
        var changes = found.SelectMany(f => f.Section.Changes.Select(c => (f.Report, Change: c))).OrderByDescending(c => c.Change.IsAlarm).Take(MaxListed).ToArray();
        return changes.Length == 0 ? null : new("Changes of operations")
        {
            Table = new(
                [new("status", "Result"), new("series", "Series"), new("version", "Version", true), new("at", "From"), new("before", "Median before", true), new("after", "after", true), new("p", "p", true)],
                [.. changes.Select(c => (IReadOnlyList<ReportCell>)
                [
                    c.Change.IsAlarm ? ReportCell.Chip("alarm", ReportTone.Warning) : new("no alarm"), new(Words.Title(c.Change.Series)), new(c.Change.Version?.ToString(CultureInfo.InvariantCulture) ?? Readable.Nothing),
                    new(c.Change.Version is null ? $"version {c.Change.At.ToString(CultureInfo.InvariantCulture)}" : PageText.Window(c.Report, c.Change.At)), ReportCell.Number(c.Change.Before), ReportCell.Number(c.Change.After), PageText.Probability(c.Change.PValue),
                ])]),
        };
    }

    private static ReportSection? Costs(OperationsReport report) => report.Costs.Count == 0 ? null : new("What versions cost")
    {
        Table = new(
            [new("version", "Version", true), new("run", "Run"), new("training", "Training", true), new("memory", "Memory in MB", true)],
            [.. report.Costs.TakeLast(MaxListed).Select(c => (IReadOnlyList<ReportCell>)
            [
                new(c.Version.ToString(CultureInfo.InvariantCulture)), PageText.Data(c.RunId), new(double.IsNaN(c.TrainingSeconds) ? Readable.Nothing : TimeText.Span(c.TrainingSeconds * TimeSpan.TicksPerSecond)) { Value = c.TrainingSeconds },
                ReportCell.Number(c.MemoryBytes / (1 << 20)),
            ])]),
    };

    private static ReportCell Seconds(double seconds) => new(double.IsNaN(seconds) ? Readable.Nothing : $"{Readable.Number(Math.Round(seconds * 1000, 2))} ms") { Value = seconds };
}
