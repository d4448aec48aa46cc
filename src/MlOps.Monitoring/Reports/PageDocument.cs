using System.Globalization;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Puts a page together: what came of it, what changed most, the alarms, and a part for each check in the order of the host.</summary>
internal static class PageDocument
{
    private const int MaxWindows = 400;
    private const int MinRanked = 7;
    private const int MaxRanked = 10;

    public static ReportDocument Of(IReadOnlyList<MonitorReport> reports)
    {
        var (first, last) = (reports[0], reports[^1]);
        var alarms = reports.SelectMany(r => r.Alarms.Select(a => new FoundAlarm(r, a))).ToArray();
        var sections = new List<ReportSection>();
        var parts = Parts(reports).ToArray();
        if (ChangedMost.Of(reports) is { } changed) sections.Add(changed);
        if (alarms.Length > 0) sections.Add(AlarmTable.Of(alarms, reports.Count > 1));
        if (reports.Count > 1) sections.Add(Windows(reports));
        if (Ranking(reports) is { } ranking) sections.Add(ranking);
        sections.AddRange(parts);
        return new("monitoring", $"{first.Monitor}, {PageText.Window(reports.Min(r => r.From), last.To)}", Sentence(reports, alarms), Tone(alarms), Facts(reports, alarms), sections);
    }

    private static IEnumerable<ReportSection> Parts(IReadOnlyList<MonitorReport> reports)
    {
        foreach (var check in reports.SelectMany(r => r.Sections).Select(s => s.Check).Distinct(StringComparer.Ordinal))
        {
            var found = reports.SelectMany(r => r.Sections.Where(s => s.Check == check).Select(s => (Report: r, Section: s))).ToArray();
            foreach (var part in DriftPart.Of(Only<DriftReport>(found)).Concat(PerformancePart.Of(Only<PerformanceReport>(found))).Concat(MultivariatePart.Of(Only<MultivariateReport>(found))).Concat(OperationsPart.Of(Only<OperationsReport>(found))))
                yield return part;
            foreach (var part in FailedPart.Of(Only<FailedSection>(found))) yield return part;
            foreach (var part in OtherPart.Of([.. found.Where(f => f.Section is not (DriftReport or PerformanceReport or MultivariateReport or OperationsReport or FailedSection))])) yield return part;
        }
    }

    private static (MonitorReport Report, T Section)[] Only<T>((MonitorReport Report, MonitorSection Section)[] found)
        where T : MonitorSection => [.. found.Where(f => f.Section is T).Select(f => (f.Report, (T)f.Section))];

    private static ReportTone Tone(FoundAlarm[] alarms) => alarms.Select(a => AlarmTable.Tone(a.Alarm.Severity)).DefaultIfEmpty(ReportTone.Good).Max();

    private static string Sentence(IReadOnlyList<MonitorReport> reports, FoundAlarm[] alarms)
    {
        var (rows, failed) = (reports.Sum(r => r.Rows), reports.Sum(r => r.FailedRows));
        var of = $"{Readable.Count(rows)} predictions of {reports[0].Model}{(failed > 0 ? $", and {Readable.Count(failed)} that failed" : string.Empty)}";
        var found = (rows + failed, alarms.Length) switch
        {
            (0, 0) => "No predictions.",
            (_, 0) => $"No alarm on {of}.",
            (_, 1) => $"1 alarm on {of}.",
            _ => $"{Readable.Count(alarms.Length)} alarms on {of}.",
        };
        return reports.Count == 1 ? Readable.Cut($"{found} {reports[0].Summary}".TrimEnd(), 600) : $"{Readable.Count(reports.Count)} windows. {found}";
    }

    private static List<ReportFact> Facts(IReadOnlyList<MonitorReport> reports, FoundAlarm[] alarms)
    {
        var versions = reports.Select(r => r.Version).Distinct().Order().ToArray();
        var facts = new List<ReportFact>
        {
            new("Model", reports[0].Model), new(versions.Length == 1 ? "Version" : "Versions", string.Join(", ", versions)),
            ReportFact.Count("Predictions", reports.Sum(r => r.Rows)), ReportFact.Count("Failed", reports.Sum(r => r.FailedRows)), ReportFact.Count("Alarms", alarms.Length),
        };
        var coverage = reports.Select(r => r.Section<PerformanceReport>()).OfType<PerformanceReport>().ToArray();
        if (coverage.Sum(p => p.Rows) is > 0 and var judged) facts.Add(ReportFact.Share("Labelled", (double)coverage.Sum(p => p.Labels) / judged));
        return facts;
    }

    // A rank over a few windows is chance.
    private static ReportSection? Ranking(IReadOnlyList<MonitorReport> reports)
    {
        if (reports.Count < MinRanked) return null;
        var ranked = DriftRanking.Rank(reports).Where(c => !double.IsNaN(c.Spearman)).Take(MaxRanked).ToArray();
        return ranked.Length == 0 ? null : new("What moves with performance")
        {
            Note = "The correlation of the ranks of a column's index and of the distance of performance from its reference, window by window. It does not say why.",
            Table = new(
                [new("column", "Column"), new("spearman", "Rank correlation", true), new("p", "p", true), new("alarms", "Alarms", true), new("periods", "Windows", true)],
                [.. ranked.Select(c => (IReadOnlyList<ReportCell>)
                [
                    PageText.Data(c.Column), new(c.Spearman.ToString("0.00", CultureInfo.InvariantCulture)) { Value = c.Spearman }, PageText.Probability(c.PValue), ReportCell.Count(c.Alarms), ReportCell.Count(c.Periods),
                ])]),
        };
    }

    private static ReportSection Windows(IReadOnlyList<MonitorReport> reports) => new("Windows")
    {
        Note = reports.Count > MaxWindows ? $"The latest {MaxWindows} of {Readable.Count(reports.Count)}." : null,
        Table = new(
            [new("window", "Window", true), new("version", "Version", true), new("rows", "Predictions", true), new("failed", "Failed", true), new("alarms", "Alarms"), new("subjects", "About") { IsWide = true }],
            [.. reports.TakeLast(MaxWindows).Select(r => (IReadOnlyList<ReportCell>)
            [
                new(PageText.Window(r.From, r.To)), new(r.Version.ToString(CultureInfo.InvariantCulture)), ReportCell.Count(r.Rows), ReportCell.Count(r.FailedRows),
                r.Alarms.Count == 0 ? new("none") : ReportCell.Chip(Readable.Count(r.Alarms.Count), AlarmTable.Tone(r.Alarms[0].Severity)),
                ReportCell.Data(Readable.Cut(string.Join(", ", r.Alarms.Select(a => a.Subject).Distinct(StringComparer.Ordinal)))),
            ])]),
    };
}
