using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MlOps.FeatureStore;

internal static class MetricsRegistration
{
    /// <summary>Adds what this room measures.</summary>
    internal static IServiceCollection AddFeatureStoreMetrics(this IServiceCollection services)
    {
        services.TryAddSingleton(static services => new FeatureStoreMetrics(services.GetService<IMeterFactory>()));
        return services;
    }
}
