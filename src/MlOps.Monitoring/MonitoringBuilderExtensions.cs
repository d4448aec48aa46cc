using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Monitoring;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the prediction log and monitors to a host.</summary>
public static class MonitoringBuilderExtensions
{
    /// <summary>Adds the log that keeps every prediction, and what looks after it (<see cref="IPredictionLogAdmin"/>). It keeps them in files, for which it needs an <see cref="IColumnarEngine"/>, unless another <see cref="IPredictionStore"/> is chosen.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder AddMonitoring(this MlOpsBuilder builder, Action<PredictionLogOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var options = services.AddOptions<PredictionLogOptions>();
        if (!services.Any(d => d.ServiceType == typeof(MonitoringMetrics)))
        {
            options.BindConfigurationWhenPresent("MlOps:PredictionLog")
                .BindEntriesWhenPresent("MlOps:PredictionLog:Models", static o => o.Models)
                .BindEntriesWhenPresent("MlOps:PredictionLog:RedactedTags", static o => o.RedactedTags)
                .ValidateOnStart();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PredictionLogOptions>, PredictionLogOptionsValidator>());
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PredictionLogOptions>, LogPolicyValidator>());
            services.TryAddSingleton(s => new MonitoringMetrics(s.GetService<IMeterFactory>()));
            if (!services.Any(d => d.ServiceType == typeof(IPredictionStore)))
            {
                builder.Use<IPredictionStore>(static s => new FilePredictionStore(
                    s.GetRequiredService<IOptions<MlOpsOptions>>().Value, s.GetRequiredService<IColumnarEngine>(), s.GetRequiredService<ILogger<PredictionLog>>()));
            }

            if (!services.Any(d => d.ServiceType == typeof(IMonitorStore)))
            {
                builder.Use<IMonitorStore>(static s => new FileMonitorStore(s.GetRequiredService<IOptions<MlOpsOptions>>().Value.PathOf("monitors")));
            }

            services.TryAddSingleton<PredictionLog>();
            services.TryAddSingleton<IPredictionLog>(static s => s.GetRequiredService<PredictionLog>());
            services.TryAddSingleton<IPredictionLogAdmin, PredictionLogAdmin>();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PredictionLogService>());
        }

        if (configure is not null) options.Configure(configure);
        return builder;
    }

    /// <summary>Adds a monitor, which compares logged predictions with the training data of the model.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name of the monitor, and of the model unless <see cref="MonitorOptions.Model"/> names another.</param>
    /// <param name="monitor">Says what is done on drift, and sets options; null only compares.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">There is a monitor of this name already.</exception>
    public static MlOpsBuilder AddMonitor(this MlOpsBuilder builder, string name, Action<MonitorBuilder>? monitor = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var services = builder.AddMonitoring().Services;
        if (services.Any(d => d.ImplementationInstance is MonitorDefinition other && other.Name == name))
            throw new ArgumentException($"There is a monitor '{name}' already. Give one of the two another name.", nameof(name));
        var description = new MonitorBuilder();
        monitor?.Invoke(description);
        services.AddSingleton(new MonitorDefinition(name, [.. description.Pipelines]));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MonitorOptions>, MonitorOptionsValidator>());
        var options = services.AddOptions<MonitorOptions>(name).BindConfigurationWhenPresent($"MlOps:Monitors:{name}").BindEntriesWhenPresent($"MlOps:Monitors:{name}:Thresholds", static o => o.Thresholds).ValidateOnStart();
        foreach (var configure in description.Configurations) options.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MonitorOptions>, ChunkOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MonitorOptions>, DriftThresholdValidator>());
        services.TryAddSingleton<KeptInputs>();
        builder.AddMonitorCheck<DriftCheck>();
        builder.AddMultivariateCheck(name);
        builder.AddPerformance(name);
        builder.AddAlerts();
        foreach (var add in description.Additions) add(services, name);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MonitorOptions>, ScheduleValidator>());
        services.TryAddSingleton<RunHistory>();
        services.TryAddSingleton<MonitorRunner>();
        services.TryAddSingleton<ReportFiles>();
        services.TryAddSingleton<IModelMonitor, ModelMonitor>();
        services.TryAddSingleton<IMonitorPages, MonitorPages>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, MonitorService>());
        return builder;
    }

    /// <summary>Adds a check that every monitor of the host makes, unless it names it in <see cref="MonitorOptions.SkippedChecks"/>.</summary>
    /// <typeparam name="TCheck">The check.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder AddMonitorCheck<TCheck>(this MlOpsBuilder builder)
        where TCheck : class, IMonitorCheck
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IMonitorCheck, TCheck>());
        return builder;
    }
}
