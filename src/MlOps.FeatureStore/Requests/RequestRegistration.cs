using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Registers what gives requests to models their features, and knows those by their tags.</summary>
internal static class RequestRegistration
{
    /// <summary>Adds the enricher, which serving asks for the columns that a request leaves out, and the tags of features, by which the prediction log knows what it must not keep.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddFeatureRequests(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IModelInputEnricher, FeatureEnricher>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IColumnTags, FeatureTags>());
        return services;
    }
}
