using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>A histogram, or two over one another.</summary>
/// <param name="Title">What it shows, for those who cannot see it.</param>
/// <param name="Bins">The bins.</param>
internal sealed record ReportChart(string Title, IReadOnlyList<ReportBin> Bins) : ReportFigure(Title)
{
    private static readonly ReportKey[] Compared = [new("before", "before"), new("after")];

    /// <summary>The bins of the older data, when two are compared.</summary>
    public IReadOnlyList<ReportBin> Before { get; init; } = [];

    /// <summary>What the numbers on the axis mean.</summary>
    public ReportAxis Axis { get; init; }

    public override IReadOnlyList<ReportKey> Keys => Before.Count > 0 ? Compared : [];

    public override string Draw() => HistogramSvg.Draw(this);
}

/// <summary>What the numbers on an axis mean.</summary>
internal enum ReportAxis
{
    /// <summary>Themselves.</summary>
    Numbers,

    /// <summary>Ticks since 1970.</summary>
    Times,

    /// <summary>Ticks.</summary>
    Spans,
}

/// <summary>A bin of a histogram.</summary>
/// <param name="Low">Where it begins.</param>
/// <param name="High">Where it ends.</param>
/// <param name="Height">How high it is: a count, or a share when two histograms are compared.</param>
internal readonly record struct ReportBin(double Low, double High, double Height);
