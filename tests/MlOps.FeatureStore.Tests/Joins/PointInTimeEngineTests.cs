using Apache.Arrow;
using CsCheck;
using MlOps.Core;
using MlOps.Peers;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore.Tests;

/// <summary>What every engine of point-in-time joins must do. An engine is tested by a class that derives from this one and says how it is made and where its events lie.</summary>
public abstract class PointInTimeEngineTests
{
    private static readonly Column[] StatColumns = [new("driver_id", ColumnType.Int64), new("at", ColumnType.Timestamp), new("written", ColumnType.Timestamp), new("trips", ColumnType.Int64)];
    private static readonly Column[] RowColumns = [new("driver_id", ColumnType.Int64), new("time", ColumnType.Timestamp), new("label", ColumnType.String)];

    public static IEnumerable<TheoryDataRow<string>> Cases => Oracles.Cases("featurestore/cases.json");

    /// <summary>How many random joins are compared with the rules.</summary>
    protected virtual int Samples => 300;

    /// <summary>The types of features that the random joins have.</summary>
    protected virtual IReadOnlyList<ColumnType> FeatureTypes { get; } = Enum.GetValues<ColumnType>();

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Cases)), Trait(Oracles.Category, Oracles.Peer)]
    public async Task The_peers_cases_come_out(string name)
    {
        var one = new PointInTimeCase(Oracles.Case("featurestore/cases.json", name));
        var (views, slots) = (new List<SelectedView>(), 0);
        foreach (var (view, events) in one.Views)
        {
            views.Add(Select(view with { Source = await PutAsync(events, view) }) with { FirstSlot = slots });
            slots += view.Features.Count;
        }

        var joined = await JoinAsync(one.Rows, PointInTimeCase.TimeColumn, views, one.CreatedBeforeRow);
        joined.Select(r => Text(r[..one.Rows.ColumnCount])).Should().Equal(Tables.Rows(one.Rows).Select(Text)); // each row once, in its place
        joined.Select(Text).Order().Should().Equal(Tables.Rows(one.Expected).Select(Text).Order());

        static string Text(FeatureValue[] row) => string.Join(' ', row.Select(v => v.IsMissing ? "-" : $"{v.Type} {v.Bits} {v.Object}"));
    }

    [Fact, Trait(Oracles.Category, Oracles.Peer)]
    public async Task The_drivers_of_Feast_get_what_its_SQL_gives()
    {
        var view = DriverStats.ViewOf(await PutAsync(DriverStats.Read("driver_stats.csv", DriverStats.Events), DriverStats.ViewOf(FeatureSource.Pushed())));
        var joined = await JoinAsync(DriverStats.Read("driver_stats_entities.csv", DriverStats.Rows), "event_timestamp", [Select(view)]);
        joined.Should().BeEquivalentTo(Tables.Rows(DriverStats.Read("driver_stats_expected_ttl1d.csv", DriverStats.Expected)), o => o.WithStrictOrdering().ComparingByValue<FeatureValue>());
    }

    [Fact]
    public async Task A_random_join_gives_what_the_rules_say() => await RandomJoin.Of(FeatureTypes).SampleAsync(
        async join =>
        {
            var view = join.View with { Source = await PutAsync(join.Events, join.View) };
            var joined = await JoinAsync(join.Rows, "time", [Select(view)], join.CreatedBeforeRow);
            return joined.Select(r => r[^view.Features.Count..]).Zip(join.Expected, (found, expected) => found.SequenceEqual(expected)).All(same => same) && joined.Count == join.Rows.Length;
        },
        iter: Samples,
        threads: 1);

    [Fact]
    public async Task Columns_of_the_rows_pass_through()
    {
        var joined = await JoinAsync(Rows([1L, Tables.At("2024-01-02"), "first"], [2L, Tables.At("2024-01-02"), default]), "time", [Select(await StatsAsync())]);
        joined.Select(r => r[2]).Should().Equal("first", default);
    }

    [Fact]
    public async Task Rows_without_features_come_out()
    {
        var joined = await JoinAsync(Rows([7L, Tables.At("2024-01-02"), "a"], [default, Tables.At("2024-01-02"), "b"]), "time", [Select(await StatsAsync([1L, Tables.At("2024-01-01"), default, 5L]))]);
        joined.Select(r => r[3].IsMissing).Should().Equal(true, true);
    }

    [Fact]
    public async Task No_rows_give_one_empty_batch_with_all_columns()
    {
        var view = Select(await StatsAsync([1L, Tables.At("2024-01-01"), default, 5L]));
        var batches = new List<(int Rows, int Columns)>();
        await foreach (var batch in Engine.JoinAsync(new(await PutRowsAsync(Rows()), "time", [view], false, new()), Cancel)) batches.Add((batch.Length, batch.ColumnCount));
        batches.Should().Equal((0, 4));
    }

    [Fact]
    public async Task One_view_is_joined_by_two_keys()
    {
        var view = await StatsAsync([1L, Tables.At("2024-01-01"), default, 5L], [2L, Tables.At("2024-01-01"), default, 6L]);
        Column[] columns = [new("from", ColumnType.Int64), new("to", ColumnType.Int64), new("time", ColumnType.Timestamp)];
        var joined = await JoinAsync(
            Tables.Batch(columns, [1L, 2L, Tables.At("2024-01-02")], [2L, 3L, Tables.At("2024-01-02")]), "time", [new(view, ["from"], view.Features, 0), new(view, ["to"], view.Features, 1)]);
        joined.Select(r => (r[3], r[4])).Should().Equal((5L, 6L), (6L, default));
    }

    [Fact]
    public async Task One_view_is_joined_by_two_keys_with_other_features_for_each()
    {
        var view = (await StatsAsync([1L, Tables.At("2024-01-01"), default, 5L], [2L, Tables.At("2024-01-01"), Tables.At("2024-01-01"), 6L])) with { CreatedTime = null, Features = [new("trips", ColumnType.Int64), new("written", ColumnType.Timestamp)] };
        Column[] columns = [new("from", ColumnType.Int64), new("to", ColumnType.Int64), new("time", ColumnType.Timestamp)];
        var joined = await JoinAsync(
            Tables.Batch(columns, [1L, 2L, Tables.At("2024-01-02")], [2L, 3L, Tables.At("2024-01-02")]), "time", [new(view, ["from"], [view.Features[0]], 0), new(view, ["to"], [view.Features[1]], 1)]);
        joined.Select(r => (r[3], r[4])).Should().Equal((5L, Tables.At("2024-01-01")), (6L, default));
    }

    [Fact]
    public async Task Several_views_have_their_features_side_by_side_in_order()
    {
        var first = await StatsAsync([1L, Tables.At("2024-01-01"), default, 5L]);
        var second = (await StatsAsync([1L, Tables.At("2024-01-01"), default, 6L])) with { Name = "second" };
        var third = (await StatsAsync([9L, Tables.At("2024-01-01"), default, 7L])) with { Name = "third" };
        Column[] columns = [new("driver_id", ColumnType.Int64), new("other", ColumnType.Int64), new("time", ColumnType.Timestamp)];
        var joined = await JoinAsync(
            Tables.Batch(columns, [1L, 9L, Tables.At("2024-01-02")]), "time", [Select(first), new(third, ["other"], third.Features, 1), new(second, ["driver_id"], second.Features, 2)]);
        joined.Single()[3..].Should().Equal(5L, 7L, 6L);
    }

    [Fact]
    public async Task Values_created_after_their_row_are_counted()
    {
        var view = await StatsAsync([1L, Tables.At("2024-01-01"), Tables.At("2024-01-05"), 5L], [2L, Tables.At("2024-01-01"), Tables.At("2024-01-02"), 6L], [3L, Tables.At("2024-01-01"), default, 7L]);
        var leakage = new LeakageCounter();
        await JoinAsync(Rows([1L, Tables.At("2024-01-02"), "a"], [2L, Tables.At("2024-01-02"), "b"], [3L, Tables.At("2024-01-02"), "c"], [4L, Tables.At("2024-01-02"), "d"]), "time", [Select(view)], leakage: leakage);
        leakage.ToReport().Should().Equal(new FeatureLeakage("stats", 3, 1));
    }

    [Fact]
    public async Task Days_are_their_midnight()
    {
        var view = await StatsAsync([1L, Tables.At("2024-01-02"), default, 5L], [1L, Tables.At("2024-01-02T00:00:01Z"), default, 6L]);
        Column[] columns = [new("driver_id", ColumnType.Int64), new("day", ColumnType.Date)];
        (await JoinAsync(Tables.Batch(columns, [1L, new DateOnly(2024, 1, 2)]), "day", [Select(view)])).Single()[2].Should().Be((FeatureValue)5L);
    }

    [Fact]
    public async Task A_row_without_time_is_named()
    {
        var view = Select(await StatsAsync([1L, Tables.At("2024-01-01"), default, 5L]));
        var act = () => JoinAsync(Rows([1L, Tables.At("2024-01-02"), "a"], [1L, default, "b"]), "time", [view]);
        (await act.Should().ThrowAsync<DataException>()).Which.Row.Should().Be(2);
    }

    [Fact]
    public async Task Rows_without_a_time_column_are_refused()
    {
        var view = Select(await StatsAsync([1L, Tables.At("2024-01-01"), default, 5L]));
        var act = () => JoinAsync(Rows([1L, Tables.At("2024-01-02"), "a"]), "when", [view]);
        await act.Should().ThrowAsync<DataException>().WithMessage("*'when'*driver_id, time, label*");
    }

    [Fact]
    public async Task A_time_that_is_a_text_is_refused()
    {
        var view = Select(await StatsAsync([1L, Tables.At("2024-01-01"), default, 5L]));
        var act = () => JoinAsync(Rows([1L, Tables.At("2024-01-02"), "a"]), "label", [view]);
        await act.Should().ThrowAsync<DataException>().WithMessage("*'label'*String*Timestamp or Date*");
    }

    [Fact]
    public async Task A_key_of_another_type_is_refused()
    {
        var view = await StatsAsync([1L, Tables.At("2024-01-01"), default, 5L]);
        var act = () => JoinAsync(Rows([1L, Tables.At("2024-01-02"), "a"]), "time", [new(view, ["label"], view.Features, 0)]);
        await act.Should().ThrowAsync<DataException>().WithMessage("*'label'*'driver_id'*'stats'*String*Int64*");
    }

    /// <summary>The engine.</summary>
    private protected abstract IPointInTimeEngine Engine { get; }

    /// <summary>Puts events where the engine reads them.</summary>
    private protected abstract Task<FeatureSource> PutAsync(RecordBatch events, FeatureView view);

    /// <summary>Puts rows where the engine reads them.</summary>
    private protected virtual Task<EntityRows> PutRowsAsync(RecordBatch rows) => Task.FromResult(EntityRows.Of(Tables.AsAsync(rows)));

    private protected static SelectedView Select(FeatureView view) => new(view, [.. view.Keys.Select(k => k.Name)], view.Features, 0);

    private protected static RecordBatch Rows(params FeatureValue[][] rows) => Tables.Batch(RowColumns, rows);

    private protected async Task<List<FeatureValue[]>> JoinAsync(RecordBatch rows, string time, IReadOnlyList<SelectedView> views, bool createdBeforeRow = false, LeakageCounter? leakage = null) =>
        await Tables.RowsAsync(Engine.JoinAsync(new(await PutRowsAsync(rows), time, views, createdBeforeRow, leakage ?? new()), Cancel));

    private protected async Task<FeatureView> StatsAsync(params FeatureValue[][] events)
    {
        var view = new FeatureView
        {
            Name = "stats",
            Entities = [new("driver", [new("driver_id", ColumnType.Int64)])],
            Source = FeatureSource.Pushed(),
            EventTime = "at",
            CreatedTime = "written",
            Features = [new("trips", ColumnType.Int64)],
        };
        return view with { Source = await PutAsync(Tables.Batch(StatColumns, events), view) };
    }
}
