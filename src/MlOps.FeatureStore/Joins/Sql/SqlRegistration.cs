using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MlOps.FeatureStore;

internal static class SqlRegistration
{
    /// <summary>Adds the engine that lets warehouses join.</summary>
    internal static IServiceCollection AddSqlJoins(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPointInTimeEngine, SqlJoin>());
        return services;
    }
}
