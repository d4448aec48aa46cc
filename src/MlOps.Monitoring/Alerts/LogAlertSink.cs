using Microsoft.Extensions.Logging;

namespace MlOps.Monitoring;

/// <summary>Writes alerts to the host's log, a line each.</summary>
internal sealed class LogAlertSink(ILogger<LogAlertSink> logger) : IAlertSink
{
    public Task SendAsync(AlertMessage message, CancellationToken cancellationToken)
    {
        foreach (var alert in message.Raised)
        {
            if (alert.Alarm.Severity == AlarmSeverity.Critical) logger.AlertIsCritical(message.Monitor, message.Model, alert.Cause, alert.Alarm.Sentence);
            else logger.AlertIsOpen(message.Monitor, message.Model, alert.Cause, alert.Alarm.Sentence);
        }

        foreach (var alert in message.Resolved) logger.AlertIsResolved(message.Monitor, message.Model, alert.Cause, alert.Since);
        return Task.CompletedTask;
    }
}
