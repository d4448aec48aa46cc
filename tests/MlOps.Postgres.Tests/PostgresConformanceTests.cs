using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Postgres.Tests;

public sealed class PostgresMetadataStoreTests(PostgresFixture server) : MetadataStoreConformance, IDisposable
{
    private readonly TestSchema _schema = new(server);

    public void Dispose() => _schema.Dispose();

    protected override Task<IMetadataStore> CreateAsync() => Task.FromResult<IMetadataStore>(_schema.Open().Metadata);
}

public sealed class PostgresCheckpointStoreTests(PostgresFixture server) : CheckpointStoreConformance, IDisposable
{
    private readonly TestSchema _schema = new(server);

    public void Dispose() => _schema.Dispose();

    protected override Task<ICheckpointStore> CreateAsync() => Task.FromResult<ICheckpointStore>(_schema.Open().Checkpoints);
}

public sealed class PostgresModelRegistryTests(PostgresFixture server) : ModelRegistryConformance, IDisposable
{
    private readonly TestSchema _schema = new(server);

    public void Dispose() => _schema.Dispose();

    protected override Task<IModelRegistry> CreateAsync(params IAliasGate[] gates) => Task.FromResult<IModelRegistry>(_schema.Open(gates: gates).Registry);
}

public sealed class PostgresLineageStoreTests(PostgresFixture server) : LineageStoreConformance, IDisposable
{
    private readonly TestSchema _schema = new(server);

    public void Dispose() => _schema.Dispose();

    protected override Task<ILineageStore> CreateAsync() => Task.FromResult<ILineageStore>(_schema.Open().Lineage);
}

public sealed class PostgresFeatureCatalogTests(PostgresFixture server) : FeatureCatalogConformance, IDisposable
{
    private readonly TestSchema _schema = new(server);

    public void Dispose() => _schema.Dispose();

    protected override Task<IFeatureCatalog> CreateAsync() => Task.FromResult<IFeatureCatalog>(_schema.Open().Features);
}

public sealed class PostgresMonitorStoreTests(PostgresFixture server) : MonitorStoreConformance, IDisposable
{
    private readonly TestSchema _schema = new(server);

    public void Dispose() => _schema.Dispose();

    protected override Task<IMonitorStore> CreateAsync() => Task.FromResult<IMonitorStore>(_schema.Open().Monitors);
}

public sealed class PostgresOnlineStoreConformanceTests(PostgresFixture server) : OnlineStoreConformance, IDisposable
{
    private readonly TestSchema _schema = new(server);

    public void Dispose() => _schema.Dispose();

    protected override Task<IOnlineStore> CreateAsync() => Task.FromResult<IOnlineStore>(_schema.Open().Online);
}

public sealed class PostgresPredictionStoreConformanceTests(PostgresFixture server) : PredictionStoreConformance, IDisposable
{
    private readonly TestSchema _schema = new(server);

    public void Dispose() => _schema.Dispose();

    protected override Task<IPredictionStore> CreateAsync() => Task.FromResult<IPredictionStore>(_schema.Open().Predictions);
}
