using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Core;
using MlOps.Peers;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore.Tests;

/// <summary>What is read out of a warehouse.</summary>
public abstract class WarehouseEventsTests : IAsyncDisposable
{
    private static readonly Column[] Columns = [new("id", ColumnType.Int64), new("at", ColumnType.Timestamp), new("written", ColumnType.Timestamp), new("trips", ColumnType.Int64)];

    private static readonly FeatureView View = new()
    {
        Name = "stats",
        Entities = [new("driver", [new("driver_id", ColumnType.Int64)])],
        Source = FeatureSource.Pushed(),
        EventTime = "at",
        CreatedTime = "written",
        KeyColumns = new Dictionary<string, string> { ["driver_id"] = "id" },
        Features = [new("trips", ColumnType.Int64)],
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected abstract TestWarehouse Warehouse { get; }

    public async ValueTask DisposeAsync()
    {
        await Warehouse.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(null, null, null, new long[] { 1, 2, 3, 4 })]
    [InlineData("2024-01-02", "2024-01-03", null, new long[] { 2, 3 })]
    [InlineData("2024-01-03", "2024-01-09", "2024-02-01", new long[] { 1, 3, 4 })]
    [InlineData("2024-01-03", "2024-01-03", "2023-01-01", new long[] { 1, 2, 3 })]
    [InlineData("0001-01-01", "9999-12-31", null, new long[] { 1, 2, 3, 4 })]
    public async Task Events_of_a_span_come_in_source_order(string? from, string? to, string? createdAfter, long[] expected)
    {
        var view = await PutAsync(Row(1, "2024-01-01", "2024-03-01"), Row(2, "2024-01-02", "2024-01-02"), Row(3, "2024-01-03", null), Row(4, "2024-01-09", "2024-01-09"));
        var span = from is null ? null : new EventSpan(Micros(from), Micros(to!), createdAfter is null ? null : Micros(createdAfter));
        (await ReadAsync(view, span)).Select(r => r[^1].ToInt64()).Should().Equal(expected);
    }

    [Fact]
    public async Task Bounds_beyond_all_moments_are_none()
    {
        var view = await PutAsync(Row(1, "0001-01-01", null), Row(2, "9999-12-31T23:59:59.999999Z", null));
        (await ReadAsync(view, new(long.MinValue, long.MaxValue, long.MinValue))).Should().HaveCount(2);
    }

    [Fact]
    public async Task A_query_is_read_in_its_own_order()
    {
        var view = await PutAsync(Row(1, "2024-01-01", null), Row(2, "2024-01-02", null), Row(3, "2024-01-03", null));
        var table = ((FeatureSource.FromWarehouse)view.Source).Text;
        (await ReadAsync(view with { Source = FeatureSource.Sql("warehouse", $"SELECT * FROM {table} ORDER BY trips DESC") }, null)).Select(r => r[^1].ToInt64()).Should().Equal(3, 2, 1);
    }

    [Fact]
    public async Task A_column_that_lacks_is_named()
    {
        var view = (await PutAsync(Row(1, "2024-01-01", null))) with { Features = [new("gone", ColumnType.Int64)] };
        var act = () => ReadAsync(view, null);
        (await act.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("gone");
    }

    [Fact, Trait(Oracles.Category, Oracles.Peer)]
    public async Task The_drivers_of_Feast_are_materialized_as_its_SQL_says()
    {
        var view = DriverStats.ViewOf(FeatureSource.Sql("warehouse", await Warehouse.PutAsync(DriverStats.Read("driver_stats.csv", DriverStats.Events)))) with { TimeToLive = null };
        (await MaterializeAsync(view, "2022-03-31T00:00Z", "2022-04-05T17:00Z")).Should()
            .BeEquivalentTo(DriverStats.Materialized(), o => o.WithStrictOrdering().ComparingByValue<FeatureValue>());
    }

    private static FeatureValue[] Row(long trips, string? at, string? written) => [7L, at is null ? default(FeatureValue) : Tables.At(at), written is null ? default(FeatureValue) : Tables.At(written), trips];

    private static long Micros(string time) => FeatureTime.ToMicros(Tables.At(time));

    private async Task<FeatureView> PutAsync(params FeatureValue[][] rows) => View with { Source = FeatureSource.Sql("warehouse", await Warehouse.PutAsync(Tables.Batch(Columns, rows))) };

    private async Task<List<FeatureValue[]>> ReadAsync(FeatureView view, EventSpan? span)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        using var reader = new EventReader(Warehouse.Datasets, [Warehouse.Warehouse], services, new FeatureStoreMetrics(), NullLogger<EventReader>.Instance);
        return await Tables.RowsAsync(reader.ReadAsync(view, null, span, Cancel));
    }

    private async Task<List<FeatureValue[]>> MaterializeAsync(FeatureView view, string from, string to)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        using var reader = new EventReader(Warehouse.Datasets, [Warehouse.Warehouse], services, new FeatureStoreMetrics(), NullLogger<EventReader>.Instance);
        return await DriverStats.MaterializeAsync(view, reader, Tables.At(from), Tables.At(to));
    }
}

public sealed class DuckDbEventsTests : WarehouseEventsTests
{
    private protected override TestWarehouse Warehouse { get; } = new DuckDbTestWarehouse();
}

public sealed class PostgresEventsTests(PostgresFixture server) : WarehouseEventsTests
{
    private readonly Lazy<PostgresTestWarehouse> _warehouse = new(() => PostgresTestWarehouse.Create(server));

    private protected override TestWarehouse Warehouse => _warehouse.Value;
}
