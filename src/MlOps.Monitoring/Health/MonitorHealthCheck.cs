using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Says whether monitors run, found nothing that is open, and the prediction log keeps what it is given.</summary>
internal sealed class MonitorHealthCheck(
    IModelMonitor monitors, AlertManager alerts, OverdueMonitors overdue, IOptions<MonitorHealthOptions> health, MonitoringMetrics metrics) : IHealthCheck
{
    private long _droppedBefore;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var findings = new List<string>();
        var data = new Dictionary<string, object>(StringComparer.Ordinal);
        var worst = HealthStatus.Healthy;
        void Found(HealthStatus status, string what)
        {
            findings.Add(what);
            if (status < worst) worst = status;
        }

        try
        {
            foreach (var alert in await alerts.ListOpenAsync(null, cancellationToken).ConfigureAwait(false))
            {
                if (!monitors.Monitors.Contains(alert.Monitor) || alert.Alarm.Severity < health.Value.DegradedFrom) continue;
                data[$"{alert.Monitor}/{alert.Cause}"] = alert.Alarm.Severity.ToString();
                Found(alert.Alarm.Severity >= health.Value.UnhealthyFrom ? HealthStatus.Unhealthy : HealthStatus.Degraded, $"{alert.Monitor}: {alert.Cause} is open since {alert.Since:u}");
            }

            foreach (var monitor in monitors.Monitors)
            {
                if (await overdue.FindAsync(monitor, cancellationToken).ConfigureAwait(false) is { } late) Found(HealthStatus.Degraded, late);
            }
        }
        catch (Exception e) when (e is MlOpsException or IOException or UnauthorizedAccessException)
        {
            Found(HealthStatus.Degraded, "what is open cannot be read");
        }

        var dropped = metrics.DroppedRows;
        var before = Interlocked.Exchange(ref _droppedBefore, dropped);
        if (dropped > before) Found(HealthStatus.Degraded, $"the prediction log dropped {dropped - before} predictions since the last look");
        return new(worst == HealthStatus.Unhealthy ? context.Registration.FailureStatus : worst, findings.Count == 0 ? "Nothing is open." : string.Join("; ", findings), data: data);
    }
}
