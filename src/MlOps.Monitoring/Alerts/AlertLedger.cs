using System.Globalization;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>What is remembered of the alarms of a monitor.</summary>
/// <param name="Entries">The causes that are open, and those that were resolved within the cool-down.</param>
internal sealed record AlertState(IReadOnlyList<AlertEntry> Entries)
{
    public static readonly AlertState Empty = new([]);

    /// <summary>Gets the messages that sinks have not received yet, the oldest first.</summary>
    public IReadOnlyList<WaitingMessage> Waiting { get; init; } = [];
}

/// <summary>A cause that is remembered.</summary>
/// <param name="Alert">The alert.</param>
/// <param name="ToldAt">When somebody was told of it last; null when nobody was.</param>
/// <param name="ResolvedAt">When it was gone; null while it is open.</param>
internal sealed record AlertEntry(Alert Alert, DateTimeOffset? ToldAt, DateTimeOffset? ResolvedAt);

/// <summary>What a run changes, and whom it tells.</summary>
/// <param name="State">What is to be remembered.</param>
/// <param name="Raised">What is new, the gravest first.</param>
/// <param name="Resolved">What is gone.</param>
/// <param name="Results">What became of each cause.</param>
/// <param name="LeftOut">How many causes that are open there is no room for.</param>
internal sealed record AlertDecision(AlertState State, IReadOnlyList<Alert> Raised, IReadOnlyList<Alert> Resolved, IReadOnlyList<AlertResult> Results, int LeftOut);

/// <summary>Decides of which alarms of a run somebody is told. Pure.</summary>
internal static class AlertLedger
{
    /// <summary>How much is remembered of the causes of one monitor. Messages that wait stand beside it in a document, which may have a megabyte.</summary>
    private const int MaxBytes = 512 * 1024;

    public static AlertDecision Decide(AlertState state, AlertRound round, IReadOnlyList<Silence> silences, AlertOptions options, DateTimeOffset now)
    {
        var known = state.Entries.Where(e => e.ResolvedAt is not { } gone || now - gone < options.CoolDown).ToDictionary(e => e.Alert.Cause, StringComparer.Ordinal);
        var (causes, resolved, results) = (new List<Candidate>(), new List<Alert>(), new List<AlertResult>());
        foreach (var alarm in round.Alarms.Select(a => a.Shorten()).DistinctBy(a => a.Cause)) // the gravest of each cause stands first
        {
            known.Remove(alarm.Cause, out var entry);
            var isOpen = entry is { ResolvedAt: null };
            var alert = new Alert(round.Report.Monitor, alarm.Cause, alarm, isOpen ? entry!.Alert.Since : now, now);
            var why = Why(entry, alarm, silences.FirstOrDefault(s => s.Covers(round.Report.Monitor, alarm.Cause, now)), options, now, out var isTold);
            causes.Add(new(new(alert, isTold ? now : entry?.ToldAt, null), isOpen, isTold, why));
        }

        foreach (var entry in known.Values)
        {
            if (entry.ResolvedAt is not null || !round.Concerns(entry.Alert.Alarm)) causes.Add(new(entry, IsKnown: true, IsTold: false, null));
            else if (!round.CanTell(entry.Alert.Alarm)) causes.Add(new(entry, IsKnown: true, IsTold: false, "The check could not tell whether it is gone."));
            else
            {
                if (entry.ToldAt is not null && options.SendResolved) resolved.Add(entry.Alert);
                if (options.CoolDown > TimeSpan.Zero) causes.Add(new(entry with { ResolvedAt = now }, IsKnown: true, IsTold: false, null));
                results.Add(new(entry.Alert.Cause, AlertStatus.Resolved, "It was not found any more."));
            }
        }

        var (entries, raised, leftOut) = (new List<AlertEntry>(), new List<Alert>(), 0);
        foreach (var (cause, fits) in Fit(causes))
        {
            if (fits) entries.Add(cause.Entry);
            else if (cause.Entry.ResolvedAt is null) leftOut++;
            if (fits && cause.IsTold) raised.Add(cause.Entry.Alert);
            if (cause.Why is { } why) results.Add(new(cause.Entry.Alert.Cause, fits && cause.IsTold ? AlertStatus.Sent : AlertStatus.Suppressed, fits ? why : "More causes are open than are remembered, and others are graver or older."));
        }

        return new(new([.. entries.OrderBy(e => e.Alert.Cause, StringComparer.Ordinal)]), raised, resolved, results, leftOut);
    }

    // What is open comes before what is gone, the gravest first, and of one severity what was open before: so a flood does not tell of other causes in each run.
    private static IEnumerable<(Candidate Cause, bool Fits)> Fit(IEnumerable<Candidate> causes)
    {
        var bytes = 0;
        foreach (var cause in causes.OrderBy(c => c.Entry.ResolvedAt is not null).ThenByDescending(c => c.Entry.Alert.Alarm.Severity).ThenByDescending(c => c.IsKnown).ThenByDescending(c => c.Entry.ResolvedAt))
        {
            var size = JsonSerializer.SerializeToUtf8Bytes(cause.Entry, MlOpsJson.Options).Length + 1;
            var fits = bytes + size <= MaxBytes;
            if (fits) bytes += size;
            yield return (cause, fits);
        }
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

    /// <summary>A cause that is remembered if there is room.</summary>
    /// <param name="Entry">What is remembered.</param>
    /// <param name="IsKnown">Whether it was remembered before.</param>
    /// <param name="IsTold">Whether somebody is to be told.</param>
    /// <param name="Why">Why, or why not; null for what is not reported.</param>
    private sealed record Candidate(AlertEntry Entry, bool IsKnown, bool IsTold, string? Why);
}
