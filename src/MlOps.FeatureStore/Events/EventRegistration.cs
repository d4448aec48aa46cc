using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MlOps.FeatureStore;

internal static class EventRegistration
{
    /// <summary>Adds what reads the events of feature views.</summary>
    internal static IServiceCollection AddFeatureEvents(this IServiceCollection services)
    {
        services.AddFeatureStoreMetrics();
        services.TryAddSingleton<IEventReader, EventReader>();
        return services;
    }
}
