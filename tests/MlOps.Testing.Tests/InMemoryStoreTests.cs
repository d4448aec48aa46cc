using MlOps.Core;

namespace MlOps.Testing.Tests;

public sealed class InMemoryMetadataStoreTests : MetadataStoreConformance
{
    private readonly InMemoryMetadataStore _store = new();

    protected override Task<IMetadataStore> CreateAsync() => Task.FromResult<IMetadataStore>(_store);
}

public sealed class InMemoryCheckpointStoreTests : CheckpointStoreConformance
{
    private readonly InMemoryCheckpointStore _store = new();

    protected override Task<ICheckpointStore> CreateAsync() => Task.FromResult<ICheckpointStore>(_store);
}

public sealed class InMemoryModelRegistryTests : ModelRegistryConformance
{
    private InMemoryModelRegistry? _registry;

    protected override Task<IModelRegistry> CreateAsync(params IAliasGate[] gates) => Task.FromResult<IModelRegistry>(_registry ??= new(gates));
}

public sealed class InMemoryLineageStoreTests : LineageStoreConformance
{
    private readonly InMemoryLineageStore _store = new();

    protected override Task<ILineageStore> CreateAsync() => Task.FromResult<ILineageStore>(_store);
}

public sealed class InMemoryFeatureCatalogTests : FeatureCatalogConformance
{
    private readonly InMemoryFeatureCatalog _catalog = new();

    protected override Task<IFeatureCatalog> CreateAsync() => Task.FromResult<IFeatureCatalog>(_catalog);
}

public sealed class InMemoryMonitorStoreTests : MonitorStoreConformance
{
    private readonly InMemoryMonitorStore _store = new();

    protected override Task<IMonitorStore> CreateAsync() => Task.FromResult<IMonitorStore>(_store);
}

public sealed class InMemoryArtifactStoreTests : ArtifactStoreConformance, IDisposable
{
    private readonly InMemoryArtifactStore _store = new();

    [Fact]
    public async Task Disposing_the_store_removes_its_files()
    {
        var stored = await _store.PutAsync(new MemoryStream([1]), TestContext.Current.CancellationToken);
        var path = await _store.GetLocalPathAsync(stored.Digest, TestContext.Current.CancellationToken);
        _store.Dispose();
        File.Exists(path).Should().BeFalse();
        Directory.Exists(Path.GetDirectoryName(path)).Should().BeFalse();
    }

    public void Dispose() => _store.Dispose();

    protected override Task<IArtifactStore> CreateAsync() => Task.FromResult<IArtifactStore>(_store);

    protected override Task DamageAsync(IArtifactStore store, string digest)
    {
        ((InMemoryArtifactStore)store).Damage(digest);
        return Task.CompletedTask;
    }
}
