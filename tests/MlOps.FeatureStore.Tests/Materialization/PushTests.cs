using MlOps.Core;

namespace MlOps.FeatureStore.Tests.Materialization;

public sealed class PushTests
{
    private static readonly DatasetSchema Schema = new([
        new("driver_id", ColumnType.Int64), new("event_timestamp", ColumnType.Timestamp), new("created", ColumnType.Timestamp), new("rate", ColumnType.Float64), new("trips", ColumnType.Int64)]);

    private static Task<MaterializedView> PushAsync(World world, params (long? Driver, double? Hours, double? Rate, long? Trips)[] rows) => world.Materializer.PushAsync(
        "drivers", FakeEvents.ToBatch(Schema, [.. rows.Select(r => new FeatureValue?[] { r.Driver, Time(r.Hours), Time(r.Hours), r.Rate, r.Trips })]), PushTarget.Online, TestContext.Current.CancellationToken);

    private static FeatureValue Time(double? hours) => hours is { } h ? World.Noon.AddHours(-h) : default(FeatureValue);

    [Fact]
    public async Task The_newest_row_of_each_entity_is_written_at_once()
    {
        var world = new World();
        var result = await PushAsync(world, (1, 3, 0.3, 3), (2, 2, 0.2, 2), (1, 1, 0.1, 1));
        (world.RateOf(1), world.RateOf(2)).Should().Be((0.1, 0.2));
        (result.Read, result.Written, result.From, result.To).Should().Be((3, 2, World.Noon.AddHours(-3), World.Noon.AddHours(-1)));
    }

    [Fact]
    public async Task An_older_push_does_not_take_the_place_of_a_newer_one()
    {
        var world = new World();
        await PushAsync(world, (1, 1, 0.1, 1));
        (await PushAsync(world, (1, 2, 0.9, 9))).Superseded.Should().Be(1);
        world.RateOf(1).Should().Be(0.1);
    }

    [Fact]
    public async Task Pushing_the_same_rows_again_does_no_harm()
    {
        var world = new World();
        await PushAsync(world, (1, 1, 0.1, 1));
        await PushAsync(world, (1, 1, 0.1, 1));
        world.RateOf(1).Should().Be(0.1);
    }

    [Fact]
    public async Task A_row_whose_time_has_not_come_does_not_hide_the_present_one()
    {
        var world = new World();
        await PushAsync(world, (1, 1, 0.1, 1));
        var result = await PushAsync(world, (1, -1, 0.9, 9));
        (result.Written, result.Future).Should().Be((0, 1));
        world.RateOf(1).Should().Be(0.1);
    }

    [Fact]
    public async Task A_row_without_a_key_is_put_aside()
    {
        var world = new World();
        var result = await PushAsync(world, (null, 1, 0.1, 1), (2, 1, 0.2, 2));
        (result.Written, result.Rejected).Should().Be((1, 1));
    }

    [Fact]
    public async Task A_row_without_a_time_is_named_and_nothing_is_taken()
    {
        var world = new World();
        var act = () => PushAsync(world, (1, 1, 0.1, 1), (2, null, 0.2, 2));
        (await act.Should().ThrowAsync<DataException>().WithMessage("*Row 2*event_timestamp*")).Which.Row.Should().Be(2);
        world.Store.Rows.Should().BeEmpty();
    }

    [Fact]
    public async Task A_push_without_rows_is_no_error()
    {
        (await PushAsync(new World())).Read.Should().Be(0);
    }

    [Fact]
    public async Task A_column_that_lacks_is_named()
    {
        var world = new World();
        var rows = FakeEvents.ToBatch(new(Schema.Where(c => c.Name != "rate")), []);
        var act = () => world.Materializer.PushAsync("drivers", rows, PushTarget.Online, TestContext.Current.CancellationToken);
        await act.Should().ThrowAsync<DataException>().WithMessage("*'rate'*");
    }

    [Fact]
    public async Task A_column_of_another_type_is_named()
    {
        var world = new World();
        var rows = FakeEvents.ToBatch(new(Schema.Select(c => c.Name == "rate" ? new("rate", ColumnType.String) : c)), []);
        var act = () => world.Materializer.PushAsync("drivers", rows, PushTarget.Online, TestContext.Current.CancellationToken);
        await act.Should().ThrowAsync<DataException>().WithMessage("*'rate'*String*");
    }

    [Fact]
    public async Task Missing_values_are_skipped_where_the_view_says_so()
    {
        var world = new World(World.Drivers(skipsNulls: true));
        await PushAsync(world, (1, 3, 0.3, 3));
        await PushAsync(world, (1, 1, null, 1));
        world.ValuesOf(1)!.Select(v => v.ToObject()).Should().Equal(0.3, 1L);
    }

    [Fact]
    public async Task A_view_with_a_source_of_its_own_keeps_no_history_of_pushes()
    {
        var world = new World(World.Drivers() with { Source = FeatureSource.Sql("main", "drivers") });
        var act = () => world.Materializer.PushAsync("drivers", FakeEvents.ToBatch(Schema, []), PushTarget.OnlineAndOffline, TestContext.Current.CancellationToken);
        await act.Should().ThrowAsync<DataException>().WithMessage("*its own source*");
    }

    [Fact]
    public async Task A_view_that_nobody_defined_is_not_found()
    {
        var act = () => new World().Materializer.PushAsync("riders", FakeEvents.ToBatch(Schema, []), PushTarget.Online, TestContext.Current.CancellationToken);
        await act.Should().ThrowAsync<NotFoundException>();
    }
}
