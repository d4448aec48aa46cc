using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Puts what changed in an order: what is an alarm first, then by how often the change fits into one that would matter.</summary>
internal static class ChangedMost
{
    /// <summary>A population stability index, beyond what chance gives, that matters to people.</summary>
    private const double Index = 0.1;

    /// <summary>A change of a share of missing values that does.</summary>
    private const double Missing = 0.05;

    /// <summary>A share of values that the reference never had that does.</summary>
    private const double Unseen = 0.01;

    /// <summary>A relative change of the mean of the label that does.</summary>
    private const double Label = 0.2;

    private const int MaxRows = 15;

    public static ReportSection? Of(IReadOnlyList<MonitorReport> reports)
    {
        var changes = Drift(Only<DriftReport>(reports)).Concat(Performance(Only<PerformanceReport>(reports))).Where(c => c.Size > 0 || c.IsAlarm).OrderByDescending(c => c.IsAlarm).ThenByDescending(c => c.Size).ToArray();
        if (changes.Length == 0) return null;
        var hasWindows = reports.Count > 1 || reports[0].Chunks.Count > 1;
        List<ReportColumn> heads = [new("what", "What"), new("figure", "Figure"), new("reference", "Reference", true), new("now", "Now", true), new("size", "Size", true), new("status", "Result")];
        if (hasWindows) heads.Add(new("window", "When", true));
        return new("What changed most")
        {
            Note = $"Size is how often the change fits into one that matters: a PSI {Readable.Number(Index)} beyond chance, {Readable.Share(Missing)} more or fewer missing values, {Readable.Share(Unseen)} of values never seen, a label that is off by a fifth, a metric at its limit.",
            Table = new(heads, [.. changes.Take(MaxRows).Select(c =>
            {
                List<ReportCell> cells =
                [
                    PageText.Data(c.What), new(c.Figure), c.Reference, c.Now, new(double.IsInfinity(c.Size) ? "∞" : Readable.Number(Math.Round(c.Size, 2))) { Value = c.Size, Bar = Math.Min(1, c.Size / Math.Max(1, changes[0].Size)) },
                    c.IsAlarm ? ReportCell.Chip("alarm", ReportTone.Warning) : new("no alarm"),
                ];
                if (hasWindows) cells.Add(new(PageText.Window(c.From, c.To)));
                return (IReadOnlyList<ReportCell>)cells;
            })]),
        };
    }

    private static (MonitorReport Report, T Section)[] Only<T>(IReadOnlyList<MonitorReport> reports)
        where T : MonitorSection => [.. reports.SelectMany(r => r.Sections.OfType<T>().Select(s => (r, s)))];

    private static IEnumerable<Change> Drift((MonitorReport Report, DriftReport Section)[] found)
    {
        foreach (var column in DriftPart.SeriesOf(found).Concat(DriftPart.SeriesOf(found, ofPredictions: true)))
        {
            var (moved, missing) = (column.Worst, column.MostMissing);
            yield return new(column.Name, "PSI, by chance and now", moved.From, moved.To, ReportCell.Number(moved.Column.NoiseLevel), ReportCell.Number(moved.Column.Psi), DriftPart.Excess(moved.Column) / Index, moved.Column is { IsDrifted: true, Direction: null });
            if (missing.Column.Direction is "unseen")
                yield return new(column.Name, "values never seen", missing.From, missing.To, ReportCell.Share(missing.Column.Change.ExpectedUnseenShare), ReportCell.Share(missing.Column.Change.UnseenShare), missing.Column.Change.UnseenShare / Unseen, true);
            else if (missing.Column.Direction is not null || missing.MissingChange > Missing / 5)
                yield return new(column.Name, "missing values", missing.From, missing.To, ReportCell.Share(missing.Column.ReferenceMissing), ReportCell.Share(missing.Column.Missing), missing.MissingChange / Missing, missing.Column.Direction is not null);
        }

        var labels = DriftPart.LabelsOf(found).Select(l => (l.From, l.To, l.Label, Size: Math.Abs(l.Label.Current - l.Label.Reference) / Math.Abs(l.Label.Reference) / Label)).ToArray();
        if (labels.Length == 0) yield break;
        var (from, to, label, size) = labels.OrderByDescending(l => l.Label.IsDrifted).ThenByDescending(l => l.Size).First();
        yield return new(label.Label, "mean of the label", from, to, ReportCell.Number(label.Reference), ReportCell.Number(label.Current), size, label.IsDrifted);
    }

    private static IEnumerable<Change> Performance((MonitorReport Report, PerformanceReport Section)[] found) =>
        from series in PerformancePart.SeriesOf(found)
        let worst = series.Worst
        where worst.Point.Value is not null
        select new Change(
            series.Segment is null ? series.Metric : $"{series.Metric} of {series.Segment}", worst.Point.Status == PerformanceStatus.Realized ? "realized" : "estimated", worst.From, worst.To,
            ReportCell.Number(worst.Reference), ReportCell.Number(worst.Point.Value!.Value), worst.Size, worst.Point.IsAlarm);

    private readonly record struct Change(string What, string Figure, DateTimeOffset From, DateTimeOffset To, ReportCell Reference, ReportCell Now, double Size, bool IsAlarm);
}
