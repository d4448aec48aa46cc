using System.Globalization;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Times and figures as a page of a monitor writes them.</summary>
internal static class PageText
{
    private const int MaxPoints = 8;

    /// <summary>The room of a small probability.</summary>
    public static string Chance(double value) => value switch
    {
        double.NaN => Readable.Nothing,
        < 1e-15 => "< 1e-15",
        < 0.001 => value.ToString("0.#e-0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };

    /// <summary>A window; of a day, the day.</summary>
    public static string Window(DateTimeOffset from, DateTimeOffset to) => to - from == TimeSpan.FromDays(1) && from.UtcDateTime.TimeOfDay == TimeSpan.Zero ? TimeText.Point(from.UtcDateTime) : $"{TimeText.Point(from.UtcDateTime)} to {TimeText.Point(to.UtcDateTime)}";

    public static string Time(TimeSpan? span) => span is { } time ? TimeText.Span(time.Ticks) : Readable.Nothing;

    /// <summary>Where a chunk stands on an axis of time.</summary>
    public static DateTimeOffset Middle(DateTimeOffset from, DateTimeOffset to) => from + ((to - from) / 2);

    /// <summary>Where the chunk of a number stands; the window itself when it has no such chunk.</summary>
    public static (DateTimeOffset From, DateTimeOffset To) Of(MonitorReport report, int chunk) =>
        chunk >= 0 && chunk < report.Chunks.Count ? (report.Chunks[chunk].From, report.Chunks[chunk].To) : (report.From, report.To);

    public static DateTimeOffset Middle(MonitorReport report, int chunk)
    {
        var (from, to) = Of(report, chunk);
        return Middle(from, to);
    }

    public static string Window(MonitorReport report, int chunk)
    {
        var (from, to) = Of(report, chunk);
        return Window(from, to);
    }

    public static ReportCell Data(string? text) => string.IsNullOrEmpty(text) ? new(Readable.Nothing) : ReportCell.Data(Readable.Cut(text));

    public static ReportCell Probability(double value) => new(Chance(value)) { Value = value };

    /// <summary>A picture of a few points says no more than a table.</summary>
    public static bool IsSeries(IEnumerable<FigurePoint> points) => points.Count(p => double.IsFinite(p.Value)) > 1;

    /// <summary>Lists a few of many.</summary>
    public static string Some(IEnumerable<string> names)
    {
        var all = names.ToArray();
        return string.Join(", ", all.Take(MaxPoints)) + (all.Length > MaxPoints ? $" and {Readable.Count(all.Length - MaxPoints)} more" : string.Empty);
    }
}
