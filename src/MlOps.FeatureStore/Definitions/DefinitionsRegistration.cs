using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MlOps.FeatureStore;

/// <summary>Registers the definitions of the host.</summary>
internal static class DefinitionsRegistration
{
    public static IServiceCollection AddFeatureDefinitions(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => FeatureDefinitions.Of([.. provider.GetServices<FeatureDefinition>()]));
        return services;
    }
}
