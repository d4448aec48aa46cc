using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Remembers what is open, and gives what is new to the sinks.</summary>
internal sealed class AlertManager(
    IMonitorStore store, IEnumerable<AlertSinkDefinition> sinks, AlertQueue queue, IOptions<AlertOptions> options, IServiceProvider services, MonitoringMetrics metrics, TimeProvider time, ILogger<AlertManager> logger)
    : IAlerts
{
    private const string StatePrefix = "alerts/state/";
    private const string SilencesKey = "alerts/silences";

    /// <summary>Tells of what is new in a report. Of two hosts that run a monitor at once, the one that stores its decision first tells.</summary>
    /// <returns>What became of each cause; none when the store cannot be reached, which is logged: a monitor goes on without it.</returns>
    public async Task<IReadOnlyList<AlertResult>> ProcessAsync(MonitorReport report, CancellationToken cancellationToken)
    {
        try
        {
            var silences = (await ReadAsync<IReadOnlyList<Silence>>(SilencesKey, cancellationToken).ConfigureAwait(false)).Value ?? [];
            AlertDecision? decision = null;
            await ChangeAsync<AlertState>(
                KeyOf(report.Monitor), state => (decision = AlertLedger.Decide(state ?? AlertState.Empty, report, silences, options.Value, time.GetUtcNow())).State, cancellationToken).ConfigureAwait(false);
            Tell(report, decision!);
            return decision!.Results;
        }
        catch (Exception e) when (e is MlOpsException or IOException or UnauthorizedAccessException or JsonException)
        {
            logger.AlertsNotKept(e, report.Monitor);
            return [];
        }
    }

    public async Task<IReadOnlyList<Alert>> ListOpenAsync(string? monitor = null, CancellationToken cancellationToken = default) =>
    [
        .. (await ReadStatesAsync(cancellationToken).ConfigureAwait(false))
            .SelectMany(s => s.Entries.Where(e => e.ResolvedAt is null).Select(e => e.Alert))
            .Where(a => monitor is null || a.Monitor == monitor)
            .OrderBy(a => a.Monitor, StringComparer.Ordinal).ThenByDescending(a => a.Alarm.Severity).ThenBy(a => a.Cause, StringComparer.Ordinal),
    ];

    /// <summary>Gives when a monitor ran last on any host; null when it never did.</summary>
    public async Task<DateTimeOffset?> FindLastRunAsync(string monitor, CancellationToken cancellationToken) =>
        (await ReadAsync<AlertState>(KeyOf(monitor), cancellationToken).ConfigureAwait(false)).Value?.LastRun;

    public async Task<IReadOnlyList<Silence>> ListSilencesAsync(CancellationToken cancellationToken = default) =>
        Current((await ReadAsync<IReadOnlyList<Silence>>(SilencesKey, cancellationToken).ConfigureAwait(false)).Value);

    public async Task<Silence> SilenceAsync(string monitor, string cause, TimeSpan duration, string by, string why, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(monitor);
        ArgumentException.ThrowIfNullOrWhiteSpace(cause);
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        ArgumentException.ThrowIfNullOrWhiteSpace(why);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        var silence = new Silence(Guid.CreateVersion7(time.GetUtcNow()).ToString("n"), monitor, cause, time.GetUtcNow() + duration, by, why);
        await ChangeAsync<IReadOnlyList<Silence>>(SilencesKey, all => [.. Current(all), silence], cancellationToken).ConfigureAwait(false);
        logger.Silenced(monitor, cause, silence.Until, by);
        return silence;
    }

    public async Task<bool> EndSilenceAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        var found = false;
        await ChangeAsync<IReadOnlyList<Silence>>(
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

    private void Tell(MonitorReport report, AlertDecision decision)
    {
        foreach (var severity in Enum.GetValues<AlarmSeverity>())
            metrics.OpenAlarms(report.Monitor, severity, decision.State.Entries.Count(e => e.ResolvedAt is null && e.Alert.Alarm.Severity == severity));
        foreach (var alarm in report.Alarms) metrics.Alarm(report.Monitor, alarm.Kind);
        metrics.Suppressed(report.Monitor, decision.Results.Count(r => r.Status == AlertStatus.Suppressed));
        foreach (var sink in sinks)
        {
            var wishes = sink.Options(services);
            IReadOnlyList<Alert> Part(IReadOnlyList<Alert> alerts) => [.. alerts.Where(wishes.Wants).Select(a => wishes.IncludeValues ? a : a.WithoutValues())];
            var (raised, resolved) = (Part(decision.Raised), Part(decision.Resolved));
            if (raised.Count + resolved.Count == 0) continue;
            var id = Sha256.Hex($"{report.Monitor}\n{sink.Name}\n{decision.State.LastRun:O}\n{string.Join('\n', raised.Concat(resolved).Select(a => a.Cause))}")[..32];
            queue.Add(sink, new(id, report.Monitor, report.Model, report.Version, report.From, report.To, raised, resolved));
        }
    }

    private IReadOnlyList<Silence> Current(IReadOnlyList<Silence>? silences) => [.. (silences ?? []).Where(s => s.Until > time.GetUtcNow()).OrderBy(s => s.Until)];

    // The name of a monitor may be anything; a key may not.
    private static string KeyOf(string monitor) => StatePrefix + Sha256.Hex(monitor)[..32];

    private async Task<IEnumerable<AlertState>> ReadStatesAsync(CancellationToken cancellationToken) =>
        (await store.ListAsync(StatePrefix, cancellationToken).ConfigureAwait(false)).Select(d => JsonSerializer.Deserialize<AlertState>(d.Json, MlOpsJson.Options)!);

    private async Task<(T? Value, long Version)> ReadAsync<T>(string key, CancellationToken cancellationToken)
        where T : class => await store.ReadAsync(key, cancellationToken).ConfigureAwait(false) is { } document
            ? (JsonSerializer.Deserialize<T>(document.Json, MlOpsJson.Options), document.Version)
            : (null, 0);

    private async Task ChangeAsync<T>(string key, Func<T?, T> change, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            var (value, version) = await ReadAsync<T>(key, cancellationToken).ConfigureAwait(false);
            if (await store.TryWriteAsync(key, JsonSerializer.Serialize(change(value), MlOpsJson.Options), version, cancellationToken).ConfigureAwait(false)) return;
        }
    }
}

/// <summary>A sink of the host.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Create">Makes it.</param>
/// <param name="Options">Gives its options.</param>
internal sealed record AlertSinkDefinition(string Name, Func<IServiceProvider, IAlertSink> Create, Func<IServiceProvider, AlertSinkOptions> Options);
