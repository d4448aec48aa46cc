using System.Globalization;

namespace MlOps.Monitoring;

/// <summary>What is remembered of the alarms of a monitor.</summary>
/// <param name="LastRun">When the monitor ran last.</param>
/// <param name="Entries">The causes that are open, and those that were resolved within the cool-down.</param>
internal sealed record AlertState(DateTimeOffset? LastRun, IReadOnlyList<AlertEntry> Entries)
{
    public static readonly AlertState Empty = new(null, []);

    /// <summary>Gets the messages that sinks have not received yet, the oldest first.</summary>
    public IReadOnlyList<WaitingMessage> Waiting { get; init; } = [];
}

/// <summary>A cause that is remembered.</summary>
/// <param name="Alert">The alert.</param>
/// <param name="ToldAt">When somebody was told of it last; null when nobody was.</param>
/// <param name="ResolvedAt">When it was gone; null while it is open.</param>
internal sealed record AlertEntry(Alert Alert, DateTimeOffset? ToldAt, DateTimeOffset? ResolvedAt);

/// <summary>What a run changes, and whom it tells.</summary>
internal sealed record AlertDecision(AlertState State, IReadOnlyList<Alert> Raised, IReadOnlyList<Alert> Resolved, IReadOnlyList<AlertResult> Results);

/// <summary>Decides of which alarms of a run somebody is told. Pure.</summary>
internal static class AlertLedger
{
    public static AlertDecision Decide(AlertState state, MonitorReport report, IReadOnlyList<Silence> silences, AlertOptions options, DateTimeOffset now)
    {
        var known = state.Entries.Where(e => e.ResolvedAt is not { } gone || now - gone < options.CoolDown).ToDictionary(e => e.Alert.Cause, StringComparer.Ordinal);
        var (entries, raised, resolved, results) = (new List<AlertEntry>(), new List<Alert>(), new List<Alert>(), new List<AlertResult>());
        foreach (var alarm in report.Alarms.DistinctBy(a => a.Cause)) // the gravest of each cause stands first
        {
            known.Remove(alarm.Cause, out var entry);
            var isOpen = entry is { ResolvedAt: null };
            var alert = new Alert(report.Monitor, alarm.Cause, alarm, isOpen ? entry!.Alert.Since : now, now);
            var why = Why(entry, alarm, silences.FirstOrDefault(s => s.Covers(report.Monitor, alarm.Cause, now)), options, now, out var isTold);
            if (isTold) raised.Add(alert);
            entries.Add(new(alert, isTold ? now : entry?.ToldAt, null));
            results.Add(new(alarm.Cause, isTold ? AlertStatus.Sent : AlertStatus.Suppressed, why));
        }

        foreach (var entry in known.Values)
        {
            if (entry.ResolvedAt is not null) entries.Add(entry);
            else if (!CanTell(report, entry.Alert.Alarm.Check))
            {
                entries.Add(entry);
                results.Add(new(entry.Alert.Cause, AlertStatus.Suppressed, "The check could not tell whether it is gone."));
            }
            else
            {
                if (entry.ToldAt is not null && options.SendResolved) resolved.Add(entry.Alert);
                if (options.CoolDown > TimeSpan.Zero) entries.Add(entry with { ResolvedAt = now });
                results.Add(new(entry.Alert.Cause, AlertStatus.Resolved, "It was not found any more."));
            }
        }

        return new(new(now, [.. entries.OrderBy(e => e.Alert.Cause, StringComparer.Ordinal)]), raised, resolved, results);
    }

    private static string Why(AlertEntry? entry, Alarm alarm, Silence? silence, AlertOptions options, DateTimeOffset now, out bool isTold)
    {
        isTold = false;
        if (silence is not null) return string.Create(CultureInfo.InvariantCulture, $"Silenced by {silence.By} until {silence.Until:u}: {silence.Why}");
        if (entry is { ResolvedAt: { } gone, ToldAt: not null } && alarm.Severity <= entry.Alert.Alarm.Severity)
            return string.Create(CultureInfo.InvariantCulture, $"It came back within the cool-down: it was resolved at {gone:u}.");
        if (entry is { ResolvedAt: null, ToldAt: { } told } && alarm.Severity <= entry.Alert.Alarm.Severity && !(options.RepeatAfter is { } repeat && now - told >= repeat))
            return string.Create(CultureInfo.InvariantCulture, $"It is open since {entry.Alert.Since:u} and was told of at {told:u}.");
        isTold = true;
        return entry switch
        {
            null => "It is new.",
            { ToldAt: null } => "Nobody was told of it yet.",
            _ when alarm.Severity > entry.Alert.Alarm.Severity => $"It is {alarm.Severity} now.",
            _ => string.Create(CultureInfo.InvariantCulture, $"It is open since {entry.Alert.Since:u}."),
        };
    }

    // A check that failed or had nothing to look at does not say that all is well.
    private static bool CanTell(MonitorReport report, string check) => report.Rows + report.FailedRows > 0 && report.Sections.Any(s => s.Check == check && s is not FailedSection);
}
