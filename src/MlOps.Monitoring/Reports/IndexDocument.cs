using System.Globalization;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Lays out the page that leads to all others.</summary>
internal static class IndexDocument
{
    private const int MostReports = 100;
    private const int MostAlerts = 200;

    public static ReportDocument Of(IReadOnlyList<Alert> open, IReadOnlyList<IndexedMonitor> monitors)
    {
        var critical = open.Count(a => a.Alarm.Severity == AlarmSeverity.Critical);
        var tone = critical > 0 ? ReportTone.Bad : open.Any(a => a.Alarm.Severity == AlarmSeverity.Warning) ? ReportTone.Warning : ReportTone.Good;
        var summary = open.Count == 0 ? "Nothing is open." : string.Create(CultureInfo.InvariantCulture, $"{open.Count} {(open.Count == 1 ? "alarm is" : "alarms are")} open, {critical} of them critical.");
        List<ReportSection> sections = [.. monitors.Select(Section)];
        if (open.Count > 0) sections.Insert(0, new("Open alarms") { Note = open.Count > MostAlerts ? string.Create(CultureInfo.InvariantCulture, $"The first {MostAlerts}; alerts.json has all.") : null, Table = Table(open.Take(MostAlerts)) });
        return new("monitoring", "Monitors", summary, tone, [ReportFact.Count("monitors", monitors.Count), ReportFact.Count("open alarms", open.Count), ReportFact.Count("saved reports", monitors.Sum(m => m.Reports.Count))], sections);
    }

    private static ReportTable Table(IEnumerable<Alert> open) => new(
        [new("severity", "severity"), new("monitor", "monitor"), new("cause", "cause"), new("since", "since"), new("sentence", "what was found") { IsWide = true }],
        [.. open.Select(a => (IReadOnlyList<ReportCell>)
            [
                ReportCell.Chip(a.Alarm.Severity.ToString(), a.Alarm.Severity switch { AlarmSeverity.Critical => ReportTone.Bad, AlarmSeverity.Warning => ReportTone.Warning, _ => ReportTone.Plain }),
                ReportCell.Data(a.Monitor), ReportCell.Data(a.Cause), new(Moment(a.Since)), ReportCell.Data(a.Alarm.Sentence),
            ])]);

    private static ReportSection Section(IndexedMonitor monitor) => new(monitor.Name)
    {
        Note = monitor.LastRun is not { } run ? "It has not run yet."
            : run.Error is { } error ? $"It ran last at {Moment(run.StartedAt)} and failed: {error}"
            : string.Create(CultureInfo.InvariantCulture, $"It ran last at {Moment(run.StartedAt)}, up to {Moment(run.To)}, over {run.Rows} predictions of version {run.Version}: {run.Alarms} alarms."),
        Table = monitor.Reports.Count == 0 ? null : new(
            [new("from", "from"), new("to", "to"), new("html", ""), new("json", ""), new("markdown", "")],
            [.. monitor.Reports.Take(MostReports).Select(r => (IReadOnlyList<ReportCell>)
                [
                    new(Moment(r.Report.From)), new(Moment(r.Report.To)), new("page") { Address = r.Html }, new("JSON") { Address = r.Json }, new("Markdown") { Address = r.Markdown },
                ])]),
    };

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}

/// <summary>A monitor on the page.</summary>
/// <param name="Name">Its name.</param>
/// <param name="LastRun">Its last run; null when there was none.</param>
/// <param name="Reports">Its saved reports, the latest first, with their addresses.</param>
internal sealed record IndexedMonitor(string Name, MonitorRun? LastRun, IReadOnlyList<(SavedReport Report, string Html, string Json, string Markdown)> Reports);
