using System.Globalization;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Writes a message as a webhook is told it.</summary>
internal static class AlertJson
{
    public static string Write(AlertMessage message) => JsonSerializer.Serialize(
        new
        {
            id = message.Id,
            title = message.Title,
            message.Monitor,
            message.Model,
            version = message.Version.ToString(CultureInfo.InvariantCulture),
            message.From,
            message.To,
            raised = message.Raised.Select(Describe),
            resolved = message.Resolved.Select(Describe),
            message.LeftOut,
        },
        MlOpsJson.Options);

    /// <summary>Describes what is open to those who may see values of columns.</summary>
    public static object DescribeOpen(Alert alert) => new { alert.Monitor, alert = Describe(alert), alert.LastSeen };

    private static object Describe(Alert alert) => new
    {
        alert.Cause,
        alert.Alarm.Check,
        alert.Alarm.Kind,
        alert.Alarm.Severity,
        alert.Alarm.Subject,
        alert.Alarm.Segment,
        alert.Alarm.Direction,
        alert.Alarm.Sentence,
        alert.Alarm.Statistic,
        value = Finite(alert.Alarm.Value),
        reference = Finite(alert.Alarm.Reference),
        threshold = Finite(alert.Alarm.Threshold),
        pValue = Finite(alert.Alarm.PValue),
        alert.Since,
    };

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
