using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Says in which data do not fit their schema.</summary>
internal static class AnomalyPage
{
    public static ReportDocument Of(AnomalyReport report, string dataset)
    {
        var sections = new List<ReportSection>();
        if (report.Anomalies.Count > 0) sections.Add(new("Anomalies") { Table = Anomalies(report) });
        if (report.Measurements.Count > 0) sections.Add(new("Distances") { Table = Distances(report) });
        var words = report.IsValid ? "The data fit their schema." : $"{Readable.Count(report.Anomalies.Count)} {(report.Anomalies.Count == 1 ? "anomaly" : "anomalies")}. {Readable.Cut(report.Anomalies[0].Message)}";
        return new("anomalies", dataset, words, report.IsValid ? ReportTone.Good : ReportTone.Bad, [ReportFact.Count("Anomalies", report.Anomalies.Count), ReportFact.Count("Distances", report.Measurements.Count)], sections)
        {
            Checks =
            [
                .. report.Anomalies.Select(a => new ReportCheck(a.Column is null ? dataset : $"{dataset}.{a.Column}", a.Slice is null ? Name(a.Kind) : $"{Name(a.Kind)} in {a.Slice}", ReportTone.Bad, $"{a}")),
                .. report.Measurements.Select(m => new ReportCheck($"{dataset}.{m.Column}", $"{m.Measure} against {m.Against}", Tone(m), $"The distance is {Readable.Number(m.Value)}; {Readable.Number(m.Threshold)} is allowed.")),
            ],
        };
    }

    private static ReportTable Anomalies(AnomalyReport report) => new(
        [new("kind", "Anomaly"), new("message", "What is wrong") { IsWide = true }, new("column", "Column"), new("slice", "Slice"), new("observed", "Observed"), new("expected", "Expected")],
        [.. report.Anomalies.Select(a => (IReadOnlyList<ReportCell>)
        [
            ReportCell.Chip(Name(a.Kind), ReportTone.Bad), new(a.Message), Data(a.Column), new(a.Slice ?? string.Empty), Data(a.Observed), Data(a.Expected),
        ])]);

    private static ReportTable Distances(AnomalyReport report) => new(
        [
            new("status", "Status"), new("column", "Column"), new("against", "Against"), new("measure", "Measure"), new("distance", "Distance", true), new("allowed", "Allowed", true),
            new("contributor", "Contributes most"),
        ],
        [.. report.Measurements.Select(m => (IReadOnlyList<ReportCell>)
        [
            ReportCell.Chip(Tone(m) switch { ReportTone.Bad => "too far", ReportTone.Good => "near", _ => "no values" }, Tone(m) is ReportTone.Plain ? ReportTone.Warning : Tone(m)),
            ReportCell.Data(Readable.Cut(m.Column)), new(m.Against), new(m.Measure), ReportCell.Number(m.Value), ReportCell.Number(m.Threshold), Data(m.Contributor),
        ])]);

    private static ReportCell Data(string? text) => text is null ? new(Readable.Nothing) : ReportCell.Data(Readable.Cut(text));

    private static ReportTone Tone(DistanceMeasurement measurement) => double.IsNaN(measurement.Value) ? ReportTone.Plain : measurement.Value > measurement.Threshold ? ReportTone.Bad : ReportTone.Good;

    private static string Name(AnomalyKind kind) => ExpectationNames.OfWord(kind.ToString()).Replace('_', ' ');
}
