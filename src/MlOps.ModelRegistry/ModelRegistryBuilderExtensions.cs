using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.ModelRegistry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds what opens registered models.</summary>
public static class ModelRegistryBuilderExtensions
{
    /// <summary>Adds the loader and the importer of registered models. They need an <see cref="IArtifactStore"/> and a runtime for each platform; the stages Register and Promote need an <see cref="IModelRegistry"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder AddModelRegistry(this MlOpsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelRegistryOptions>, ModelRegistryOptionsValidator>());
        builder.Services.AddOptions<ModelRegistryOptions>().BindConfigurationWhenPresent("MlOps:ModelRegistry").ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TrustOptions>, TrustOptionsValidator>());
        var isFirst = !builder.Services.Any(d => d.ServiceType == typeof(SignaturePolicy));
        if (isFirst) builder.Services.AddOptions<TrustOptions>().BindConfigurationWhenPresent("MlOps:ModelRegistry:Trust").ValidateOnStart(); // once: keys are added, not replaced
        builder.Services.TryAddSingleton(static services => new SignaturePolicy(services.GetRequiredService<IOptions<TrustOptions>>().Value));
        builder.Services.TryAddSingleton<IModelLoader, ModelLoader>();
        builder.Services.TryAddSingleton<IModelCards, ModelCardWriter>();
        builder.Services.TryAddSingleton<IModelImporter, ModelImporter>();
        return builder;
    }
}
