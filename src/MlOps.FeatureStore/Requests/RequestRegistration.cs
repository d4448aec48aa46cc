using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Registers what gives requests to models their features.</summary>
internal static class RequestRegistration
{
    /// <summary>Adds the enricher, which serving asks for the columns that a request leaves out.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddFeatureRequests(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IModelInputEnricher, FeatureEnricher>());
        return services;
    }
}
