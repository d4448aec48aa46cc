namespace MlOps.Monitoring;

/// <summary>What a pipeline is started for: the drifted columns, and the label with its direction, of one version of a model.</summary>
/// <remarks>A label that fell and then rose is two causes: what was learned after the one does not answer the other.</remarks>
internal sealed record DriftCause(string Model, int Version, string What)
{
    public DriftCause(MonitorReport report)
        : this(report.Model, report.Version, string.Join(", ", report.Alarms.Where(a => a.Kind == AlarmKind.Drift).Select(a => a.Direction is null ? a.Subject : $"{a.Subject} ({a.Direction})")))
    {
    }

    public override string ToString() => FormattableString.Invariant($"{What} of version {Version}");
}
