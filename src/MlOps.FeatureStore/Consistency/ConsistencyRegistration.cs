using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Registers what compares served features with training sets.</summary>
internal static class ConsistencyRegistration
{
    /// <summary>Adds <see cref="IFeatureConsistency"/>. It needs an <see cref="IPredictionLog"/> when it is used.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddFeatureConsistency(this IServiceCollection services)
    {
        services.TryAddSingleton<IFeatureConsistency, FeatureConsistencyCheck>();
        return services;
    }
}
