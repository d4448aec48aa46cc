using MlOps.Core;

namespace MlOps.FeatureStore.Tests.Materialization;

public sealed class IncrementalMaterializationTests
{
    [Fact]
    public async Task The_first_run_of_a_view_without_time_to_live_reads_everything()
    {
        var world = new World();
        world.Add(1, 24 * 365 * 60, 0.1);
        await world.IncrementalAsync();
        world.RateOf(1).Should().Be(0.1);
    }

    [Fact]
    public async Task The_first_run_of_a_view_with_time_to_live_reads_as_far_back_as_rows_live()
    {
        var world = new World(World.Drivers(ttl: TimeSpan.FromHours(2)));
        await world.IncrementalAsync();
        world.Events.Spans.Single().Should().Be(new EventSpan(FeatureTime.ToMicros(World.Noon.AddHours(-2)), FeatureTime.ToMicros(World.Noon)));
    }

    [Fact]
    public async Task The_next_run_reads_what_happened_since()
    {
        var world = new World { Options = { Overlap = TimeSpan.Zero } };
        world.Add(1, 1, 0.1);
        await world.IncrementalAsync();
        world.Time.Advance(TimeSpan.FromHours(2));
        world.Add(1, -1, 0.2);
        var result = await world.IncrementalAsync();
        world.RateOf(1).Should().Be(0.2);
        (result.Read, result.Written).Should().Be((1, 1));
        result.From.Should().Be(World.Noon.AddMicroseconds(1));
    }

    [Fact]
    public async Task A_row_that_arrives_late_is_not_lost()
    {
        var world = new World();
        world.Add(1, 1, 0.1);
        await world.IncrementalAsync();
        world.Time.Advance(TimeSpan.FromHours(2));
        world.Add(2, 5, 0.2, created: -1);
        await world.IncrementalAsync();
        world.RateOf(2).Should().Be(0.2);
    }

    [Fact]
    public async Task A_correction_that_arrives_late_is_not_lost()
    {
        var world = new World();
        world.Add(1, 5, 0.1);
        await world.IncrementalAsync();
        world.Time.Advance(TimeSpan.FromHours(2));
        world.Add(1, 5, 0.2, created: -1);
        await world.IncrementalAsync();
        world.RateOf(1).Should().Be(0.2);
    }

    [Fact]
    public async Task A_row_that_became_visible_a_little_later_than_it_was_created_is_not_lost()
    {
        var world = new World();
        world.Add(1, 1, 0.1, created: 0.02);
        await world.IncrementalAsync();
        world.Time.Advance(TimeSpan.FromHours(2));
        world.Add(2, 5, 0.2, created: 0.05);
        await world.IncrementalAsync();
        world.RateOf(2).Should().Be(0.2);
    }

    [Fact]
    public async Task A_view_without_created_time_looks_back_by_event_time()
    {
        var world = new World(World.Drivers(created: false)) { Options = { Overlap = TimeSpan.FromHours(3) } };
        world.Add(1, 1, 0.1);
        await world.IncrementalAsync();
        world.Time.Advance(TimeSpan.FromHours(2));
        world.Add(2, 2, 0.2);
        world.Add(3, 4, 0.3);
        await world.IncrementalAsync();
        (world.RateOf(2), world.RateOf(3)).Should().Be((0.2, null));
    }

    [Fact]
    public async Task An_end_in_the_future_is_taken_as_now_and_does_not_block_the_next_run()
    {
        var world = new World();
        world.Add(1, -1, 0.1);
        await world.IncrementalAsync(World.Noon.AddYears(10));
        world.RateOf(1).Should().BeNull();
        world.Time.Advance(TimeSpan.FromHours(2));
        await world.IncrementalAsync(World.Noon.AddYears(10));
        world.RateOf(1).Should().Be(0.1);
    }

    [Fact]
    public async Task A_created_time_of_the_future_does_not_hide_what_arrives_later()
    {
        var world = new World { Options = { Overlap = TimeSpan.Zero } };
        world.Add(1, 1, 0.1, created: -1000);
        await world.IncrementalAsync();
        world.Time.Advance(TimeSpan.FromHours(2));
        world.Add(2, 5, 0.2, created: -1);
        await world.IncrementalAsync();
        world.RateOf(2).Should().Be(0.2);
    }

    [Fact]
    public async Task A_view_that_changed_is_materialized_from_its_beginning()
    {
        var world = new World();
        world.Add(1, 500, 0.1, 5);
        await world.IncrementalAsync();
        world.Views = [world.View with { Features = [new("rate", ColumnType.Float64), new("trips", ColumnType.Int64), new("fares", ColumnType.Float64) { Column = "rate" }] }];
        var result = await world.IncrementalAsync();
        (result.Read, result.Written).Should().Be((1, 1));
    }

    [Fact]
    public async Task A_change_of_description_does_not_materialize_again()
    {
        var world = new World { Options = { Overlap = TimeSpan.Zero } };
        world.Add(1, 500, 0.1);
        await world.IncrementalAsync();
        world.Views = [world.View with { Description = "Drivers of the north.", Owner = "ops" }];
        (await world.IncrementalAsync()).Read.Should().Be(0);
    }

    [Fact]
    public async Task A_longer_time_to_live_brings_what_was_too_old_before()
    {
        var world = new World(World.Drivers(ttl: TimeSpan.FromHours(1)));
        world.Add(1, 90, 0.1);
        await world.IncrementalAsync();
        world.Views = [world.View with { TimeToLive = TimeSpan.FromHours(100) }];
        await world.IncrementalAsync();
        world.RateOf(1).Should().Be(0.1);
    }

    [Fact]
    public async Task A_full_run_lets_the_next_incremental_run_go_on_from_its_end()
    {
        var world = new World { Options = { Overlap = TimeSpan.Zero } };
        await world.FullAsync(100, 10);
        await world.IncrementalAsync();
        world.Events.Spans[1]!.From.Should().Be(FeatureTime.ToMicros(World.Noon.AddHours(-10)) + 1);
    }

    [Fact]
    public async Task A_full_run_of_older_days_does_not_move_the_mark_back()
    {
        var world = new World();
        await world.IncrementalAsync();
        await world.FullAsync(100, 50);
        world.Catalog.Marks["drivers"].EventTime.Should().Be(World.Noon);
    }

    [Fact]
    public async Task A_full_run_that_leaves_a_gap_does_not_move_the_mark_over_it()
    {
        var world = new World();
        await world.FullAsync(100, 50);
        world.Add(1, 30, 0.1);
        await world.FullAsync(20, 10);
        await world.IncrementalAsync();
        world.RateOf(1).Should().Be(0.1);
    }

    [Fact]
    public async Task Somebody_else_who_materializes_the_view_has_this_run_stop()
    {
        var world = new World();
        world.Add(1, 1, 0.1);
        world.Store.BeforeWrite = () => world.Catalog.Marks["drivers"] = new("drivers", World.Noon, null, 7);
        var act = () => world.IncrementalAsync();
        (await act.Should().ThrowAsync<MaterializationException>()).Which.Failures.Single().Error.Should().BeOfType<ConflictException>();
    }
}
