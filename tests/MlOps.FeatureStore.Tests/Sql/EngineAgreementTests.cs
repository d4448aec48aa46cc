using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests;

/// <summary>One join in all three engines.</summary>
public sealed class EngineAgreementTests(PostgresFixture server) : IAsyncDisposable
{
    private readonly Lazy<PostgresTestWarehouse> _postgres = new(() => PostgresTestWarehouse.Create(server));
    private readonly DuckDbTestWarehouse _duckDb = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _postgres.Value.DisposeAsync();
        await _duckDb.DisposeAsync();
    }

    [Fact]
    public Task The_engines_agree() => RandomJoin.Of(Enum.GetValues<ColumnType>()).SampleAsync(
        async join =>
        {
            var local = await LocalAsync(join);
            (await WarehouseAsync(_duckDb, join)).Should().BeEquivalentTo(local, o => o.WithStrictOrdering().ComparingByValue<FeatureValue>());
            (await WarehouseAsync(_postgres.Value, join)).Should().BeEquivalentTo(local, o => o.WithStrictOrdering().ComparingByValue<FeatureValue>());
        },
        iter: 30,
        threads: 1);

    [Fact]
    public async Task What_comes_out_of_one_warehouse_goes_into_the_next()
    {
        var rows = Tables.Batch([new("id", ColumnType.Int64), new("time", ColumnType.Timestamp)], [1L, Tables.At("2024-01-05")], [2L, Tables.At("2024-01-05")]);
        var events = Tables.Batch([new("id", ColumnType.Int64), new("moment", ColumnType.Timestamp), new("v", ColumnType.Int64)], [1L, Tables.At("2024-01-01"), 10L], [2L, Tables.At("2024-01-01"), 20L]);
        await using var other = new DuckDbTestWarehouse("other");
        FeatureView ViewOf(string name, string warehouse, string table) => new()
        {
            Name = name,
            Entities = [new("entity", [new("id", ColumnType.Int64)])],
            Source = FeatureSource.Sql(warehouse, table),
            EventTime = "moment",
            Features = [new("v", ColumnType.Int64)],
        };
        var (a, b, c) = (ViewOf("a", "warehouse", await _duckDb.PutAsync(events)), ViewOf("b", "other", $"SELECT id, moment, v + 1 AS v FROM {await other.PutAsync(events)}"), ViewOf("c", "warehouse", "SELECT id, moment, v + 2 AS v FROM t1"));
        var engine = new SqlJoin([_duckDb.Warehouse, other.Warehouse], _duckDb.Datasets, NullLogger<SqlJoin>.Instance);
        var joined = await Tables.RowsAsync(engine.JoinAsync(new(EntityRows.Of(Tables.AsAsync(rows)), "time", [new(a, ["id"], a.Features, 0), new(b, ["id"], b.Features, 1), new(c, ["id"], c.Features, 2)], false, new()), Cancel));
        joined.Select(r => (r[2], r[3], r[4])).Should().Equal((10L, 11L, 12L), (20L, 21L, 22L));
    }

    [Fact]
    public void Rows_of_one_warehouse_are_not_joined_in_another()
    {
        var view = new FeatureView { Name = "a", Entities = [], Source = FeatureSource.Sql("warehouse", "t"), EventTime = "at", Features = [] };
        _duckDb.Engine.CanJoin(view, EntityRows.Sql("other", "SELECT 1")).Should().BeFalse();
    }

    private static async Task<List<FeatureValue[]>> WarehouseAsync(TestWarehouse warehouse, RandomJoin join)
    {
        var view = join.View with { Source = FeatureSource.Sql("warehouse", await warehouse.PutAsync(join.Events)) };
        return await JoinAsync(warehouse.Engine, join, view);
    }

    private async Task<List<FeatureValue[]>> LocalAsync(RandomJoin join)
    {
        var store = _duckDb.Datasets;
        await using var services = new ServiceCollection().BuildServiceProvider();
        using var events = new EventReader(store, [], services, new FeatureStoreMetrics(), NullLogger<EventReader>.Instance);
        var options = Options.Create(new LocalJoinOptions());
        var view = join.View with { Source = FeatureSource.Of(await store.WriteAsync("events", new("rows", "test"), Tables.AsAsync(join.Events))) };
        return await JoinAsync(new LocalJoin(events, new(store, [], options), options), join, view);
    }

    private static Task<List<FeatureValue[]>> JoinAsync(IPointInTimeEngine engine, RandomJoin join, FeatureView view) =>
        Tables.RowsAsync(engine.JoinAsync(new(EntityRows.Of(Tables.AsAsync(join.Rows)), "time", [new(view, [.. view.Keys.Select(k => k.Name)], view.Features, 0)], join.CreatedBeforeRow, new()), Cancel));
}
