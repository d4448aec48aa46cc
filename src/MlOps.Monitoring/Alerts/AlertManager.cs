using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Remembers what is open, and gives what is new to the sinks.</summary>
internal sealed class AlertManager(
    MonitorMemories memories,
    AlertOutbox outbox,
    IEnumerable<AlertSinkDefinition> sinks,
    AlertQueue queue,
    IOptions<AlertOptions> options,
    IServiceProvider services,
    MonitoringMetrics metrics,
    TimeProvider time,
    ILogger<AlertManager> logger)
    : IAlerts
{
    /// <summary>What the keys of all that is remembered of the alarms of a monitor begin with.</summary>
    public const string StatePrefix = "alerts/state/";

    private const string SilencesKey = "alerts/silences";

    /// <summary>Gives the key of what is remembered of the alarms of a monitor.</summary>
    public static string KeyOf(string monitor) => MonitorMemories.KeyOf(StatePrefix, monitor);

    /// <summary>Tells of what is new in a report. Of two hosts that run a monitor at once, the one that stores its decision first tells.</summary>
    /// <returns>What became of each cause; none when the store cannot be reached, which is logged: a monitor goes on without it.</returns>
    public Task<IReadOnlyList<AlertResult>> ProcessAsync(MonitorReport report, CancellationToken cancellationToken) => ProcessAsync(AlertRound.OfChecks(report), cancellationToken);

    /// <summary>Tells of pipelines that do not help and of candidates that were refused.</summary>
    /// <returns>As above.</returns>
    public Task<IReadOnlyList<AlertResult>> ProcessAsync(MonitorReport report, IReadOnlyList<TriggerResult> triggers, CancellationToken cancellationToken) => ProcessAsync(AlertRound.OfTriggers(report, triggers), cancellationToken);

    private async Task<IReadOnlyList<AlertResult>> ProcessAsync(AlertRound round, CancellationToken cancellationToken)
    {
        var report = round.Report;
        try
        {
            var silences = await memories.ReadAsync<IReadOnlyList<Silence>>(SilencesKey, cancellationToken).ConfigureAwait(false) ?? [];
            AlertDecision? decision = null;
            IReadOnlyList<(AlertSinkDefinition Sink, AlertMessage Message)> messages = [];
            await memories.ChangeAsync<AlertState>(
                KeyOf(report.Monitor),
                state =>
                {
                    var now = time.GetUtcNow();
                    decision = AlertLedger.Decide(state ?? AlertState.Empty, round, silences, options.Value, now);
                    messages = Write(report, decision, now);
                    if (decision.Results.Count == 0 && decision.State.Entries.Count == (state?.Entries.Count ?? 0)) return null;
                    return decision.State with { Waiting = outbox.Add(state?.Waiting ?? [], messages.Select(m => (m.Sink.Name, m.Message))) };
                },
                cancellationToken).ConfigureAwait(false);
            Measure(round, decision!);
            if (decision!.LeftOut > 0) logger.AlertsLeftOut(report.Monitor, decision.LeftOut);
            foreach (var (sink, message) in messages) queue.Add(sink, message);
            return decision!.Results;
        }
        catch (Exception e) when (e is MlOpsException or IOException or UnauthorizedAccessException)
        {
            logger.AlertsNotKept(e, report.Monitor);
            return [];
        }
    }

    public async Task<IReadOnlyList<Alert>> ListOpenAsync(string? monitor = null, CancellationToken cancellationToken = default) =>
    [
        .. (await memories.ListAsync<AlertState>(StatePrefix, cancellationToken).ConfigureAwait(false))
            .SelectMany(s => s.Value.Entries.Where(e => e.ResolvedAt is null).Select(e => e.Alert))
            .Where(a => monitor is null || a.Monitor == monitor)
            .OrderBy(a => a.Monitor, StringComparer.Ordinal).ThenByDescending(a => a.Alarm.Severity).ThenBy(a => a.Cause, StringComparer.Ordinal),
    ];

    public async Task<IReadOnlyList<Silence>> ListSilencesAsync(CancellationToken cancellationToken = default) =>
        Current(await memories.ReadAsync<IReadOnlyList<Silence>>(SilencesKey, cancellationToken).ConfigureAwait(false));

    public async Task<Silence> SilenceAsync(string monitor, string cause, TimeSpan duration, string by, string why, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(monitor);
        ArgumentException.ThrowIfNullOrWhiteSpace(cause);
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        ArgumentException.ThrowIfNullOrWhiteSpace(why);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        var silence = new Silence(Guid.CreateVersion7(time.GetUtcNow()).ToString("n"), monitor, cause, time.GetUtcNow() + duration, by, why);
        await memories.ChangeAsync<IReadOnlyList<Silence>>(SilencesKey, all => [.. Current(all), silence], cancellationToken).ConfigureAwait(false);
        logger.Silenced(monitor, cause, silence.Until, by);
        return silence;
    }

    public async Task<bool> EndSilenceAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        var found = false;
        await memories.ChangeAsync<IReadOnlyList<Silence>>(
            SilencesKey,
            all =>
            {
                var current = Current(all);
                found = current.Any(s => s.Id == id);
                return [.. current.Where(s => s.Id != id)];
            },
            cancellationToken).ConfigureAwait(false);
        return found;
    }

    private void Measure(AlertRound round, AlertDecision decision)
    {
        var report = round.Report;
        foreach (var severity in Enum.GetValues<AlarmSeverity>())
            metrics.OpenAlarms(report.Monitor, severity, decision.State.Entries.Count(e => e.ResolvedAt is null && e.Alert.Alarm.Severity == severity));
        foreach (var alarm in round.Alarms) metrics.Alarm(report.Monitor, alarm.Kind);
        metrics.Suppressed(report.Monitor, decision.Results.Count(r => r.Status == AlertStatus.Suppressed));
    }

    private List<(AlertSinkDefinition Sink, AlertMessage Message)> Write(MonitorReport report, AlertDecision decision, DateTimeOffset now)
    {
        var messages = new List<(AlertSinkDefinition, AlertMessage)>();
        foreach (var sink in sinks)
        {
            var wishes = sink.Options(services);
            IReadOnlyList<Alert> Part(IReadOnlyList<Alert> alerts) => [.. alerts.Where(wishes.Wants).Select(a => wishes.IncludeValues ? a : a.WithoutValues())];
            var (raised, resolved) = (Part(decision.Raised), Part(decision.Resolved));
            if (raised.Count + resolved.Count == 0) continue;
            var id = Sha256.Hex($"{report.Monitor}\n{sink.Name}\n{now:O}\n{string.Join('\n', raised.Concat(resolved).Select(a => a.Cause))}")[..32];
            messages.Add((sink, new(id, report.Monitor, report.Model, report.Version, report.From, report.To, raised, resolved) { LeftOut = decision.LeftOut }));
        }

        return messages;
    }

    private IReadOnlyList<Silence> Current(IReadOnlyList<Silence>? silences) => [.. (silences ?? []).Where(s => s.Until > time.GetUtcNow()).OrderBy(s => s.Until)];
}

/// <summary>A sink of the host.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Create">Makes it.</param>
/// <param name="Options">Gives its options.</param>
internal sealed record AlertSinkDefinition(string Name, Func<IServiceProvider, IAlertSink> Create, Func<IServiceProvider, AlertSinkOptions> Options);
