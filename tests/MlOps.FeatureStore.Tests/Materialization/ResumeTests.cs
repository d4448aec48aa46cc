using MlOps.Core;

namespace MlOps.FeatureStore.Tests.Materialization;

public sealed class ResumeTests
{
    private static World WithRows(int rows, bool isPinned = true)
    {
        var world = new World { Options = { ChunkRows = 100, Overlap = TimeSpan.Zero }, Events = { BatchRows = 30, IsPinned = isPinned } };
        for (var i = 0; i < rows; i++) world.Add(i, 1 + (i % 5), i);
        return world;
    }

    [Fact]
    public async Task A_killed_run_goes_on_where_it_stopped()
    {
        var world = WithRows(1000);
        world.Events.BreaksAfter = 500;
        var act = () => world.IncrementalAsync();
        await act.Should().ThrowAsync<MaterializationException>();
        world.Store.Writes.Should().Be(480);
        world.Events.BreaksAfter = null;
        var result = await world.IncrementalAsync();
        result.Written.Should().Be(520);
        Enumerable.Range(0, 1000).Should().OnlyContain(d => world.RateOf(d) == d);
    }

    [Fact]
    public async Task A_full_run_that_was_killed_goes_on_when_it_is_asked_for_again()
    {
        var world = WithRows(1000);
        world.Events.BreaksAfter = 500;
        var act = () => world.FullAsync();
        await act.Should().ThrowAsync<MaterializationException>();
        world.Events.BreaksAfter = null;
        (await world.FullAsync()).Written.Should().Be(520);
    }

    [Fact]
    public async Task A_full_run_of_another_span_does_not_go_on_in_the_middle()
    {
        var world = WithRows(1000);
        world.Events.BreaksAfter = 500;
        var act = () => world.FullAsync();
        await act.Should().ThrowAsync<MaterializationException>();
        world.Events.BreaksAfter = null;
        (await world.FullAsync(999)).Read.Should().Be(1000);
    }

    [Fact]
    public async Task A_source_that_has_changed_since_is_read_from_the_beginning()
    {
        var world = WithRows(1000);
        world.Events.BreaksAfter = 500;
        var act = () => world.IncrementalAsync();
        await act.Should().ThrowAsync<MaterializationException>();
        world.Events.BreaksAfter = null;
        world.Add(5000, 1, 1);
        (await world.IncrementalAsync()).Read.Should().Be(1001);
    }

    [Fact]
    public async Task A_source_without_a_fingerprint_is_read_from_the_beginning()
    {
        var world = WithRows(1000, isPinned: false);
        world.Events.BreaksAfter = 500;
        var act = () => world.IncrementalAsync();
        await act.Should().ThrowAsync<MaterializationException>();
        world.Events.BreaksAfter = null;
        (await world.IncrementalAsync()).Read.Should().Be(1000);
    }

    [Fact]
    public async Task An_unfinished_run_of_another_definition_does_not_count()
    {
        var world = WithRows(1000);
        world.Events.BreaksAfter = 500;
        var act = () => world.IncrementalAsync();
        await act.Should().ThrowAsync<MaterializationException>();
        world.Catalog.Marks["drivers"].Resume.Should().NotBeNull();
        world.Views = [world.View with { SkipsNulls = true }];
        world.Events.BreaksAfter = null;
        (await world.IncrementalAsync()).Read.Should().Be(1000);
    }

    [Fact]
    public async Task What_came_after_the_killed_run_is_brought_by_the_same_call()
    {
        var world = WithRows(1000);
        world.Events.BreaksAfter = 500;
        var act = () => world.IncrementalAsync();
        await act.Should().ThrowAsync<MaterializationException>();
        world.Events.BreaksAfter = null;
        world.Time.Advance(TimeSpan.FromHours(1));
        var result = await world.IncrementalAsync();
        result.To.Should().Be(World.Noon.AddHours(1));
        world.Catalog.Marks["drivers"].EventTime.Should().Be(World.Noon.AddHours(1));
    }

    [Fact]
    public async Task A_place_that_cannot_be_read_begins_anew()
    {
        var world = WithRows(10);
        await world.IncrementalAsync();
        world.Catalog.Marks["drivers"] = world.Catalog.Marks["drivers"] with { Resume = "chapter 7" };
        var act = () => world.IncrementalAsync();
        await act.Should().NotThrowAsync();
    }
}
