using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests.Materialization;

public sealed class WindowedViewsTests
{
    private static readonly DatasetSchema Schema = new([new("driver_id", ColumnType.Int64), new("event_timestamp", ColumnType.Timestamp), new("fare", ColumnType.Float64)]);

    private static FeatureView Fares => World.Drivers(created: false) with
    {
        Features =
        [
            new("fares", ColumnType.Float64) { Column = "fare", Aggregation = new(AggregationKind.Sum, TimeSpan.FromHours(4)) },
            new("trips", ColumnType.Int64) { Column = string.Empty, Aggregation = new(AggregationKind.Count, TimeSpan.FromHours(4)) },
        ],
    };

    private static void Add(World world, long? driver, double hours, double fare) => world.Events.Add(world.View, driver, World.Noon.AddHours(-hours), fare);

    private static Task<MaterializedView> PushAsync(World world, long driver, double hours, double fare) => world.Materializer.PushAsync(
        "drivers", FakeEvents.ToBatch(Schema, [[driver, World.Noon.AddHours(-hours), fare]]), PushTarget.Online, TestContext.Current.CancellationToken);

    private static object?[] ReadAsync(World world, long driver, double hours = 0)
    {
        if (world.RowOf(driver) is not { IsDeleted: false } row) return [];
        var decoder = new WindowDecoders().TryCreate(new(world.View, ["driver_id"], world.View.Features, 0))!;
        var (bits, objects, statuses, times) = (new long[2], new object?[2], new FeatureStatus[2], new long[2]);
        decoder.Decode(row, FeatureTime.ToMicros(World.Noon.AddHours(-hours)), new() { Bits = bits, Objects = objects, Statuses = statuses, Times = times });
        return [.. Enumerable.Range(0, 2).Select(i => statuses[i] != FeatureStatus.Present ? null : FeatureValue.FromBits(world.View.Features[i].Type, bits[i]).ToObject())];
    }

    [Fact]
    public async Task Windows_are_materialized_and_pushed_to()
    {
        var world = new World(Fares);
        Add(world, 1, 3, 10);
        Add(world, 1, 2, 20);
        Add(world, 1, 9, 99);
        var result = await world.IncrementalAsync();
        (result.Read, result.Written).Should().Be((3, 1));
        world.Time.Advance(TimeSpan.FromMinutes(30));
        await PushAsync(world, 1, -0.25, 5);
        ReadAsync(world, 1, -0.5).Should().Equal(35.0, 3L);
        world.Catalog.Marks["drivers"].EventTime.Should().Be(World.Noon);
    }

    [Fact]
    public async Task A_row_that_arrives_late_is_in_the_next_batch()
    {
        var world = new World(Fares);
        Add(world, 1, 1, 10);
        await world.IncrementalAsync();
        Add(world, 1, 3, 20);
        await world.IncrementalAsync();
        ReadAsync(world, 1).Should().Equal(30.0, 2L);
    }

    [Fact]
    public async Task The_same_push_again_does_not_count_twice()
    {
        var world = new World(Fares);
        await PushAsync(world, 1, 1, 10);
        (await PushAsync(world, 1, 1, 10)).Superseded.Should().Be(1);
        ReadAsync(world, 1).Should().Equal(10.0, 1L);
    }

    [Fact]
    public async Task A_deleted_entity_counts_anew()
    {
        var world = new World(Fares);
        Add(world, 1, 3, 10);
        await world.IncrementalAsync();
        await world.Materializer.DeleteAsync("drivers", new Dictionary<string, IReadOnlyList<FeatureValue>> { ["driver_id"] = [1L] }, World.Noon.AddHours(-2), TestContext.Current.CancellationToken);
        ReadAsync(world, 1).Where(v => v is not null).Should().BeEmpty();
        await PushAsync(world, 1, 1, 5);
        ReadAsync(world, 1)[0].Should().Be(5.0);
    }

    [Fact]
    public async Task Refused_rows_are_in_no_window()
    {
        var world = new World(Fares) { Guards = { new FareGuard() } };
        Add(world, 1, 3, 10);
        Add(world, 1, 2, -5);
        var result = await world.IncrementalAsync();
        (result.Read, result.Rejected).Should().Be((2, 1));
        ReadAsync(world, 1).Should().Equal(10.0, 1L);
    }

    [Fact]
    public async Task Rows_of_the_future_wait_for_their_time()
    {
        var world = new World(Fares);
        Add(world, 1, 1, 10);
        Add(world, 1, -1, 20);
        await world.FullAsync(10, -10);
        ReadAsync(world, 1).Should().Equal(10.0, 1L);
    }

    private sealed class FareGuard : IFeatureGuard
    {
        public string View => "drivers";

        public RefusedRows OnWrite => RefusedRows.PutAside;

        public RefusedRows? OnRead => null;

        public IReadOnlyList<InputFinding> Check(RecordBatch rows)
        {
            var fares = (DoubleArray)rows.Column("fare");
            return [.. Enumerable.Range(0, rows.Length).Where(i => fares.GetValue(i) < 0).Select(i => new InputFinding(i, "fare", "at least 0", true))];
        }
    }
}
