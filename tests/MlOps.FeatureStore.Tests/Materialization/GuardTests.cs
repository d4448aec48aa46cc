using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests.Materialization;

public sealed class GuardTests
{
    [Fact]
    public async Task Refused_rows_are_put_aside_and_counted_and_an_older_good_one_is_written()
    {
        var world = new World { Guards = { new RateGuard() } };
        world.Add(1, 3, 0.3);
        world.Add(1, 1, 7);
        var result = await world.FullAsync();
        (result.Written, result.Rejected, result.Flagged).Should().Be((1, 1, 0));
        world.RateOf(1).Should().Be(0.3);
    }

    [Fact]
    public async Task Flagged_rows_are_written_and_counted()
    {
        var world = new World { Guards = { new RateGuard(RefusedRows.Flag) } };
        world.Add(1, 1, 7);
        var result = await world.FullAsync();
        (result.Written, result.Rejected, result.Flagged).Should().Be((1, 0, 1));
    }

    [Fact]
    public async Task A_guard_may_have_the_view_fail()
    {
        var world = new World { Guards = { new RateGuard(RefusedRows.Fail) } };
        world.Add(1, 1, 7);
        var act = () => world.FullAsync();
        (await act.Should().ThrowAsync<MaterializationException>()).Which.Failures.Single().Error.Message.Should().Contain("rate").And.Contain("at most 1");
        world.Store.Rows.Should().BeEmpty();
    }

    [Fact]
    public async Task A_finding_that_refuses_nothing_is_flagged()
    {
        var world = new World { Guards = { new RateGuard(isRefused: false) } };
        world.Add(1, 1, 7);
        (await world.FullAsync()).Flagged.Should().Be(1);
    }

    [Fact]
    public async Task Guards_of_other_views_are_not_asked()
    {
        var world = new World { Guards = { new RateGuard(view: "riders") } };
        world.Add(1, 1, 7);
        (await world.FullAsync()).Written.Should().Be(1);
    }

    [Fact]
    public async Task Guards_see_features_by_their_own_names()
    {
        var guard = new RateGuard();
        var world = new World(World.Drivers() with { Features = [new("rate", ColumnType.Float64) { Column = "r" }, new("again", ColumnType.Float64) { Column = "r" }] }) { Guards = { guard } };
        world.Events.Add(world.View, 1L, World.Noon, World.Noon, 7.0);
        await world.FullAsync();
        guard.Columns.Should().Equal("driver_id", EventColumns.EventTime, "rate", "again");
    }

    [Fact]
    public async Task Pushed_rows_are_looked_at_as_well()
    {
        var world = new World { Guards = { new RateGuard() } };
        var schema = new DatasetSchema([new("driver_id", ColumnType.Int64), new("event_timestamp", ColumnType.Timestamp), new("created", ColumnType.Timestamp), new("rate", ColumnType.Float64), new("trips", ColumnType.Int64)]);
        var rows = FakeEvents.ToBatch(schema, [[1L, World.Noon, World.Noon, 7.0, 1L], [2L, World.Noon, World.Noon, 0.5, 1L]]);
        var result = await world.Materializer.PushAsync("drivers", rows, PushTarget.Online, TestContext.Current.CancellationToken);
        (result.Written, result.Rejected).Should().Be((1, 1));
        (world.RateOf(1), world.RateOf(2)).Should().Be((null, 0.5));
    }

    [Fact]
    public async Task Refused_rows_are_kept_with_the_reason_where_that_is_wanted()
    {
        var folder = Directory.CreateTempSubdirectory("mlops-rejected").FullName;
        var services = new ServiceCollection();
        services.AddMlOpsCore(o => o.Folder = folder).UseDuckDb().UseInMemoryStores().AddData();
        await using var provider = services.BuildServiceProvider();
        var datasets = provider.GetRequiredService<IDatasetStore>();
        var world = new World { Guards = { new RateGuard() }, Datasets = { datasets }, Options = { MaxRejectedRowsKept = 3 } };
        for (var i = 0; i < 5; i++) world.Add(i, 1, 7 + i);
        var kept = (await world.FullAsync()).RejectedRows!;
        kept.RowCount.Should().Be(3);
        await foreach (var batch in datasets.ReadAsync(kept, ["driver_id", "__reason"], TestContext.Current.CancellationToken))
            (ArrowValues.Read(batch.Column(0), 0).ToObject(), ArrowValues.Read(batch.Column(1), 0).ToObject()).Should().Be((0L, "rate: at most 1"));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_row_with_two_faults_counts_once()
    {
        var world = new World { Guards = { new RateGuard(), new RateGuard() } };
        world.Add(1, 1, 7);
        (await world.FullAsync()).Rejected.Should().Be(1);
    }

    /// <summary>Refuses rates above 1.</summary>
    private sealed class RateGuard(RefusedRows onWrite = RefusedRows.PutAside, bool isRefused = true, string view = "drivers") : IFeatureGuard
    {
        public IReadOnlyList<string> Columns { get; private set; } = [];

        public string View => view;

        public RefusedRows OnWrite => onWrite;

        public RefusedRows? OnRead => null;

        public IReadOnlyList<InputFinding> Check(RecordBatch rows)
        {
            Columns = [.. rows.Schema.FieldsList.Select(f => f.Name)];
            var rates = (DoubleArray)rows.Column("rate");
            return [.. Enumerable.Range(0, rows.Length).Where(i => rates.GetValue(i) > 1).Select(i => new InputFinding(i, "rate", "at most 1", isRefused))];
        }
    }
}
