using System.Globalization;
using System.Text;

namespace MlOps.Core;

/// <summary>The frame of a picture: where a value stands on it, its grid and its labels. Colours are variables of the page, the width is that of the page.</summary>
/// <remarks>Texts are drawn in the font of the reader, which nobody here can measure, so there is room for a dozen characters beside the axis. All arithmetic is that of doubles: the same values give the same bytes.</remarks>
internal sealed class PlotFrame
{
    private const double Width = 360;
    private const double Height = 150;
    private const double Left = 44;
    private const double Right = 348;
    private const double Top = 8;
    private const double Bottom = 128;
    private const double Largest = 1e300; // differences of larger numbers are infinite
    private readonly StringBuilder _svg = new();
    private readonly double _low;
    private readonly double _high;

    /// <summary>Begins a picture.</summary>
    /// <param name="title">What it shows, for those who cannot see it.</param>
    /// <param name="values">The values that it has to have room for; those that are not finite do not count.</param>
    /// <param name="label">Writes a value beside the axis.</param>
    /// <param name="startsAtZero">Whether the axis begins at zero, as that of bars has to.</param>
    public PlotFrame(string title, IEnumerable<double> values, Func<double, string> label, bool startsAtZero = false)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values.Where(double.IsFinite).Select(Clip)) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        if (startsAtZero) (low, high) = (Math.Min(0, low), Math.Max(0, high));
        IsEmpty = low > high;
        if (IsEmpty) return;
        if (low == high) (low, high) = startsAtZero ? (0, 1) : (low - Around(low), low + Around(low));
        var step = StepOf(high - low);
        (_low, _high) = (Math.Floor(low / step) * step, Math.Ceiling(high / step) * step);
        _svg.Append(CultureInfo.InvariantCulture, $"""<svg viewBox="0 0 {Width} {Height}" role="img"><title>{HtmlWriter.Text(title)}</title>""");
        for (var i = 0; _low + (i * step) <= _high + (step / 2); i++)
        {
            var value = _low + (i * step);
            if (Math.Abs(value) < step / 1000) value = 0;
            Line(Left, Y(value), Right, Y(value), i == 0 ? "stroke:currentColor" : "stroke:var(--grid)");
            Text(Left - 5, Y(value) + 3.5, label(value), "end");
        }
    }

    /// <summary>Gets whether there is nothing to draw.</summary>
    public bool IsEmpty { get; }

    /// <summary>Gives the place of a value.</summary>
    public double Y(double value) => Bottom - ((Math.Clamp(Clip(value), _low, _high) - _low) / (_high - _low) * (Bottom - Top));

    /// <summary>Gives the place of a share of the width, from 0 to 1.</summary>
    public static double X(double share) => Left + (share * (Right - Left));

    public void Line(double x1, double y1, double x2, double y2, string style) =>
        _svg.Append(CultureInfo.InvariantCulture, $"""<line x1="{x1:0.##}" y1="{y1:0.##}" x2="{x2:0.##}" y2="{y2:0.##}" style="{style}"/>""");

    public void Path(IReadOnlyList<(double X, double Y)> points, string style, bool isClosed = false)
    {
        _svg.Append("<path d=\"");
        for (var i = 0; i < points.Count; i++) _svg.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? 'M' : 'L')}{points[i].X:0.##} {points[i].Y:0.##}");
        _svg.Append(isClosed ? "Z" : string.Empty).Append("\" style=\"").Append(style).Append("\"/>");
    }

    /// <summary>Draws a point that says what it is when the pointer rests on it.</summary>
    public void Dot(double x, double y, double radius, string style, string says) =>
        _svg.Append(CultureInfo.InvariantCulture, $"""<circle cx="{x:0.##}" cy="{y:0.##}" r="{radius:0.##}" style="{style}"><title>{HtmlWriter.Text(says)}</title></circle>""");

    /// <summary>Draws a bar from the axis up that says what it is when the pointer rests on it.</summary>
    public void Bar(double x, double width, double value, string style, string says)
    {
        var (y, zero) = (Y(value), Y(0));
        _svg.Append(CultureInfo.InvariantCulture, $"""<rect x="{x:0.##}" y="{Math.Min(y, zero):0.##}" width="{width:0.##}" height="{Math.Abs(zero - y):0.##}" style="{style}"><title>{HtmlWriter.Text(says)}</title></rect>""");
    }

    /// <summary>Writes under the axis.</summary>
    public void Below(double x, string text, string anchor = "middle") => Text(x, Bottom + 15, text, anchor);

    public override string ToString() => IsEmpty ? string.Empty : $"{_svg}</svg>";

    private static double Clip(double value) => Math.Clamp(value, -Largest, Largest);

    private static double Around(double value) => value == 0 ? 1 : Math.Abs(value) * 0.1;

    // Two to four steps, each a round number.
    private static double StepOf(double range)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(range / 4)));
        return new[] { 1, 2, 2.5, 5 }.Select(m => m * unit).FirstOrDefault(s => range / s <= 4, 10 * unit);
    }

    private void Text(double x, double y, string text, string anchor) =>
        _svg.Append(CultureInfo.InvariantCulture, $"""<text x="{x:0.##}" y="{y:0.##}" text-anchor="{anchor}" style="fill:currentColor;font-size:11px">{HtmlWriter.Text(text)}</text>""");
}
