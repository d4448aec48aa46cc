using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Sqlite.Tests;

public sealed class SqliteMetadataStoreTests : MetadataStoreConformance, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override Task<IMetadataStore> CreateAsync() => Task.FromResult<IMetadataStore>(_folder.Open().Metadata);
}

public sealed class SqliteCheckpointStoreTests : CheckpointStoreConformance, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override Task<ICheckpointStore> CreateAsync() => Task.FromResult<ICheckpointStore>(_folder.Open().Checkpoints);
}

public sealed class SqliteModelRegistryTests : ModelRegistryConformance, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override Task<IModelRegistry> CreateAsync(params IAliasGate[] gates) => Task.FromResult<IModelRegistry>(_folder.Open(gates: gates).Registry);
}

public sealed class SqliteLineageStoreTests : LineageStoreConformance, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override Task<ILineageStore> CreateAsync() => Task.FromResult<ILineageStore>(_folder.Open().Lineage);
}

public sealed class SqliteFeatureCatalogTests : FeatureCatalogConformance, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override Task<IFeatureCatalog> CreateAsync() => Task.FromResult<IFeatureCatalog>(_folder.Open().Features);
}

public sealed class SqliteMonitorStoreTests : MonitorStoreConformance, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override Task<IMonitorStore> CreateAsync() => Task.FromResult<IMonitorStore>(_folder.Open().Monitors);
}

public sealed class SqliteOnlineStoreConformanceTests : OnlineStoreConformance, IDisposable
{
    private readonly List<SqliteOnlineStore> _stores = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("mlops-sqlite-").FullName;

    public void Dispose()
    {
        foreach (var store in _stores) store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    protected override Task<IOnlineStore> CreateAsync()
    {
        var store = new SqliteOnlineStore(Path.Combine(_folder, "größe", "features.db"), TimeSpan.FromSeconds(30), TimeProvider.System);
        _stores.Add(store);
        return Task.FromResult<IOnlineStore>(store);
    }
}
