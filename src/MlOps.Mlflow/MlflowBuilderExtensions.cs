using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Mlflow;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the MLflow API to a host, or an MLflow server as its stores.</summary>
public static class MlflowBuilderExtensions
{
    /// <summary>Adds what answers the MLflow REST API. It needs an <see cref="IMetadataStore"/>, an <see cref="IModelRegistry"/> and an <see cref="IArtifactStore"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Call <c>app.MapMlflow()</c> for the endpoints.</remarks>
    public static MlOpsBuilder AddMlflow(this MlOpsBuilder builder, Action<MlflowOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var options = services.AddOptions<MlflowOptions>();
        if (!services.Any(d => d.ServiceType == typeof(MlflowServer)))
        {
            options.BindConfigurationWhenPresent("MlOps:Mlflow").ValidateOnStart();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MlflowOptions>, MlflowOptionsValidator>());
            services.TryAddSingleton<MlflowServer>();
        }

        if (configure is not null) options.Configure(configure);
        return builder;
    }
}
