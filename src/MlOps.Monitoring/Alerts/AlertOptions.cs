using System.Collections.ObjectModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.Monitoring;

/// <summary>When somebody is told of alarms. Bound from <c>MlOps:Alerts</c>.</summary>
public sealed class AlertOptions
{
    /// <summary>Gets or sets after how long an alarm that is still open is told of again.</summary>
    /// <value>The default is one day; null is never.</value>
    [Range(typeof(TimeSpan), "00:01:00", "366.00:00:00")]
    public TimeSpan? RepeatAfter { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Gets or sets how long after it was resolved a cause that comes back is not told of.</summary>
    /// <value>The default is one hour, so that what goes to and fro around a limit is told of once.</value>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan CoolDown { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Gets or sets whether somebody is told when an alarm that was told of is gone.</summary>
    /// <value>The default is true.</value>
    public bool SendResolved { get; set; } = true;
}

/// <summary>What a sink is told. Bound from <c>MlOps:Alerts:Sinks:{name}</c>.</summary>
public class AlertSinkOptions
{
    /// <summary>Gets or sets from which severity on it is told.</summary>
    /// <value>The default is Warning.</value>
    [EnumDataType(typeof(AlarmSeverity))]
    public AlarmSeverity MinSeverity { get; set; } = AlarmSeverity.Warning;

    /// <summary>Gets the kinds of alarms that it is told of; none for all.</summary>
    public Collection<AlarmKind> Kinds { get; } = [];

    /// <summary>Gets the monitors whose alarms it is told of; none for all.</summary>
    public Collection<string> Monitors { get; } = [];

    /// <summary>Gets or sets whether it is told sentences, segments and parts as they are, in which values of columns can stand.</summary>
    /// <value>The default is false: names and figures alone leave the host.</value>
    public bool IncludeValues { get; set; }

    /// <summary>Gets or sets how often a message is sent at most, until it is received.</summary>
    /// <value>The default is 8, which takes about four minutes.</value>
    [Range(1, 1000)]
    public int MaxAttempts { get; set; } = 8;

    /// <summary>Gets or sets how long to wait before the second attempt; before each further one twice as long.</summary>
    /// <value>The default is 2 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromSeconds(2);

    internal bool Wants(Alert alert) =>
        alert.Alarm.Severity >= MinSeverity && (Kinds.Count == 0 || Kinds.Contains(alert.Alarm.Kind)) && (Monitors.Count == 0 || Monitors.Contains(alert.Monitor));
}

/// <summary>An address that is told of alarms. Bound from <c>MlOps:Alerts:Sinks:{name}</c>.</summary>
public sealed class AlertWebhookOptions : AlertSinkOptions
{
    /// <summary>Gets or sets the address, with https or http, without a user and a fragment.</summary>
    /// <value>There is no default.</value>
    [Required]
    public Uri? Url { get; set; }

    /// <summary>Gets or sets the secret with which messages are signed.</summary>
    /// <value>There is no default; a webhook needs one of at least 16 characters, a chat none.</value>
    [MinLength(16)]
    public string? Secret { get; set; }

    /// <summary>Gets or sets whether the address may be one of this machine, of a private network or of a link.</summary>
    /// <value>The default is false.</value>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Gets or sets how long one attempt may take.</summary>
    /// <value>The default is 10 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}

[OptionsValidator]
internal sealed partial class AlertOptionsValidator : IValidateOptions<AlertOptions>;

[OptionsValidator]
internal sealed partial class AlertSinkOptionsValidator : IValidateOptions<AlertSinkOptions>;

[OptionsValidator]
internal sealed partial class AlertWebhookOptionsValidator : IValidateOptions<AlertWebhookOptions>;
