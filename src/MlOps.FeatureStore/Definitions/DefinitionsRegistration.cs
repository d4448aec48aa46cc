using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace MlOps.FeatureStore;

/// <summary>Registers the definitions of the host.</summary>
internal static class DefinitionsRegistration
{
    public static IServiceCollection AddFeatureDefinitions(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => FeatureDefinitions.Of([.. provider.GetServices<FeatureDefinition>()]));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DefinitionsAtStart>());
        return services;
    }
}
