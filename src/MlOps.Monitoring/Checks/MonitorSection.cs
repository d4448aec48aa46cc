namespace MlOps.Monitoring;

/// <summary>What a check found. A check derives its own, with the figures that its pictures are drawn from.</summary>
/// <param name="Check">The name of the check.</param>
public abstract record MonitorSection(string Check)
{
    /// <summary>Gets the result in a sentence.</summary>
    public string Summary { get; init; } = string.Empty;

    /// <summary>Gets what is wrong, the gravest first.</summary>
    public IReadOnlyList<Alarm> Alarms { get; init; } = [];
}

/// <summary>A check that could not do its work.</summary>
/// <param name="Check">The name of the check.</param>
/// <param name="Error">Why.</param>
public sealed record FailedSection(string Check, string Error) : MonitorSection(Check);
