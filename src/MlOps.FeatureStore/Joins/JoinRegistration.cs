using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace MlOps.FeatureStore;

internal static class JoinRegistration
{
    /// <summary>Adds what joins features to rows on this machine.</summary>
    internal static IServiceCollection AddFeatureJoins(this IServiceCollection services)
    {
        services.AddFeatureEvents();
        services.AddOptions<LocalJoinOptions>().ValidateOnStart().BindConfigurationWhenPresent("MlOps:FeatureStore:LocalJoin");
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LocalJoinOptions>, LocalJoinOptionsValidator>());
        services.TryAddSingleton<EntityRowsReader>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPointInTimeEngine, LocalJoin>());
        return services;
    }
}
