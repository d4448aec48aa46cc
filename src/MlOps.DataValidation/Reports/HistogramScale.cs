using MlOps.Core;
using OxyPlot.Axes;

namespace MlOps.DataValidation;

/// <summary>Where the values of a histogram stand on its axis, and what they are called.</summary>
/// <param name="Axis">The axis.</param>
/// <param name="At">Where a value stands.</param>
/// <param name="Name">What a value is called.</param>
internal sealed record HistogramScale(Axis Axis, Func<double, double> At, Func<double, string> Name)
{
    private static readonly double FirstTick = DateTime.MinValue.Ticks - DateTime.UnixEpoch.Ticks;
    private static readonly double LastTick = DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks;

    public static HistogramScale Of(ReportChart chart)
    {
        var bins = chart.Before.Concat(chart.Bins).ToArray();
        var (low, high) = (bins.Min(b => b.Low), bins.Max(b => b.High));
        return chart.Axis switch
        {
            ReportAxis.Times => Times(high - low),
            ReportAxis.Spans => Spans(Math.Max(Math.Abs(low), Math.Abs(high))),
            _ => new(Bottom(new LinearAxis { LabelFormatter = Readable.Short }), static v => v, Readable.Number),
        };
    }

    private static HistogramScale Times(double ticks)
    {
        var format = (ticks / TimeSpan.TicksPerDay) switch
        {
            > 2000 => "yyyy",
            > 120 => "yyyy-MM",
            > 3 => "MM-dd",
            > 0.01 => "HH:mm",
            _ => "HH:mm:ss",
        };
        return new(Bottom(new DateTimeAxis { StringFormat = format }), static t => DateTimeAxis.ToDouble(Time(t)), static t => TimeText.Point(Time(t)));
    }

    private static HistogramScale Spans(double longest)
    {
        var (unit, name) = longest switch
        {
            >= 2 * TimeSpan.TicksPerDay => (TimeSpan.TicksPerDay, "d"),
            >= 2 * TimeSpan.TicksPerHour => (TimeSpan.TicksPerHour, "h"),
            >= 2 * TimeSpan.TicksPerMinute => (TimeSpan.TicksPerMinute, "min"),
            _ => (TimeSpan.TicksPerSecond, "s"),
        };
        return new(Bottom(new LinearAxis { LabelFormatter = v => $"{Readable.Short(v)} {name}" }), t => t / unit, TimeText.Span);
    }

    private static Axis Bottom(Axis axis)
    {
        (axis.Position, axis.TickStyle, axis.MinimumPadding, axis.MaximumPadding, axis.IntervalLength) = (AxisPosition.Bottom, TickStyle.None, 0, 0, 70);
        return axis;
    }

    private static DateTime Time(double ticks) => ticks >= LastTick ? DateTime.MaxValue : ticks <= FirstTick ? DateTime.MinValue : DateTime.UnixEpoch.AddTicks((long)ticks);
}
