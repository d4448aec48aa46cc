using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MlOps.FeatureStore;

/// <summary>Registers what computes windows.</summary>
internal static class WindowRegistration
{
    /// <summary>Adds the engine of windows over local data, and what reads windows online.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddWindows(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPointInTimeEngine, WindowJoin>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IOnlineDecoders, WindowDecoders>());
        return services;
    }
}
