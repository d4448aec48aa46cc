using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests.Materialization;

public sealed class StatisticsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mlops-statistics").FullName;

    private FileFeatureStatistics Statistics => new(Options.Create(new MlOpsOptions { Folder = _folder }));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_run_keeps_statistics_of_what_it_wrote(bool skipsNulls)
    {
        var world = new World(World.Drivers(skipsNulls: skipsNulls)) { Statistics = { Statistics } };
        for (var i = 0; i < 100; i++) world.Add(i, 1, i, i % 4 == 0 ? null : 5);
        world.Add(0, 2, 1e9);
        await world.FullAsync();
        var kept = (await Statistics.ListAsync("drivers", 1, TestContext.Current.CancellationToken)).Single();
        (kept.At, kept.To).Should().Be((World.Noon, World.Noon));
        kept.Profile.Rows.Should().Be(100);
        kept.Profile["rate"].Numbers!.Max.Should().Be(99, "the older row was not written");
        (kept.Profile["trips"].Missing, kept.Profile["trips"].IsConstant).Should().Be((25, true));
    }

    [Fact]
    public async Task Windows_have_the_statistics_of_their_values_as_of_the_run()
    {
        var view = World.Drivers(created: false) with { Features = [new("trips", ColumnType.Int64) { Column = string.Empty, Aggregation = new(AggregationKind.Count, TimeSpan.FromHours(4)) }] };
        var world = new World(view) { Statistics = { Statistics } };
        for (var driver = 0; driver < 10; driver++)
        {
            for (var each = 0; each <= driver; each++) world.Events.Add(view, (long)driver, World.Noon.AddHours(driver == 0 ? -9 : -1));
        }

        await world.IncrementalAsync();
        var trips = (await Statistics.ListAsync("drivers", 1, TestContext.Current.CancellationToken)).Single().Profile["trips"];
        (trips.Rows, trips.Missing, trips.Numbers!.Min, trips.Numbers.Max).Should().Be((10, 1, 2, 10), "the window of driver 0 is empty");
    }

    [Fact]
    public async Task The_newest_statistics_come_first_and_old_ones_go()
    {
        var world = new World { Statistics = { Statistics }, Options = { Overlap = TimeSpan.Zero } };
        for (var run = 0; run < 105; run++)
        {
            world.Add(1, -run, run);
            await world.IncrementalAsync();
            world.Time.Advance(TimeSpan.FromHours(1));
        }

        var kept = await Statistics.ListAsync("drivers", 1000, TestContext.Current.CancellationToken);
        kept.Should().HaveCount(100);
        kept[0].Profile["rate"].Numbers!.Max.Should().Be(104);
    }

    [Fact]
    public async Task A_view_that_was_never_materialized_has_none()
    {
        (await Statistics.ListAsync("riders", 1, TestContext.Current.CancellationToken)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_run_that_wrote_nothing_keeps_none()
    {
        var world = new World { Statistics = { Statistics } };
        await world.FullAsync();
        (await Statistics.ListAsync("drivers", 1, TestContext.Current.CancellationToken)).Should().BeEmpty();
    }

    [Fact]
    public async Task Statistics_may_be_left_out()
    {
        var world = new World { Statistics = { Statistics }, Options = { KeepStatistics = false } };
        world.Add(1, 1, 1);
        await world.FullAsync();
        (await Statistics.ListAsync("drivers", 1, TestContext.Current.CancellationToken)).Should().BeEmpty();
    }

    [Fact]
    public async Task Damaged_statistics_are_named()
    {
        var world = new World { Statistics = { Statistics } };
        world.Add(1, 1, 1);
        await world.FullAsync();
        await File.WriteAllTextAsync(Directory.EnumerateFiles(_folder, "*.json", SearchOption.AllDirectories).Single(), "{", TestContext.Current.CancellationToken);
        var act = () => Statistics.ListAsync("drivers", 1, TestContext.Current.CancellationToken);
        await act.Should().ThrowAsync<StoreException>().WithMessage("*damaged*");
    }

    [Fact]
    public async Task Every_type_has_statistics()
    {
        var view = World.Drivers() with
        {
            Features =
            [
                new("a", ColumnType.Boolean), new("b", ColumnType.Int64), new("c", ColumnType.Float64), new("d", ColumnType.Decimal), new("e", ColumnType.String),
                new("f", ColumnType.Date), new("g", ColumnType.Timestamp), new("h", ColumnType.Binary),
            ],
        };
        var world = new World(view) { Statistics = { Statistics } };
        world.Events.Add(view, 1L, World.Noon, World.Noon, true, 1L, 1.5, 2.5m, "x", new DateOnly(2026, 1, 1), World.Noon, new byte[] { 1 });
        world.Events.Add(view, 2L, World.Noon, World.Noon, null, null, null, null, null, null, null, null);
        await world.FullAsync();
        var profile = (await Statistics.ListAsync("drivers", 1, TestContext.Current.CancellationToken)).Single().Profile;
        profile.Columns.Should().HaveCount(8);
        profile.Columns.Should().OnlyContain(c => profile[c].Rows == 2 && profile[c].Missing == 1);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
