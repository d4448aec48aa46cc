using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Registers what compares served features with training sets.</summary>
internal static class ConsistencyRegistration
{
    /// <summary>Adds <see cref="IFeatureConsistency"/> and what uses it by itself. It needs an <see cref="IPredictionLog"/> when it is used.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddFeatureConsistency(this IServiceCollection services)
    {
        services.AddOptions<ConsistencyOptions>().ValidateOnStart().BindConfigurationWhenPresent("MlOps:FeatureStore:Consistency");
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ConsistencyOptions>, ConsistencyOptionsValidator>());
        services.TryAddSingleton<IFeatureConsistency, FeatureConsistencyCheck>();
        services.TryAddSingleton<FileConsistencyReports>();
        services.TryAddSingleton<IConsistencyReports>(static s => s.GetRequiredService<FileConsistencyReports>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ConsistencyWorker>());
        return services;
    }
}
