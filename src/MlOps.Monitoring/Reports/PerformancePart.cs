using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Shows how good a model was: each metric over time, estimated and realized, with bands and limits; labels; and what else is known of its answers.</summary>
internal static class PerformancePart
{
    /// <summary>The series that are drawn: metrics of all rows first. The others are listed.</summary>
    private const int MaxCards = 40;

    private const int MaxListed = 500;

    public static IEnumerable<ReportSection> Of(IReadOnlyList<(MonitorReport Report, PerformanceReport Section)> found)
    {
        if (found.Count == 0) yield break;
        var last = found[^1].Section;
        var series = SeriesOf(found);
        yield return new("Performance")
        {
            Note = string.Join('\n', new[]
            {
                last.Summary,
                last.ReferenceProblem is { } problem ? $"Reference: {problem}" : last.Reference is { } reference ? $"Reference: {reference.Source}, {Readable.Count(reference.Rows)} labelled rows.{(reference.IsCalibrated ? " Scores are calibrated before estimates." : string.Empty)}" : null,
                last.EstimateProblem is { } without ? $"Not estimated: {without}" : "A window counts as estimated until enough labels have come, then as realized. Each metric is shown as it was in its worst window.",
            }.Where(line => !string.IsNullOrEmpty(line))),
            Table = Table([.. series.Take(MaxListed)]),
        };
        var index = 0;
        foreach (var one in series.Take(MaxCards))
        {
            if (Card(one, index++) is { } card) yield return card;
        }

        yield return Coverage(found);
        if (Calibration(found) is { } calibration) yield return calibration;
        foreach (var part in Fairness(found[^1].Section)) yield return part;
        if (Soundness(found[^1].Section) is { } soundness) yield return soundness;
    }

    /// <summary>Gives the metrics over all windows: those of all rows, then those of slices, each in the order of the reports.</summary>
    public static IReadOnlyList<MetricSeries> SeriesOf(IReadOnlyList<(MonitorReport Report, PerformanceReport Section)> found) =>
    [
        .. found.SelectMany(f => f.Section.Series.Select(s => (f.Report, Series: s)))
            .GroupBy(f => (f.Series.Metric, f.Series.Segment))
            .Select(g => new MetricSeries(g.Key.Metric, g.Key.Segment, g.Last().Series.IsHigherBetter, [.. g.SelectMany(f => f.Series.Points.Select(p => MetricMoment.Of(f.Report, f.Series, p)))]))
            .OrderBy(s => s.Segment is null ? 0 : 1),
    ];

    private static ReportTable Table(IReadOnlyList<MetricSeries> series)
    {
        var hasSegments = series.Any(s => s.Segment is not null);
        List<ReportColumn> heads = [new("status", "Known"), new("metric", "Metric")];
        if (hasSegments) heads.Add(new("segment", "Slice"));
        heads.AddRange(
        [
            new("reference", "Reference", true), new("estimated", "Estimated", true), new("realized", "Realized", true), new("lower", "At least", true), new("upper", "At most", true),
            new("window", "When", true), new("alarms", "Windows with an alarm", true),
        ]);
        return new(heads, [.. series.Select((s, i) =>
        {
            var worst = s.Worst;
            List<ReportCell> cells = [worst.Point.IsAlarm ? ReportCell.Chip($"{Known(worst.Point.Status)}, alarm", ReportTone.Warning) : new(Known(worst.Point.Status)), new(s.Metric) { Link = i < MaxCards && s.IsDrawn ? $"metric-{i}" : null }];
            if (hasSegments) cells.Add(PageText.Data(s.Segment));
            cells.AddRange(
            [
                ReportCell.Number(worst.Reference), ReportCell.Number(worst.Point.Estimated?.Value ?? double.NaN), ReportCell.Number(worst.Point.Realized?.Value ?? double.NaN), ReportCell.Number(worst.Point.Lower), ReportCell.Number(worst.Point.Upper),
                new(PageText.Window(worst.From, worst.To)), ReportCell.Count(s.Moments.Count(m => m.Point.IsAlarm)),
            ]);
            return (IReadOnlyList<ReportCell>)cells;
        })]);
    }

    private static string Known(PerformanceStatus status) => status switch
    {
        PerformanceStatus.Realized => "realized",
        PerformanceStatus.Estimated => "estimated",
        _ => "unknown",
    };

