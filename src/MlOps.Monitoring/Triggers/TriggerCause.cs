namespace MlOps.Monitoring;

/// <summary>What a pipeline is started for.</summary>
/// <param name="Trigger">The kind, for the record of the run: drift, performance, alarm, labels, data, schedule.</param>
/// <param name="What">What happened, for people: drift in x.</param>
/// <param name="Causes">What tells it from other causes of the kind; none when it may come again.</param>
internal sealed record TriggerCause(string Trigger, string What, IReadOnlyList<string> Causes)
{
    /// <summary>Gets the fingerprint of the dataset that is new; null for another cause.</summary>
    public string? Dataset { get; init; }

    /// <summary>Makes a cause of alarms.</summary>
    /// <returns>The cause; null when there is no alarm.</returns>
    public static TriggerCause? Of(string trigger, string what, IEnumerable<Alarm> alarms)
    {
        var all = alarms.DistinctBy(a => a.Cause).ToList();
        return all.Count == 0 ? null : new(trigger, $"{what} in {string.Join(", ", all.Select(Name))}", [.. all.Select(a => a.Cause)]);
    }

    private static string Name(Alarm alarm) =>
        string.Concat(alarm.Subject, alarm.Segment is null ? null : $" of {alarm.Segment}", alarm.Direction is null ? null : $" ({alarm.Direction})");
}
