using Apache.Arrow;
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

    [Fact]
    public async Task The_newest_event_is_that_of_the_latest_time_then_creation_then_place()
    {
        var view = await PutAsync(
            Row(1, "2024-01-02", "2024-01-05"), Row(2, "2024-01-03", "2024-01-03"), Row(3, "2024-01-03", "2024-01-04"), Row(4, "2024-01-03", "2024-01-04"), Row(5, "2024-01-03", null), Row(6, null, "2024-01-09"), Row(7, "2024-01-09", "2024-01-09"));
        (await NewestAsync(view, new(Micros("2024-01-01"), Micros("2024-01-03")))).Select(r => r[^1].ToInt64()).Should().Equal(4);
    }

    [Fact, Trait(Oracles.Category, Oracles.Peer)]
    public async Task The_newest_values_of_Feasts_drivers_are_those_that_its_SQL_gives()
    {
        var source = FeatureSource.Sql("warehouse", await Warehouse.PutAsync(DriverStats.Read("driver_stats.csv", DriverStats.Events)));
        var newest = await NewestAsync(DriverStats.ViewOf(source), new(Micros("2022-03-31T00:00Z"), Micros("2022-04-05T17:00Z")));
        Column[] expected = [new("driver_id", ColumnType.Int64), new("event_timestamp", ColumnType.Timestamp), .. DriverStats.Expected[3..]];
        newest.OrderBy(r => r[0].ToInt64()).Select(r => (FeatureValue[])[r[0], r[1], .. r[3..]]).Should()
            .BeEquivalentTo(Tables.Rows(DriverStats.Read("driver_stats_expected_materialize.csv", expected)), o => o.WithStrictOrdering().ComparingByValue<FeatureValue>());
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

    private async Task<List<FeatureValue[]>> NewestAsync(FeatureView view, EventSpan span)
    {
        await using var session = await Warehouse.Warehouse.OpenAsync(Cancel);
        var source = await session.DescribeAsync(((FeatureSource.FromWarehouse)view.Source).Text, Cancel);
        var layout = EventLayout.Match(view, null, WarehouseEvents.SchemaOf(source, view, null));
        var rows = new EventRows(view, layout, span);
        var read = new List<FeatureValue[]>();
        await foreach (RecordBatch batch in session.QueryAsync(WarehouseEvents.SelectNewest(source, view, layout.SourceColumns, span, Warehouse.Warehouse.Dialect), null, Cancel)) read.AddRange(Tables.Rows(rows.Select(batch)));
        return read;
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
