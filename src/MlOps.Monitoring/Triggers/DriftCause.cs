namespace MlOps.Monitoring;

/// <summary>What a pipeline is started for: the drifted columns, and the label with its direction, of one version of a model.</summary>
/// <remarks>A label that fell and then rose is two causes: what was learned after the one does not answer the other.</remarks>
internal sealed record DriftCause(string Model, int Version, string What)
{
    public DriftCause(DriftReport report)
        : this(report.Model, report.Version, string.Join(", ", report.Drifted.Select(name => name == report.Label?.Label && report.Label.IsDrifted ? $"{name} ({Direction(report.Label)})" : name)))
    {
    }

    public override string ToString() => FormattableString.Invariant($"{What} of version {Version}");

    private static string Direction(LabelDrift label) => label.Current > label.Reference ? "up" : "down";
}
