namespace MlOps.Core;

/// <summary>Two distributions side by side, in the same bins.</summary>
/// <param name="Title">What it shows, for those who cannot see it.</param>
/// <param name="Bins">The bins in their order.</param>
internal sealed record PairFigure(string Title, IReadOnlyList<PairBin> Bins) : ReportFigure(Title)
{
    private const int MaxNamed = 6;
    private const int NameLength = 8;
    private const int HalfLength = 22;
    private static readonly ReportKey[] Both = [new("reference", "before"), new("current")];

    public override IReadOnlyList<ReportKey> Keys => Bins.Count > 0 ? Both : [];

    public override string Draw()
    {
        var frame = new PlotFrame(Title, Bins.SelectMany(b => new[] { b.Reference, b.Current }), static share => FormattableString.Invariant($"{100 * share:0.##}%"), startsAtZero: true);
        if (Bins.Count == 0 || frame.IsEmpty) return string.Empty;
        var width = PlotFrame.X(1.0 / Bins.Count) - PlotFrame.X(0);
        var isNamed = Bins.Count <= MaxNamed && Bins.All(b => b.Name.Length <= NameLength);
        for (var i = 0; i < Bins.Count; i++)
        {
            var (bin, x) = (Bins[i], PlotFrame.X((double)i / Bins.Count));
            if (double.IsFinite(bin.Reference)) frame.Bar(x + (width * 0.08), width * 0.42, bin.Reference, "fill:var(--before)", $"{bin.Name}, reference: {Readable.Share(bin.Reference)}");
            if (double.IsFinite(bin.Current)) frame.Bar(x + (width * 0.5), width * 0.42, bin.Current, "fill:var(--bar)", $"{bin.Name}, current: {Readable.Share(bin.Current)}");
            if (isNamed) frame.Below(x + (width / 2), bin.Name);
        }

        if (!isNamed) frame.Below(PlotFrame.X(0), Readable.Cut(Bins[0].Name, HalfLength), "start");
        if (!isNamed && Bins.Count > 1) frame.Below(PlotFrame.X(1), Readable.Cut(Bins[^1].Name, HalfLength), "end");

        return frame.ToString();
    }
}

/// <summary>A bin of two distributions.</summary>
/// <param name="Name">What is in it.</param>
/// <param name="Reference">Its share in the reference.</param>
/// <param name="Current">Its share now.</param>
internal readonly record struct PairBin(string Name, double Reference, double Current);
