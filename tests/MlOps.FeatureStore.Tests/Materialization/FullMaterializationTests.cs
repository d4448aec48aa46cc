using MlOps.Core;

namespace MlOps.FeatureStore.Tests.Materialization;

public sealed class FullMaterializationTests
{
    [Fact]
    public async Task The_newest_row_of_each_entity_is_written()
    {
        var world = new World();
        world.Add(1, 3, 0.3);
        world.Add(2, 2, 0.2);
        world.Add(1, 1, 0.1);
        var result = await world.FullAsync();
        (world.RateOf(1), world.RateOf(2)).Should().Be((0.1, 0.2));
        (result.Read, result.Written, result.Superseded, result.Rejected).Should().Be((3, 2, 0, 0));
    }

    [Fact]
    public async Task Of_rows_at_one_time_the_one_created_last_is_written()
    {
        var world = new World();
        world.Add(1, 3, 0.2, created: 1);
        world.Add(1, 3, 0.1, created: 2);
        await world.FullAsync();
        world.RateOf(1).Should().Be(0.2);
    }

    [Fact]
    public async Task A_missing_created_time_is_the_earliest()
    {
        var world = new World();
        world.Events.Add(world.View, 1L, World.Noon.AddHours(-3), World.Noon.AddYears(-50), 0.1, 1L);
        world.Events.Add(world.View, 1L, World.Noon.AddHours(-3), null, 0.2, 1L);
        await world.FullAsync();
        world.RateOf(1).Should().Be(0.1);
    }

    [Fact]
    public async Task Of_rows_with_equal_times_the_later_in_source_order_is_written()
    {
        var world = new World();
        world.Add(1, 3, 0.1);
        world.Add(1, 3, 0.2);
        await world.FullAsync();
        world.RateOf(1).Should().Be(0.2);
    }

    [Fact]
    public async Task The_newest_row_wins_also_where_its_value_is_missing()
    {
        var world = new World();
        world.Add(1, 3, 0.1, 5);
        world.Add(1, 2, null, 6);
        await world.FullAsync();
        world.ValuesOf(1)!.Select(v => v.ToObject()).Should().Equal(null, 6L);
    }

    [Fact]
    public async Task Both_ends_of_the_span_belong_to_it()
    {
        var world = new World();
        foreach (var (driver, hours) in new[] { (1, 3.0), (2, 1.0), (3, 3.0 + (1 / 3.6e9)), (4, 1.0 - (1 / 3.6e9)) }) world.Add(driver, hours, 1);
        await world.FullAsync(3, 1);
        Enumerable.Range(1, 4).Select(d => world.RateOf(d)).Should().Equal(1, 1, null, null);
    }

