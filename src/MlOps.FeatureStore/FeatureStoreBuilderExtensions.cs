using Microsoft.Extensions.DependencyInjection.Extensions;
using MlOps.Core;
using MlOps.FeatureStore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the feature store to a host.</summary>
public static class FeatureStoreBuilderExtensions
{
    /// <summary>Adds the feature store. It needs the stores that a backend brings.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder AddFeatureStore(this MlOpsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services
            .AddFeatureDefinitions()
            .AddFeatureCatalog()
            .AddFeatureEvents()
            .AddTrainingSets()
            .AddWindows()
            .AddSqlJoins()
            .AddOnlineFeatures()
            .AddMaterialization();
        return builder;
    }

    /// <summary>Adds features to a host. The definition is made once by dependency injection, and all definitions are united and checked when the host starts.</summary>
    /// <typeparam name="TDefinition">The definition.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder AddFeatures<TDefinition>(this MlOpsBuilder builder)
        where TDefinition : FeatureDefinition
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddFeatureStore();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<FeatureDefinition, TDefinition>());
        return builder;
    }
}
