using MlOps.Core;

namespace MlOps.FeatureStore.Tests.Materialization;

public sealed class DeletionTests
{
    private static Task DeleteAsync(World world, long driver, double hours) => world.Materializer.DeleteAsync(
        "drivers", new Dictionary<string, IReadOnlyList<FeatureValue>> { ["driver_id"] = [driver] }, World.Noon.AddHours(-hours), TestContext.Current.CancellationToken);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_deleted_entity_is_gone_and_an_older_event_does_not_bring_it_back(bool skipsNulls)
    {
        var world = new World(World.Drivers(skipsNulls: skipsNulls));
        world.Add(1, 5, 0.1);
        await world.FullAsync();
        await DeleteAsync(world, 1, 2);
        world.Add(1, 3, 0.3);
        world.Add(1, 2, 0.2);
        await world.FullAsync();
        world.RowOf(1)!.IsDeleted.Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_later_event_brings_it_back(bool skipsNulls)
    {
        var world = new World(World.Drivers(skipsNulls: skipsNulls));
        world.Add(1, 5, 0.1, 5);
        await world.FullAsync();
        await DeleteAsync(world, 1, 2);
        world.Add(1, 1, 0.2);
        await world.FullAsync();
        world.ValuesOf(1)!.Select(v => v.ToObject()).Should().Equal(0.2, null);
    }

    [Fact]
    public async Task A_newer_row_is_not_deleted()
    {
        var world = new World();
        world.Add(1, 1, 0.1);
        await world.FullAsync();
        await DeleteAsync(world, 1, 2);
        world.RateOf(1).Should().Be(0.1);
    }

    [Fact]
    public async Task A_deletion_is_remembered_as_long_as_an_older_row_would_live()
    {
        var world = new World(World.Drivers(ttl: TimeSpan.FromHours(3)));
        await DeleteAsync(world, 1, 2);
        world.RowOf(1)!.ExpiresAt.Should().Be(FeatureTime.ToMicros(World.Noon.AddHours(-2 + 3 + 24)));
    }

    [Fact]
    public async Task A_key_that_lacks_is_named()
    {
        var act = () => new World().Materializer.DeleteAsync("drivers", new Dictionary<string, IReadOnlyList<FeatureValue>>(), World.Noon, TestContext.Current.CancellationToken);
        await act.Should().ThrowAsync<DataException>().WithMessage("*driver_id*");
    }

    [Fact]
    public async Task A_key_of_another_type_is_refused()
    {
        var act = () => new World().Materializer.DeleteAsync("drivers", new Dictionary<string, IReadOnlyList<FeatureValue>> { ["driver_id"] = ["1"] }, World.Noon, TestContext.Current.CancellationToken);
        await act.Should().ThrowAsync<DataException>().WithMessage("*driver_id*String*");
    }
}
