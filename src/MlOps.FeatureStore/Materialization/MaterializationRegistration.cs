using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Registers what brings features to the online store.</summary>
internal static class MaterializationRegistration
{
    /// <summary>Adds <see cref="IMaterializer"/>, <see cref="IFeaturePusher"/>, the history of pushes, statistics and what runs by itself.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddMaterialization(this IServiceCollection services)
    {
        services.AddOptions<MaterializationOptions>().ValidateOnStart().BindConfigurationWhenPresent("MlOps:FeatureStore:Materialization");
        services.AddOptions<PushOptions>().ValidateOnStart().BindConfigurationWhenPresent("MlOps:FeatureStore:Pushing");
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MaterializationOptions>, MaterializationOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PushOptions>, PushOptionsValidator>());
        services.TryAddSingleton<MaterializationContext>();
        services.TryAddSingleton<PushHistory>();
        services.TryAddSingleton<IPushHistory>(static s => s.GetRequiredService<PushHistory>());
        services.TryAddSingleton<Pusher>();
        services.TryAddSingleton<FileFeatureStatistics>();
        services.TryAddSingleton<IFeatureStatistics>(static s => s.GetRequiredService<FileFeatureStatistics>());
        services.TryAddSingleton<IMaterializer, Materializer>();
        services.TryAddSingleton<IFeaturePusher, FeaturePusher>();
        services.TryAddSingleton<IFeatureDirectory, FeatureDirectory>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, MaterializationWorker>());
        return services;
    }
}