    [Fact]
    public async Task A_span_that_ends_before_it_begins_is_refused()
    {
        var act = () => new World().FullAsync(1, 2);
        await act.Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task Rows_of_the_future_are_left_for_later()
    {
        var world = new World();
        world.Add(1, 1, 0.1);
        world.Add(1, -1, 0.9);
        var result = await world.FullAsync(10, -10);
        world.RateOf(1).Should().Be(0.1);
        result.To.Should().Be(World.Noon);
        world.Catalog.Marks["drivers"].EventTime.Should().Be(World.Noon);
    }

    [Fact]
    public async Task A_span_that_lies_in_the_future_brings_nothing_and_leaves_no_mark()
    {
        var world = new World();
        world.Add(1, 1, 0.1);
        (await world.FullAsync(-1, -2)).Read.Should().Be(0);
        world.Catalog.Marks.Should().BeEmpty();
    }

    [Fact]
    public async Task Rows_without_key_or_time_are_put_aside_and_counted()
    {
        var world = new World();
        world.Add(null, 1, 0.1);
        world.Add(1, null, 0.1);
        world.Add(2, 1, 0.2);
        var result = await world.FullAsync();
        (result.Read, result.Written, result.Rejected).Should().Be((3, 1, 2));
    }

    [Fact]
    public async Task A_newer_row_in_the_store_stays()
    {
        var world = new World();
        world.Write(1, World.Noon.AddHours(-1), World.Noon, 0.9, 1L);
        world.Add(1, 2, 0.1);
        var result = await world.FullAsync();
        world.RateOf(1).Should().Be(0.9);
        (result.Written, result.Superseded).Should().Be((0, 1));
    }

    [Fact]
    public async Task A_correction_with_the_same_event_time_and_a_newer_created_time_is_written()
    {
        var world = new World();
        world.Write(1, World.Noon.AddHours(-2), World.Noon.AddHours(-2), 0.9, 1L);
        world.Add(1, 2, 0.1, created: 1);
        await world.FullAsync();
        world.RateOf(1).Should().Be(0.1);
    }

    [Fact]
    public async Task A_row_may_be_forgotten_a_day_after_its_time_to_live()
    {
        var world = new World(World.Drivers(ttl: TimeSpan.FromHours(2)));
        world.Add(1, 1, 0.1);
        await world.FullAsync();
        world.RowOf(1)!.ExpiresAt.Should().Be(FeatureTime.ToMicros(World.Noon.AddHours(-1 + 2 + 24)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    public async Task A_row_without_time_to_live_is_never_forgotten(int? hours)
    {
        var world = new World(World.Drivers(ttl: hours is { } h ? TimeSpan.FromHours(h) : null));
        world.Add(1, 900, 0.1);
        await world.FullAsync();
        world.RowOf(1)!.ExpiresAt.Should().BeNull();
    }

    [Fact]
    public async Task A_row_that_may_be_forgotten_already_is_not_written()
    {
        var world = new World(World.Drivers(ttl: TimeSpan.FromHours(2)));
        world.Add(1, 27, 0.1);
        var result = await world.FullAsync();
        world.RowOf(1).Should().BeNull();
        (result.Written, result.Expired).Should().Be((0, 1));
    }

    [Fact]
    public async Task Entities_that_do_not_fit_into_memory_are_written_in_chunks_with_the_same_result()
    {
        var small = new World { Options = { ChunkEntities = 7, WriteBatch = 3 }, Events = { BatchRows = 5 } };
        var large = new World();
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var (driver, hours, created) = (random.Next(100), random.Next(50), random.Next(3));
            small.Add(driver, hours, i, created: created);
            large.Add(driver, hours, i, created: created);
        }

        await small.FullAsync();
        var result = await large.FullAsync();
        Enumerable.Range(0, 100).Select(d => small.RateOf(d)).Should().Equal(Enumerable.Range(0, 100).Select(d => large.RateOf(d)));
        result.Written.Should().Be(100);
        small.Store.Writes.Should().BeGreaterThan(1000);
    }

    [Fact]
    public async Task A_view_that_fails_does_not_keep_the_others_from_it_and_all_failures_are_told()
    {
        var world = new World(World.Drivers("broken"), World.Drivers("good"), World.Drivers("gone"));
        world.Events.Errors["broken"] = new DataException("The source of view 'broken' has no column 'rate'.");
        world.Events.Errors["gone"] = new DataException("There is no file.");
        world.Add(1, 1, 0.1, view: world.Views[1]);
        var act = () => world.Materializer.MaterializeAsync(null, World.Noon.AddDays(-1), World.Noon, null, TestContext.Current.CancellationToken);
        var error = (await act.Should().ThrowAsync<MaterializationException>().WithMessage("*'broken'*no column 'rate'*'gone'*no file*")).Which;
        error.Failures.Select(f => f.View).Should().Equal("broken", "gone");
        error.Finished.Select(f => f.View).Should().Equal("good");
        world.RateOf(1, world.Views[1]).Should().Be(0.1);
    }

    [Fact]
    public async Task All_views_that_are_online_are_materialized_when_none_is_named()
    {
        var world = new World(World.Drivers("a"), World.Drivers("b") with { IsOnline = false }, World.Drivers("c"));
        var results = await world.Materializer.MaterializeAsync(null, World.Noon.AddDays(-1), World.Noon, null, TestContext.Current.CancellationToken);
        results.Select(r => r.View).Should().Equal("a", "c");
    }

    [Fact]
    public async Task A_view_that_nobody_defined_is_not_found()
    {
        var act = () => new World().Materializer.MaterializeAsync(["riders"], World.Noon.AddDays(-1), World.Noon, null, TestContext.Current.CancellationToken);
        await act.Should().ThrowAsync<NotFoundException>();
    }

    [Fact]
    public async Task Progress_is_told_after_each_chunk()
    {
        var world = new World { Options = { ChunkEntities = 10 }, Events = { BatchRows = 10 } };
        for (var i = 0; i < 30; i++) world.Add(i, 1, i);
        var told = new List<long>();
        await world.Materializer.MaterializeAsync(null, World.Noon.AddDays(-1), World.Noon, new Teller(told), TestContext.Current.CancellationToken);
        told.Should().Equal(10, 20, 30, 30);
    }

    [Fact]
    public async Task A_cancelled_run_stops()
    {
        var world = new World();
        world.Add(1, 1, 0.1);
        var act = () => world.Materializer.MaterializeAsync(null, World.Noon.AddDays(-1), World.Noon, null, new(true));
        await act.Should().ThrowAsync<OperationCanceledException>();
        world.Store.Rows.Should().BeEmpty();
    }

    private sealed class Teller(List<long> told) : IProgress<MaterializedView>
    {
        public void Report(MaterializedView value) => told.Add(value.Written);
    }
}
