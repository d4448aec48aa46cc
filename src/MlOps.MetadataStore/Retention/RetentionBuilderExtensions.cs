using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.MetadataStore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds retention.</summary>
public static class RetentionBuilderExtensions
{
    /// <summary>Adds <see cref="IRetention"/>, and applies it at intervals when the options say so. It needs the metadata store, the registry, the checkpoint store, the lineage store and the artifact store.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder AddRetention(this MlOpsBuilder builder, Action<RetentionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RetentionOptions>, RetentionOptionsValidator>());
        var options = builder.Services.AddOptions<RetentionOptions>().BindConfigurationWhenPresent("MlOps:Retention").ValidateOnStart();
        if (configure is not null) options.Configure(configure);
        builder.Services.TryAddSingleton<IRetention, Retention>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RetentionService>());
        return builder;
    }
}
