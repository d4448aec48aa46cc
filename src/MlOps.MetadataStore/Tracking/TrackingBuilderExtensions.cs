using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.MetadataStore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the tracking of experiments to a host.</summary>
public static class TrackingBuilderExtensions
{
    /// <summary>Adds <see cref="IExperimentTracker"/>. It needs an <see cref="IMetadataStore"/>; files need an <see cref="IArtifactStore"/>, and inputs come into the lineage when there is an <see cref="ILineageStore"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder AddTracking(this MlOpsBuilder builder, Action<RunLoggerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var options = services.AddOptions<RunLoggerOptions>();
        if (!services.Any(d => d.ServiceType == typeof(ExperimentTracker)))
        {
            options.BindConfigurationWhenPresent("MlOps:Tracking").ValidateOnStart();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RunLoggerOptions>, RunLoggerOptionsValidator>());
            services.TryAddSingleton(static s => new ExperimentTracker(
                s.GetRequiredService<IMetadataStore>(),
                s.GetService<IArtifactStore>(),
                s.GetService<ILineageStore>(),
                s.GetRequiredService<IOptions<RunLoggerOptions>>(),
                s.GetRequiredService<TimeProvider>(),
                s.GetRequiredService<ILogger<ExperimentTracker>>()));
            services.TryAddSingleton<IExperimentTracker>(static s => s.GetRequiredService<ExperimentTracker>());
        }

        if (configure is not null) options.Configure(configure);
        return builder;
    }
}
