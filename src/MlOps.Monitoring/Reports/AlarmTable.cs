using System.Globalization;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>An alarm and where it was found.</summary>
internal readonly record struct FoundAlarm(MonitorReport Report, Alarm Alarm);

/// <summary>Lists alarms with their evidence, the gravest first.</summary>
internal static class AlarmTable
{
    private const int MaxAlarms = 200;
    private const int MaxContributors = 3;

    public static ReportTone Tone(AlarmSeverity severity) => severity switch
    {
        AlarmSeverity.Critical => ReportTone.Bad,
        AlarmSeverity.Warning => ReportTone.Warning,
        _ => ReportTone.Plain,
    };

    public static ReportSection Of(IReadOnlyList<FoundAlarm> alarms, bool hasWindows)
    {
        var hasSegments = alarms.Any(a => a.Alarm.Segment is not null);
        var hasTimes = hasWindows || alarms.Any(a => a.Alarm.Chunk is not null);
        var causes = alarms.GroupBy(a => a.Alarm.Cause, StringComparer.Ordinal)
            .Select(g => (Found: g.Reverse().OrderByDescending(a => a.Alarm.Severity).ThenBy(a => double.IsNaN(a.Alarm.PValue) ? 2 : a.Alarm.PValue).First(), Times: g.Count()))
            .OrderByDescending(c => c.Found.Alarm.Severity).ToArray();
        List<ReportColumn> columns = [new("severity", "Severity"), new("kind", "Kind"), new("subject", "About")];
        if (hasSegments) columns.Add(new("segment", "Segment"));
        if (hasTimes) columns.AddRange([new("window", "When", true), new("times", "Times", true)]);
        columns.AddRange(
        [
            new("sentence", "What was found") { IsWide = true }, new("statistic", "Statistic"), new("value", "Value", true), new("reference", "Reference", true), new("threshold", "Limit", true), new("p", "p", true),
            new("contributors", "Contributes most") { IsWide = true },
        ]);
        return new("Alarms")
        {
            Note = causes.Length > MaxAlarms
                ? $"The gravest {MaxAlarms} of {Readable.Count(causes.Length)} causes; the JSON of the reports has all."
                : $"{(hasTimes ? "Each cause as it was when it was gravest, and how often it was an alarm. " : string.Empty)}The value of the statistic beside what it is in the reference, or is expected to be when nothing has changed; p is the chance of it then, adjusted for all comparisons.",
            Table = new(columns, [.. causes.Take(MaxAlarms).Select(c => Row(c.Found, c.Times, hasSegments, hasTimes))]),
        };
    }

    private static List<ReportCell> Row(FoundAlarm found, int times, bool hasSegments, bool hasTimes)
    {
        var alarm = found.Alarm;
        List<ReportCell> cells = [Severity(alarm.Severity), new(alarm.Kind.ToString().ToLowerInvariant()), PageText.Data(alarm.Direction is null ? alarm.Subject : $"{alarm.Subject} ({alarm.Direction})")];
        if (hasSegments) cells.Add(PageText.Data(alarm.Segment));
        if (hasTimes) cells.AddRange([new(alarm.Chunk is { } chunk ? PageText.Window(chunk.From, chunk.To) : PageText.Window(found.Report.From, found.Report.To)), ReportCell.Count(times)]);
        cells.AddRange(
        [
            new(Readable.Cut(alarm.Sentence, 400)), new(alarm.Statistic ?? Readable.Nothing), ReportCell.Number(alarm.Value), ReportCell.Number(alarm.Reference), ReportCell.Number(alarm.Threshold), PageText.Probability(alarm.PValue),
            PageText.Data(string.Join("; ", alarm.Contributors.Take(MaxContributors).Select(Contributor))),
        ]);
        return cells;
    }

    private static ReportCell Severity(AlarmSeverity severity) => Tone(severity) is ReportTone.Plain ? new(severity.ToString().ToLowerInvariant()) : ReportCell.Chip(severity.ToString().ToLowerInvariant(), Tone(severity));

    private static string Contributor(AlarmContributor part) =>
        string.Create(CultureInfo.InvariantCulture, $"{Readable.Cut(part.Name, 40)}: {Readable.Number(part.Reference)} to {Readable.Number(part.Current)}, {Readable.Share(part.Share)} of it");
}
