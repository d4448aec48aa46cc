using MlOps.Core;
using MlOps.Testing;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets a host in a test keep everything in memory.</summary>
public static class TestingBuilderExtensions
{
    /// <summary>Chooses stores in memory for metadata, checkpoints, lineage, feature definitions, monitors, models and artifacts.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder UseInMemoryStores(this MlOpsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder
            .Use<IMetadataStore>(_ => new InMemoryMetadataStore())
            .Use<ICheckpointStore>(services => new InMemoryCheckpointStore(services.GetService<TimeProvider>()))
            .Use<ILineageStore>(_ => new InMemoryLineageStore())
            .Use<IFeatureCatalog>(_ => new InMemoryFeatureCatalog())
            .Use<IMonitorStore>(_ => new InMemoryMonitorStore())
            .Use<IModelRegistry>(services => new InMemoryModelRegistry(services.GetServices<IAliasGate>()))
            .Use<IArtifactStore>(services => new InMemoryArtifactStore(services.GetService<TimeProvider>()));
    }
}
