using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore.Tests.Materialization;

public sealed class PushHistoryTests : IDisposable
{
    private static readonly DatasetSchema Schema = new([
        new("driver_id", ColumnType.Int64), new("event_timestamp", ColumnType.Timestamp), new("created", ColumnType.Timestamp), new("rate", ColumnType.Float64), new("trips", ColumnType.Int64)]);

    private readonly string _folder = Directory.CreateTempSubdirectory("mlops-pushes").FullName;
    private readonly ServiceProvider _services;

    public PushHistoryTests()
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore(o => o.Folder = _folder).UseDuckDb().UseInMemoryStores().AddData();
        _services = services.BuildServiceProvider();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static FeatureView View => World.Drivers();

    private PushHistory History(int maxSegments = 64) => new(
        _services.GetRequiredService<IColumnarEngine>(), _services.GetRequiredService<IDatasetStore>(), _services.GetRequiredService<IArtifactStore>(), TimeProvider.System,
        _services.GetRequiredService<IOptions<MlOpsOptions>>(), Options.Create(new PushOptions { MaxSegments = maxSegments }));

    private static RecordBatch Rows(params (long Driver, double Rate)[] rows) =>
        FakeEvents.ToBatch(Schema, [.. rows.Select(r => new FeatureValue?[] { r.Driver, World.Noon, World.Noon, r.Rate, r.Driver })]);

    private async Task<List<object?[]>> ReadAsync(Dataset dataset)
    {
        var rows = new List<object?[]>();
        await foreach (var batch in _services.GetRequiredService<IDatasetStore>().ReadAsync(dataset, null, Token))
        {
            for (var row = 0; row < batch.Length; row++) rows.Add([.. Enumerable.Range(0, batch.ColumnCount).Select(c => ArrowValues.Read(batch.Column(c), row).ToObject())]);
        }

        return rows;
    }

    private string[] Files() => [.. Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Where(f => f.Contains("pushed", StringComparison.Ordinal)).Select(f => Path.GetFileName(f)!).Order()];

    [Fact]
    public async Task What_was_pushed_is_there_in_the_order_of_its_arrival()
    {
        using var history = History();
        await history.AppendAsync(View, Rows((1, 0.1), (2, 0.2)), Token);
        await history.AppendAsync(View, Rows((3, 0.3)), Token);
        var dataset = await history.GetAsync(View, Token);
        dataset.Schema.Should().Equal(Schema);
        (await ReadAsync(dataset)).Select(r => (r[0], r[1], r[3])).Should().Equal((1L, World.Noon, 0.1), (2L, World.Noon, 0.2), (3L, World.Noon, 0.3));
    }

    [Fact]
    public async Task Nothing_pushed_is_a_dataset_without_rows()
    {
        using var history = History();
        var dataset = await history.GetAsync(View, Token);
        (dataset.RowCount, dataset.Schema.Count).Should().Be((0, 5));
    }

    [Fact]
    public async Task It_is_the_same_dataset_until_more_is_pushed()
    {
        using var history = History();
        await history.AppendAsync(View, Rows((1, 0.1)), Token);
        var first = await history.GetAsync(View, Token);
        (await history.GetAsync(View, Token)).Should().BeSameAs(first);
        await history.AppendAsync(View, Rows((1, 0.1)), Token);
        (await history.GetAsync(View, Token)).RowCount.Should().Be(2);
    }

    [Fact]
    public async Task Another_process_sees_what_was_pushed()
    {
        using (var one = History()) await one.AppendAsync(View, Rows((1, 0.1)), Token);
        using var other = History();
        (await other.GetAsync(View, Token)).RowCount.Should().Be(1);
    }

