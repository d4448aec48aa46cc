using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Monitoring;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Says how a monitor judges performance and operations.</summary>
public static class PerformanceBuilderExtensions
{
    /// <summary>Sets how the performance of the model is judged, after configuration.</summary>
    /// <param name="monitor">The monitor.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The monitor.</returns>
    public static MonitorBuilder Performance(this MonitorBuilder monitor, Action<PerformanceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(monitor);
        ArgumentNullException.ThrowIfNull(configure);
        monitor.Additions.Add((services, name) => services.Configure(name, configure));
        return monitor;
    }

    /// <summary>Sets how the serving of the model is watched, after configuration.</summary>
    /// <param name="monitor">The monitor.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The monitor.</returns>
    public static MonitorBuilder Operations(this MonitorBuilder monitor, Action<OperationsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(monitor);
        ArgumentNullException.ThrowIfNull(configure);
        monitor.Additions.Add((services, name) => services.Configure(name, configure));
        return monitor;
    }

    /// <summary>Adds both checks to a monitor.</summary>
    internal static MlOpsBuilder AddPerformance(this MlOpsBuilder builder, string monitor)
    {
        builder.Services.AddOptions<PerformanceOptions>(monitor).BindConfigurationWhenPresent($"MlOps:Monitors:{monitor}:Performance").BindEntriesWhenPresent($"MlOps:Monitors:{monitor}:Performance:Limits", static o => o.Limits).ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PerformanceOptions>, PerformanceOptionsValidator>());
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PerformanceOptions>, PerformanceRulesValidator>());
        builder.Services.AddOptions<OperationsOptions>(monitor).BindConfigurationWhenPresent($"MlOps:Monitors:{monitor}:Operations").ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OperationsOptions>, OperationsOptionsValidator>());
        return builder.AddMonitorCheck<PerformanceCheck>().AddMonitorCheck<OperationsCheck>();
    }
}
