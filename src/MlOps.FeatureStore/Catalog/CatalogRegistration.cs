using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Registers plan, apply, lineage and usage.</summary>
internal static class CatalogRegistration
{
    public static IServiceCollection AddFeatureCatalog(this IServiceCollection services)
    {
        services.AddOptions<FeatureCatalogOptions>().BindConfigurationWhenPresent("MlOps:FeatureStore:Catalog").ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FeatureCatalogOptions>, FeatureCatalogOptionsValidator>());
        services.TryAddSingleton(provider => new FeatureLineage(provider.GetService<ILineageStore>(), provider.GetRequiredService<ILogger<FeatureLineage>>()));
        services.TryAddSingleton<IFeaturePlanner>(provider => new FeaturePlanner(
            provider.GetRequiredService<FeatureDefinitions>(), provider.GetRequiredService<IFeatureCatalog>(), provider.GetRequiredService<FeatureLineage>(), provider.GetRequiredService<ILogger<FeaturePlanner>>()));
        services.TryAddSingleton<IFeatureUsage>(provider => new FeatureUsage(provider.GetRequiredService<FeatureDefinitions>(), provider.GetRequiredService<ILineageStore>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IModelServingCheck, FeatureServiceCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, CatalogAtStart>());
        return services;
    }
}