    private static ReportSection? Card(MetricSeries series, int index)
    {
        if (!series.IsDrawn) return null;
        FigurePoint[] Points(Func<MetricMoment, double> value) => [.. series.Moments.Select(m => new FigurePoint(m.At, value(m)))];
        FigurePoint[] Values(PerformanceStatus status, Func<MetricMoment, PerformanceValue?> value) =>
        [
            .. series.Moments.Select(m => value(m) is { } v
                ? new FigurePoint(m.At, v.Value) { Lower = v.Lower, Upper = v.Upper, IsAlarm = m.Point.IsAlarm && m.Point.Status == status }
                : new FigurePoint(m.At, double.NaN)),
        ];
        return new(series.Segment is null ? series.Metric : Readable.Cut($"{series.Metric} of {series.Segment}"))
        {
            IsCard = true,
            Anchor = $"metric-{index}",
            Chips = series.Moments.Any(m => m.Point.IsAlarm) ? [new("alarm", ReportTone.Warning)] : [],
            Figures =
            [
                new LineFigure($"{series.Metric} over time, estimated and realized",
                [
                    new("limit", "warning", Points(m => m.Point.Lower)) { IsLimit = true, IsDashed = true }, new("limit", "warning", Points(m => m.Point.Upper)) { IsLimit = true, IsDashed = true },
                    new("reference", "before", Points(m => m.Reference)) { IsLimit = true },
                    new("estimated", "soft", Values(PerformanceStatus.Estimated, m => m.Point.Estimated)) { IsDashed = true }, new("realized", "bar", Values(PerformanceStatus.Realized, m => m.Point.Realized)),
                ]),
            ],
        };
    }

    private static ReportSection Coverage(IReadOnlyList<(MonitorReport Report, PerformanceReport Section)> found)
    {
        var chunks = found.SelectMany(f => f.Section.Coverage.Select(c => (f.Report, Coverage: c))).ToArray();
        FigurePoint[] points = [.. chunks.Select(c => new FigurePoint(PageText.Middle(c.Report, c.Coverage.Chunk), c.Coverage.Share))];
        var last = found[^1].Section;
        var facts = new List<ReportFact> { ReportFact.Count("Predictions", found.Sum(f => f.Section.Rows)), ReportFact.Count("Labels", found.Sum(f => f.Section.Labels)) };
        if (found.Sum(f => f.Section.OtherVersionRows) is > 0 and var others) facts.Add(ReportFact.Count("Of other versions", others));
        if (found.Sum(f => f.Section.DuplicateRows) is > 0 and var twice) facts.Add(ReportFact.Count("Left out, id twice", twice));
        if (last.Staleness is { } age)
            facts.AddRange([new("Age of the version", PageText.Time(age.VersionAge)), new("Age of its data", PageText.Time(age.DataAge)), new("Age of the newest label", PageText.Time(age.LabelAge)), ReportFact.Share("Without a label", age.MissingLabels)]);
        return new("Label coverage")
        {
            Facts = facts,
            Figures = PageText.IsSeries(points) ? [new LineFigure("Share of predictions with a label over time", [new("labelled", "bar", points)]) { IsShare = true }] : [],
            Table = new(
                [new("window", "Window", true), new("rows", "Predictions", true), new("labels", "Labels", true), new("share", "Labelled", true), new("status", "Performance")],
                [.. chunks.TakeLast(MaxListed).Select(c => (IReadOnlyList<ReportCell>)
                [
                    new(PageText.Window(c.Report, c.Coverage.Chunk)), ReportCell.Count(c.Coverage.Rows), ReportCell.Count(c.Coverage.Labels),
                    ReportCell.Share(c.Coverage.Share) with { Bar = c.Coverage.Share > 0 ? c.Coverage.Share : null }, new(Known(c.Coverage.Status)),
                ])]),
        };
    }

    private static ReportSection? Calibration(IReadOnlyList<(MonitorReport Report, PerformanceReport Section)> found)
    {
        var chunks = found.SelectMany(f => f.Section.Calibration.Select(c => (f.Report, Calibration: c))).Where(c => c.Calibration.Labels > 0).ToArray();
        if (chunks.Length == 0) return null;
        FigurePoint[] Points(Func<ChunkCalibration, double> value) => [.. chunks.Select(c => new FigurePoint(PageText.Middle(c.Report, c.Calibration.Chunk), value(c.Calibration)))];
        var newest = chunks[^1].Calibration;
        return new("Calibration")
        {
            Note = "Whether scores are probabilities, by the labels of the latest window that has some. The error is the mean distance of score and share of positives (ECE).",
            Facts = [ReportFact.Number("Calibration error", newest.CalibrationError), ReportFact.Number("Brier", newest.Brier), ReportFact.Count("Labels", newest.Labels)],
            Figures = PageText.IsSeries(Points(c => c.CalibrationError)) ? [new LineFigure("Calibration error over time", [new("calibration error", "bar", Points(c => c.CalibrationError))])] : [],
            Table = new(
                [new("score", "Mean score", true), new("share", "Share of positives", true), new("rows", "Labels", true)],
                [.. newest.Bins.Select(b => (IReadOnlyList<ReportCell>)[ReportCell.Number(b.Score) with { Bar = b.Score, IsBefore = true }, ReportCell.Number(b.Share) with { Bar = b.Share }, ReportCell.Count(b.Rows)])]),
        };
    }

