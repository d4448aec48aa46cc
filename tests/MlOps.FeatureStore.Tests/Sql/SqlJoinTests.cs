using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests;

/// <summary>What every engine must do, done by a warehouse.</summary>
public abstract class SqlJoinTests : PointInTimeEngineTests, IAsyncDisposable
{
    private protected abstract TestWarehouse Warehouse { get; }

    private protected override IPointInTimeEngine Engine => Warehouse.Engine;

    protected override int Samples => 60;

    public async ValueTask DisposeAsync()
    {
        await Warehouse.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected override async Task<FeatureSource> PutAsync(RecordBatch events, FeatureView view) => FeatureSource.Sql("warehouse", await Warehouse.PutAsync(events));
}

public class DuckDbJoinTests : SqlJoinTests
{
    private protected override TestWarehouse Warehouse { get; } = new DuckDbTestWarehouse();
}

/// <summary>The same, of rows that are a query of the warehouse and events that are a query.</summary>
public sealed class DuckDbQueryJoinTests : DuckDbJoinTests
{
    private protected override async Task<EntityRows> PutRowsAsync(RecordBatch rows) => EntityRows.Sql("warehouse", $"SELECT * FROM {await Warehouse.PutAsync(rows)}");

    private protected override async Task<FeatureSource> PutAsync(RecordBatch events, FeatureView view) => FeatureSource.Sql("warehouse", $"SELECT * FROM {await Warehouse.PutAsync(events)} -- all of them");
}

public class PostgresJoinTests(PostgresFixture server) : SqlJoinTests
{
    private readonly Lazy<PostgresTestWarehouse> _warehouse = new(() => PostgresTestWarehouse.Create(server));

    private protected override PostgresTestWarehouse Warehouse => _warehouse.Value;
}

/// <summary>The same, of rows that are a query of the warehouse and events that are a query.</summary>
public sealed class PostgresQueryJoinTests(PostgresFixture server) : PostgresJoinTests(server)
{
    private protected override async Task<EntityRows> PutRowsAsync(RecordBatch rows) => EntityRows.Sql("warehouse", $"SELECT * FROM {await Warehouse.PutAsync(rows)};");

    private protected override async Task<FeatureSource> PutAsync(RecordBatch events, FeatureView view) => FeatureSource.Sql("warehouse", $"SELECT * FROM {await Warehouse.PutAsync(events)} -- all of them");
}

/// <summary>The same, of tables with the index that leads to the newest event.</summary>
public sealed class PostgresIndexJoinTests(PostgresFixture server) : PostgresJoinTests(server)
{
    private protected override async Task<FeatureSource> PutAsync(RecordBatch events, FeatureView view)
    {
        var source = await base.PutAsync(events, view);
        Warehouse.Execute(SqlIndexes.Advise(Warehouse.Warehouse.Dialect, view with { Source = source }));
        return source;
    }
}
