using System.Globalization;
using System.Xml.Linq;
using MlOps.Core;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace MlOps.DataValidation;

/// <summary>Draws histograms as SVG that takes its colours and its width from the page.</summary>
internal static class HistogramSvg
{
    private const double Width = 360;
    private const double Height = 150;
    private const double LabelWidth = 42; // texts are drawn in the font of the reader, which nobody here can measure
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    // Colours that nobody sees: each is replaced by a variable of the page.
    private static readonly OxyColor Ink = OxyColor.FromRgb(1, 1, 1);
    private static readonly OxyColor Grid = OxyColor.FromRgb(2, 2, 2);
    private static readonly OxyColor Bar = OxyColor.FromRgb(3, 3, 3);
    private static readonly OxyColor BeforeBar = OxyColor.FromRgb(4, 4, 4);
    private static readonly (string Colour, string Variable)[] Colours =
        [("rgb(1,1,1)", "currentColor"), ("rgb(2,2,2)", "var(--grid)"), ("rgb(3,3,3)", "var(--bar)"), ("rgb(4,4,4)", "var(--before)")];

    /// <summary>Draws a histogram.</summary>
    /// <returns>An svg element; nothing when there is no bin.</returns>
    public static string Draw(ReportChart chart)
    {
        if (chart.Bins.Count == 0 && chart.Before.Count == 0) return string.Empty;
        var compared = chart.Before.Count > 0;
        var model = new PlotModel
        {
            Culture = CultureInfo.InvariantCulture,
            DefaultFont = "sans-serif",
            DefaultFontSize = 11,
            TextColor = Ink,
            PlotAreaBorderColor = Ink,
            PlotAreaBorderThickness = new(0, 0, 0, 1),
            PlotMargins = new(LabelWidth, 6, 12, 20),
            Padding = new(0),
        };
        var scale = HistogramScale.Of(chart);
        model.Axes.Add(scale.Axis);
        model.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Left,
            TickStyle = TickStyle.None,
            Minimum = 0,
            MaximumPadding = 0.05,
            IntervalLength = 40,
            MajorGridlineStyle = LineStyle.Solid,
            MajorGridlineColor = Grid,
            LabelFormatter = compared ? Percent : Readable.Short,
        });
        if (compared) model.Series.Add(Bars(chart.Before, scale, BeforeBar));
        model.Series.Add(Bars(chart.Bins, scale, Bar));
        var drawn = XElement.Parse(new SvgExporter { Width = Width, Height = Height, IsDocument = false }.ExportToString(model));
        return Adapt(drawn, chart, scale).ToString(SaveOptions.DisableFormatting);
    }

    private static string Percent(double share) => (100 * share).ToString("0.##", CultureInfo.InvariantCulture) + "%";

    private static RectangleBarSeries Bars(IReadOnlyList<ReportBin> bins, HistogramScale scale, OxyColor colour)
    {
        var series = new RectangleBarSeries { FillColor = colour, StrokeThickness = 0 };
        foreach (var (low, high, height) in bins)
        {
            var gap = (scale.At(high) - scale.At(low)) * 0.04;
            series.Items.Add(new(scale.At(low) + gap, 0, scale.At(high) - gap, height));
        }

        return series;
    }

    private static XElement Adapt(XElement drawn, ReportChart chart, HistogramScale scale)
    {
        drawn.Descendants(Svg + "defs").Remove();
        drawn.Descendants().Attributes("clip-path").Remove();
        drawn.Descendants().Attributes("font-family").Remove();
        drawn.Descendants().Attributes("font-weight").Remove();
        drawn.Descendants(Svg + "polyline").Where(p => p.Attribute("style")?.Value.Contains("stroke-width:0", StringComparison.Ordinal) == true).Remove();
        foreach (var attribute in drawn.Descendants().Attributes().Where(a => a.Name.LocalName is "style" or "fill"))
        {
            foreach (var (colour, variable) in Colours) attribute.Value = attribute.Value.Replace(colour, variable, StringComparison.Ordinal);
            if (chart.Before.Count > 0) attribute.Value = attribute.Value.Replace("fill:var(--bar)", "fill:var(--bar);fill-opacity:.7", StringComparison.Ordinal);
        }

        Name(drawn, chart, scale);
        var size = FormattableString.Invariant($"0 0 {Width} {Height}");
        return new("svg", new XAttribute("viewBox", size), new XAttribute("role", "img"), new XElement("title", chart.Title), drawn.Elements().Select(Plain));
    }

    // Each bar says what it is when the pointer rests on it.
    private static void Name(XElement drawn, ReportChart chart, HistogramScale scale)
    {
        var (bars, bins) = (drawn.Descendants(Svg + "rect").ToArray(), chart.Before.Concat(chart.Bins).ToArray());
        if (bars.Length != bins.Length) return;
        for (var i = 0; i < bars.Length; i++)
        {
            var height = chart.Before.Count > 0 ? Readable.Share(bins[i].Height) : Readable.Number(bins[i].Height);
            var when = chart.Before.Count == 0 ? string.Empty : i < chart.Before.Count ? "before, " : "after, ";
            bars[i].Add(new XElement(Svg + "title", $"{when}{scale.Name(bins[i].Low)} to {scale.Name(bins[i].High)}: {height}"));
        }
    }

    // Inside of HTML, svg needs no namespace.
    private static XElement Plain(XElement element) => new(element.Name.LocalName, element.Attributes().Where(a => !a.IsNamespaceDeclaration), element.Nodes().Select(n => n is XElement child ? Plain(child) : n));
}