    [Fact]
    public async Task Many_who_push_at_once_lose_nothing_also_while_files_become_one()
    {
        using var one = History(8);
        using var other = History(8);
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(() => (i % 2 == 0 ? one : other).AppendAsync(View, Rows((i, i)), Token), Token)));
        using var reader = History();
        (await ReadAsync(await reader.GetAsync(View, Token))).Select(r => (long)r[0]!).Should().BeEquivalentTo(Enumerable.Range(0, 60).Select(i => (long)i));
    }

    [Fact]
    public async Task Many_small_files_become_one_in_the_same_order()
    {
        using var history = History(5);
        for (var i = 0; i < 12; i++) await history.AppendAsync(View, Rows((i, i)), Token);
        (await ReadAsync(await history.GetAsync(View, Token))).Select(r => (long)r[0]!).Should().Equal(Enumerable.Range(0, 12).Select(i => (long)i));
        Files().Should().Contain("000000000001-000000000005.parquet");
    }

    [Fact]
    public async Task Files_that_were_replaced_stay_for_those_who_read_them_and_go_later()
    {
        using var history = History(3);
        for (var i = 0; i < 3; i++) await history.AppendAsync(View, Rows((i, i)), Token);
        Files().Should().HaveCount(4);
        foreach (var file in Directory.EnumerateFiles(_folder, "*.parquet", SearchOption.AllDirectories)) File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-2));
        for (var i = 3; i < 5; i++) await history.AppendAsync(View, Rows((i, i)), Token);
        Files().Should().NotContain("000000000001-000000000001.parquet");
        (await history.GetAsync(View, Token)).RowCount.Should().Be(5);
    }

    [Fact]
    public async Task What_was_left_half_written_is_not_seen()
    {
        using var history = History();
        await history.AppendAsync(View, Rows((1, 0.1)), Token);
        var folder = Path.GetDirectoryName(Directory.EnumerateFiles(_folder, "*.parquet", SearchOption.AllDirectories).First(f => f.Contains("pushed", StringComparison.Ordinal)))!;
        await File.WriteAllTextAsync(Path.Combine(folder, "left.tmp"), "half", Token);
        (await history.GetAsync(View, Token)).RowCount.Should().Be(1);
    }

    [Fact]
    public async Task A_file_that_somebody_removed_is_missed()
    {
        using var history = History();
        for (var i = 0; i < 3; i++) await history.AppendAsync(View, Rows((i, i)), Token);
        File.Delete(Directory.EnumerateFiles(_folder, "000000000002-*.parquet", SearchOption.AllDirectories).Single());
        var act = () => history.GetAsync(View, Token);
        await act.Should().ThrowAsync<StoreException>().WithMessage("*lacks number 2*");
    }

    [Fact]
    public async Task A_push_that_is_stopped_leaves_nothing()
    {
        using var history = History();
        var act = () => history.AppendAsync(View, Rows((1, 0.1)), new(true));
        await act.Should().ThrowAsync<OperationCanceledException>();
        Files().Should().BeEmpty();
    }

    [Fact]
    public async Task A_column_that_the_view_named_later_is_missing_in_what_was_pushed_before()
    {
        using var history = History();
        await history.AppendAsync(View, Rows((1, 0.1)), Token);
        var wider = View with { Features = [.. View.Features, new("city", ColumnType.String)] };
        (await ReadAsync(await history.GetAsync(wider, Token))).Single()[5].Should().BeNull();
    }

    [Fact]
    public async Task A_column_that_is_pushed_with_another_type_is_refused()
    {
        using var history = History();
        await history.AppendAsync(View, Rows((1, 0.1)), Token);
        var rows = FakeEvents.ToBatch(new(Schema.Select(c => c.Name == "trips" ? new Column("trips", ColumnType.String) : c)), [[1L, World.Noon, World.Noon, 0.1, "many"]]);
        var act = () => history.AppendAsync(View with { Features = [new("trips", ColumnType.String)] }, rows, Token);
        await act.Should().ThrowAsync<DataException>().WithMessage("*'trips'*");
    }

    [Theory]
    [InlineData("../../etc", "..", "/", "con", "a b?*")]
    public async Task Views_of_any_name_lie_where_they_should(params string[] names)
    {
        using var history = History();
        foreach (var name in names.Concat(["drivers", "Drivers"]))
        {
            await history.AppendAsync(View with { Name = name }, Rows((1, 0.1)), Token);
            (await history.GetAsync(View with { Name = name }, Token)).RowCount.Should().Be(1);
        }

        Directory.EnumerateDirectories(Path.Combine(_folder, "features", "pushed")).Should().HaveCount(names.Length + 2);
    }

    [Fact]
    public async Task What_is_pushed_to_both_is_online_and_in_the_history()
    {
        using var history = History();
        var world = new World();
        world.Histories.Add(history);
        await world.Materializer.PushAsync("drivers", Rows((1, 0.1)), PushTarget.OnlineAndOffline, Token);
        await world.Materializer.PushAsync("drivers", Rows((2, 0.2)), PushTarget.Offline, Token);
        (world.RateOf(1), world.RateOf(2)).Should().Be((0.1, null));
        (await history.GetAsync(View, Token)).RowCount.Should().Be(2);
    }

    public void Dispose()
    {
        _services.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