    private static IEnumerable<ReportSection> Fairness(PerformanceReport report)
    {
        foreach (var column in report.Fairness)
        {
            yield return new($"Fairness between groups of {Readable.Cut(column.Column)}")
            {
                Table = new(
                    [new("status", "Result"), new("measure", "Measure"), new("value", "Value", true), new("lower", "Lower", true), new("upper", "Upper", true), new("limit", "Limit", true), new("worst", "Between")],
                    [.. column.Measures.Select(m => (IReadOnlyList<ReportCell>)
                    [
                        m.IsAlarm ? ReportCell.Chip("alarm", ReportTone.Warning) : new("no alarm"), new(m.Name), ReportCell.Number(m.Value), ReportCell.Number(m.Lower), ReportCell.Number(m.Upper), ReportCell.Number(m.Limit), PageText.Data(string.Join(", ", m.Worst)),
                    ])]),
            };
            yield return new($"Groups of {Readable.Cut(column.Column)}")
            {
                Table = new(
                    [new("group", "Group"), new("rows", "Predictions", true), new("labels", "Labels", true), new("selected", "Predicted positive", true), new("truePositives", "Of positives", true), new("falsePositives", "Of negatives", true)],
                    [.. column.Groups.Take(MaxListed).Select(g => (IReadOnlyList<ReportCell>)
                    [
                        PageText.Data(g.Group), ReportCell.Count(g.Rows), ReportCell.Count(g.Labels), ReportCell.Share(g.Selected), ReportCell.Share(g.TruePositiveRate), ReportCell.Share(g.FalsePositiveRate),
                    ])]),
            };
        }
    }

    private static ReportSection? Soundness(PerformanceReport report) => report.Stability is not { } stability ? null : new("Numerical stability")
    {
        Facts =
        [
            ReportFact.Count("Predictions", stability.Rows), ReportFact.Count("Not a number", stability.NotANumber), ReportFact.Count("Infinite", stability.Infinite), ReportFact.Count("Outside of 0 to 1", stability.OutOfRange),
            ReportFact.Number("Difference on samples", stability.SampleDifference), ReportFact.Number("Change by a millionth", stability.Perturbation), new("Samples reproduced", stability.IsReproduced switch { true => "yes", false => "no", null => Readable.Nothing }),
        ],
    };
}

/// <summary>A metric over the windows of a page.</summary>
internal sealed record MetricSeries(string Metric, string? Segment, bool IsHigherBetter, IReadOnlyList<MetricMoment> Moments)
{
    /// <summary>Gets whether there is enough to draw.</summary>
    public bool IsDrawn { get; } = PageText.IsSeries(Moments.SelectMany(m => new[] { m.Point.Estimated, m.Point.Realized }.Where(v => v is not null && double.IsFinite(v.Value)).Take(1).Select(v => new FigurePoint(m.At, v!.Value))));

    /// <summary>Gets the window in which it was worst: an alarm, else furthest from the reference for its error; the latest of equals.</summary>
    public MetricMoment Worst { get; } = Moments.Reverse().OrderByDescending(m => m.Point.IsAlarm).ThenByDescending(m => m.Size).First();
}

/// <summary>A metric in one window.</summary>
internal sealed record MetricMoment(DateTimeOffset From, DateTimeOffset To, double Reference, PerformancePoint Point)
{
    public DateTimeOffset At => PageText.Middle(From, To);

    /// <summary>Gets how far the value that counts is from the reference, in the half width of its limits, or of its band where it has none; less than nothing when that is not known.</summary>
    public double Size
    {
        get
        {
            if (Point.Value is not { } value) return -1;
            var half = (Point.Upper - Point.Lower) / 2;
            var size = Math.Abs(value.Value - Reference) / (half > 0 ? half : 3 * value.Error);
            return double.IsNaN(size) ? -1 : size;
        }
    }

    public static MetricMoment Of(MonitorReport report, PerformanceSeries series, PerformancePoint point)
    {
        var (from, to) = PageText.Of(report, point.Chunk);
        return new(from, to, series.Reference, point);
    }
}
