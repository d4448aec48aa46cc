using System.Globalization;

namespace MlOps.Core;

/// <summary>Values over time: lines with bands, limits, and marks where something is wrong.</summary>
/// <param name="Title">What it shows, for those who cannot see it.</param>
/// <param name="Lines">The lines, the one in front last.</param>
internal sealed record LineFigure(string Title, IReadOnlyList<FigureLine> Lines) : ReportFigure(Title)
{
    /// <summary>The points of a line that are drawn; a screen shows no more.</summary>
    private const int MaxPoints = 300;

    /// <summary>The points of a line up to which each has a dot.</summary>
    private const int MaxDots = 70;

    /// <summary>Gets whether the values are shares, which are written in percent.</summary>
    public bool IsShare { get; init; }

    public override IReadOnlyList<ReportKey> Keys => [.. Lines.Where(HasPoints).Select(l => new ReportKey(l.Name, l.Colour)), .. Lines.Any(l => l.Points.Any(p => p.IsAlarm)) ? [new ReportKey("alarm", "bad")] : Array.Empty<ReportKey>()];

    public override string Draw()
    {
        var lines = Lines.Where(HasPoints).ToArray();
        var frame = new PlotFrame(Title, lines.SelectMany(l => l.Points).SelectMany(p => new[] { p.Value, p.Lower, p.Upper }), IsShare ? Percent : Readable.Short, startsAtZero: IsShare);
        if (frame.IsEmpty) return string.Empty;
        DateTimeOffset[] times = [.. lines.SelectMany(l => l.Points).Select(p => p.At).Distinct().Order()];
        var (first, span) = (times[0], times[^1] - times[0]);
        double At(FigurePoint point) => PlotFrame.X(span == TimeSpan.Zero ? 0.5 : (point.At - first) / span);
        foreach (var line in lines) Draw(frame, line with { Points = Thinned(line.Points) }, At);
        Label(frame, times);
        return frame.ToString();
    }

    private static bool HasPoints(FigureLine line) => line.Points.Any(p => double.IsFinite(p.Value));

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.##}%");

    // What is wrong is kept.
    private static IReadOnlyList<FigurePoint> Thinned(IReadOnlyList<FigurePoint> points)
    {
        if (points.Count <= MaxPoints) return points;
        var every = (points.Count + MaxPoints - 1) / MaxPoints;
        return [.. points.Where((p, i) => p.IsAlarm || i % every == 0 || i == points.Count - 1)];
    }

    private void Draw(PlotFrame frame, FigureLine line, Func<FigurePoint, double> at)
    {
        var colour = $"var(--{line.Colour})";
        foreach (var part in Unbroken(line.Points))
        {
            var band = part.Where(p => double.IsFinite(p.Lower) && double.IsFinite(p.Upper)).ToArray();
            if (band.Length > 1)
                frame.Path([.. band.Select(p => (at(p), frame.Y(p.Upper))), .. band.Reverse().Select(p => (at(p), frame.Y(p.Lower)))], $"fill:{colour};fill-opacity:.2", isClosed: true);
            else if (band.Length == 1)
                frame.Line(at(band[0]), frame.Y(band[0].Lower), at(band[0]), frame.Y(band[0].Upper), $"stroke:{colour};stroke-opacity:.4;stroke-width:3");
            if (part.Count > 1) frame.Path([.. part.Select(p => (at(p), frame.Y(p.Value)))], $"fill:none;stroke:{colour};stroke-width:1.5{(line.IsDashed ? ";stroke-dasharray:4 3" : string.Empty)}");
            else if (line.IsLimit) frame.Line(at(part[0]) - 8, frame.Y(part[0].Value), at(part[0]) + 8, frame.Y(part[0].Value), $"stroke:{colour};stroke-width:1.5");
        }

        if (line.IsLimit) return;
        var known = line.Points.Where(p => double.IsFinite(p.Value)).ToArray();
        foreach (var point in known.Where(p => p.IsAlarm || known.Length <= MaxDots))
            frame.Dot(at(point), frame.Y(point.Value), point.IsAlarm ? 3.5 : 2, point.IsAlarm ? "fill:var(--bad)" : $"fill:{colour}", $"{TimeText.Point(point.At.UtcDateTime)}, {line.Name}: {(IsShare ? Readable.Share(point.Value) : Readable.Number(point.Value))}{(point.IsAlarm ? ", alarm" : string.Empty)}");
    }

    private static IEnumerable<IReadOnlyList<FigurePoint>> Unbroken(IReadOnlyList<FigurePoint> points)
    {
        var part = new List<FigurePoint>();
        foreach (var point in points)
        {
            if (double.IsFinite(point.Value))
            {
                part.Add(point);
            }
            else if (part.Count > 0)
            {
                yield return part;
                part = [];
            }
        }

        if (part.Count > 0) yield return part;
    }

    private static void Label(PlotFrame frame, DateTimeOffset[] times)
    {
        var span = times[^1] - times[0];
        var format = span.TotalDays switch { > 120 => "yyyy-MM", > 3 => "MM-dd", > 0.01 => "MM-dd HH:mm", _ => "HH:mm:ss" };
        string Name(DateTimeOffset time) => time.UtcDateTime.ToString(span == TimeSpan.Zero ? "yyyy-MM-dd HH:mm" : format, CultureInfo.InvariantCulture);
        if (span == TimeSpan.Zero)
        {
            frame.Below(PlotFrame.X(0.5), Name(times[0]));
            return;
        }

        frame.Below(PlotFrame.X(0), Name(times[0]), "start");
        if (span.TotalDays > 3) frame.Below(PlotFrame.X(0.5), Name(times[0] + (span / 2)));
        frame.Below(PlotFrame.X(1), Name(times[^1]), "end");
    }
}

/// <summary>A line of a picture.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="Colour">The variable of the page that holds its colour.</param>
/// <param name="Points">Its points in order of time. A value that is not finite is a gap.</param>
internal sealed record FigureLine(string Name, string Colour, IReadOnlyList<FigurePoint> Points)
{
    /// <summary>Gets whether it is dashed.</summary>
    public bool IsDashed { get; init; }

    /// <summary>Gets whether it is a limit or a reference, whose points say nothing by themselves.</summary>
    public bool IsLimit { get; init; }
}

/// <summary>A point of a line.</summary>
/// <param name="At">When.</param>
/// <param name="Value">The value.</param>
internal readonly record struct FigurePoint(DateTimeOffset At, double Value)
{
    /// <summary>Gets the lower end of its band; NaN for none.</summary>
    public double Lower { get; init; } = double.NaN;

    /// <summary>Gets the upper end of its band; NaN for none.</summary>
    public double Upper { get; init; } = double.NaN;

    /// <summary>Gets whether something is wrong with it.</summary>
    public bool IsAlarm { get; init; }
}
