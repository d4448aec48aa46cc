using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.Monitoring;

/// <summary>When monitors are not well. Bound from <c>MlOps:MonitorHealth</c>.</summary>
public sealed class MonitorHealthOptions
{
    /// <summary>Gets or sets from which severity of an open alarm on the host is degraded.</summary>
    /// <value>The default is Warning.</value>
    [EnumDataType(typeof(AlarmSeverity))]
    public AlarmSeverity DegradedFrom { get; set; } = AlarmSeverity.Warning;

    /// <summary>Gets or sets from which severity of an open alarm on the host is unhealthy.</summary>
    /// <value>The default is Critical; null is never, for a host whose balancer takes unhealthy instances out though they answer well.</value>
    [EnumDataType(typeof(AlarmSeverity))]
    public AlarmSeverity? UnhealthyFrom { get; set; } = AlarmSeverity.Critical;
}

[OptionsValidator]
internal sealed partial class MonitorHealthOptionsValidator : IValidateOptions<MonitorHealthOptions>;
