using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Says which checks could not do their work, and why.</summary>
internal static class FailedPart
{
    public static IEnumerable<ReportSection> Of(IReadOnlyList<(MonitorReport Report, FailedSection Section)> found)
    {
        if (found.Count == 0) yield break;
        yield return new(Words.Title(found[0].Section.Check))
        {
            Chips = [new("failed", ReportTone.Warning)],
            Note = $"The check could not do its work in {(found.Count == 1 ? "a window" : $"{Readable.Count(found.Count)} windows")}.",
            Table = new(
                [new("window", "Window", true), new("error", "Why") { IsWide = true }],
                [.. found.TakeLast(20).Select(f => (IReadOnlyList<ReportCell>)[new(PageText.Window(f.Report.From, f.Report.To)), new(Readable.Cut(f.Section.Error, 400))])]),
        };
    }
}
