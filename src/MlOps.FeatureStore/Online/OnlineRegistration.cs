using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Registers what reads features online.</summary>
internal static class OnlineRegistration
{
    /// <summary>Adds <see cref="IOnlineFeatures"/> over whatever <see cref="IOnlineStore"/> and definitions there are.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddOnlineFeatures(this IServiceCollection services)
    {
        services.AddFeatureStoreMetrics();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OnlineFeaturesOptions>, OnlineFeaturesOptionsValidator>());
        services.AddOptions<OnlineFeaturesOptions>().ValidateOnStart().BindConfigurationWhenPresent("MlOps:OnlineFeatures");
        services.TryAddSingleton<OnlineTables>();
        services.TryAddSingleton<OnlinePlans>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IOnlineDecoders, RowDecoders>());
        services.TryAddSingleton<OnlineFeatures>();
        services.TryAddSingleton<IOnlineFeatures>(static s => s.GetServices<IFeatureGuard>().Any(g => g.OnRead is not null)
            ? ActivatorUtilities.CreateInstance<GuardedOnlineFeatures>(s, s.GetRequiredService<OnlineFeatures>())
            : s.GetRequiredService<OnlineFeatures>());
        return services;
    }
}
