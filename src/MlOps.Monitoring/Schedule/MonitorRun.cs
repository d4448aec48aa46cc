namespace MlOps.Monitoring;

/// <summary>A run of a monitor.</summary>
/// <param name="Monitor">The monitor.</param>
/// <param name="From">The first moment of its window.</param>
/// <param name="To">The moment after the last.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="Duration">How long it took, the pipelines that it started included.</param>
/// <param name="Version">The version that was watched; null when the run failed.</param>
/// <param name="Rows">The predictions that succeeded.</param>
/// <param name="Alarms">How many alarms it found.</param>
/// <param name="Triggers">What it did with each pipeline, a sentence each.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
public sealed record MonitorRun(
    string Monitor, DateTimeOffset From, DateTimeOffset To, DateTimeOffset StartedAt, TimeSpan Duration, int? Version, long Rows, int Alarms, IReadOnlyList<string> Triggers, string? Error);
