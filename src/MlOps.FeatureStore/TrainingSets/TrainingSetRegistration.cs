using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MlOps.Core;

namespace MlOps.FeatureStore;

internal static class TrainingSetRegistration
{
    /// <summary>Adds training sets, with the engine for local data.</summary>
    internal static IServiceCollection AddTrainingSets(this IServiceCollection services)
    {
        services.AddFeatureJoins();
        services.TryAddSingleton<ITrainingSets, TrainingSets>();
        return services;
    }
}
