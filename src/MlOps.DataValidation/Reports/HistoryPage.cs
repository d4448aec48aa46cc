using System.Globalization;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Says how the metrics of a dataset fit their history.</summary>
internal static class HistoryPage
{
    public static ReportDocument Of(HistoryReport report)
    {
        int Count(HistoryStatus status) => report.Findings.Count(f => f.Status == status);
        var (anomalous, unchecked_) = (Count(HistoryStatus.Anomalous), Count(HistoryStatus.NotChecked));
        var tone = anomalous > 0 ? ReportTone.Bad : unchecked_ > 0 ? ReportTone.Warning : ReportTone.Good;
        return new("history", report.Dataset, $"{report}", tone,
            [new("Time", report.Time.ToString("u", CultureInfo.InvariantCulture)), ReportFact.Count("Checked", report.Findings.Count - unchecked_), ReportFact.Count("Anomalous", anomalous), ReportFact.Count("Not checked", unchecked_)],
            [new("Metrics") { Table = Table(report) }])
        {
            Checks = [.. report.Findings.Select(f => new ReportCheck(report.Dataset, $"{f.Metric} is {f.Check}", Tone(f.Status, ReportTone.Plain), f.Sentence))],
        };
    }

    private static ReportTable Table(HistoryReport report) => new(
        [new("status", "Status"), new("metric", "Metric"), new("value", "Value", true), new("lower", "At least", true), new("upper", "At most", true), new("points", "Values before", true), new("finding", "Finding") { IsWide = true }],
        [.. report.Findings.OrderBy(f => f.Status == HistoryStatus.Anomalous ? 0 : f.Status == HistoryStatus.NotChecked ? 1 : 2).Select(f => (IReadOnlyList<ReportCell>)
        [
            ReportCell.Chip(Name(f.Status), Tone(f.Status, ReportTone.Warning)), ReportCell.Data(Readable.Cut(f.Metric)), ReportCell.Number(f.Value), ReportCell.Number(f.Lower), ReportCell.Number(f.Upper),
            ReportCell.Count(f.Points), new(f.Sentence),
        ])]);

    private static ReportTone Tone(HistoryStatus status, ReportTone notChecked) => status switch
    {
        HistoryStatus.Normal => ReportTone.Good,
        HistoryStatus.Anomalous => ReportTone.Bad,
        _ => notChecked,
    };

    private static string Name(HistoryStatus status) => status switch
    {
        HistoryStatus.Normal => "normal",
        HistoryStatus.Anomalous => "anomalous",
        _ => "not checked",
    };
}
