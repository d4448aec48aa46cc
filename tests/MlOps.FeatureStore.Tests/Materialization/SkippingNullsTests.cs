using MlOps.Core;

namespace MlOps.FeatureStore.Tests.Materialization;

public sealed class SkippingNullsTests
{
    [Fact]
    public async Task Each_feature_is_that_of_the_newest_event_that_has_one()
    {
        var world = new World(World.Drivers(skipsNulls: true));
        world.Add(1, 5, 0.5, 5);
        world.Add(1, 3, null, 3);
        world.Add(1, 1, null);
        await world.FullAsync();
        world.ValuesOf(1)!.Select(v => v.ToObject()).Should().Equal(0.5, 3L);
        world.RowOf(1)!.EventTime.Should().Be(FeatureTime.ToMicros(World.Noon.AddHours(-1)));
    }

    [Fact]
    public async Task A_later_run_keeps_what_an_earlier_one_brought()
    {
        var world = new World(World.Drivers(skipsNulls: true));
        world.Add(1, 5, 0.5);
        await world.IncrementalAsync();
        world.Time.Advance(TimeSpan.FromHours(2));
        world.Add(1, -1, null, 7);
        await world.IncrementalAsync();
        world.ValuesOf(1)!.Select(v => v.ToObject()).Should().Equal(0.5, 7L);
    }

    [Fact]
    public async Task A_late_row_fills_what_no_newer_row_has()
    {
        var world = new World(World.Drivers(skipsNulls: true));
        world.Add(1, 1, null, 7);
        await world.IncrementalAsync();
        world.Time.Advance(TimeSpan.FromHours(2));
        world.Add(1, 5, 0.5, 5, created: -1);
        (await world.IncrementalAsync()).Written.Should().Be(1);
        world.ValuesOf(1)!.Select(v => v.ToObject()).Should().Equal(0.5, 7L);
    }

    [Fact]
    public async Task What_somebody_else_wrote_in_between_is_merged_and_not_lost()
    {
        var world = new World(World.Drivers(skipsNulls: true));
        world.Add(1, 3, 0.5);
        var once = true;
        world.Store.BeforeWrite = () =>
        {
            if (!once) return;
            once = false;
            var other = new SkippingRow(2);
            other.Add([default, 9L], new(FeatureTime.ToMicros(World.Noon.AddHours(-1)), 0));
            world.WriteMoments(1, World.Noon.AddHours(-1), other);
        };
        await world.FullAsync();
        world.ValuesOf(1)!.Select(v => v.ToObject()).Should().Equal(0.5, 9L);
    }

    [Fact]
    public async Task Nothing_is_written_when_nothing_is_newer()
    {
        var world = new World(World.Drivers(skipsNulls: true));
        world.Add(1, 3, 0.5);
        await world.FullAsync();
        var result = await world.FullAsync();
        (result.Written, result.Superseded).Should().Be((0, 1));
    }
}
