using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using MlOps.Monitoring;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health of monitors to that of the host.</summary>
public static class MonitorHealthChecksBuilderExtensions
{
    /// <summary>Adds a check that is degraded, or unhealthy, by the alarms that are open, by monitors that should have run by their calendar or interval and did not, and by predictions that the log dropped.</summary>
    /// <param name="builder">The health checks of the host, which has monitors.</param>
    /// <param name="name">What the check is called.</param>
    /// <param name="failureStatus">What stands for unhealthy; null for unhealthy itself.</param>
    /// <param name="tags">Tags of the check; null for none.</param>
    /// <returns>The health checks.</returns>
    public static IHealthChecksBuilder AddMonitors(this IHealthChecksBuilder builder, string name = "monitors", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        builder.Services.AddOptions<MonitorHealthOptions>().BindConfigurationWhenPresent("MlOps:MonitorHealth").ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MonitorHealthOptions>, MonitorHealthOptionsValidator>());
        builder.Services.TryAddSingleton<OverdueMonitors>();
        builder.Services.TryAddSingleton<MonitorHealthCheck>();
        return builder.Add(new(name, s => s.GetRequiredService<MonitorHealthCheck>(), failureStatus, tags));
    }
}
