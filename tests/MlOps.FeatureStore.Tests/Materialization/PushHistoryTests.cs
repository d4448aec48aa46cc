using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
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

    private PushHistory History(int maxSegments = 64, int partRows = 65_536) => new(
        _services.GetRequiredService<IColumnarEngine>(), _services.GetRequiredService<IDatasetStore>(), _services.GetRequiredService<IArtifactStore>(), TimeProvider.System,
        _services.GetRequiredService<IOptions<MlOpsOptions>>(), Options.Create(new PushOptions { MaxSegments = maxSegments }))
    {
        PartRows = partRows,
    };

    private static RecordBatch Rows(params (long Driver, double Rate)[] rows) =>
        FakeEvents.ToBatch(Schema, [.. rows.Select(r => new FeatureValue?[] { r.Driver, World.Noon, World.Noon, r.Rate, r.Driver })]);

    private async Task<List<object?[]>> ReadAsync(DatasetParts pushed)
    {
        var rows = new List<object?[]>();
        await foreach (var batch in pushed.Parts.ToAsyncEnumerable().SelectMany(p => _services.GetRequiredService<IDatasetStore>().ReadAsync(p, null, Token)))
        {
            for (var row = 0; row < batch.Length; row++) rows.Add([.. Enumerable.Range(0, batch.ColumnCount).Select(c => ArrowValues.Read(batch.Column(c), row).ToObject())]);
        }

        return rows;
    }

    private string PathOf(string file) => Directory.EnumerateFiles(_folder, file, SearchOption.AllDirectories).Single();

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
    public async Task Many_small_files_become_few_in_the_same_order()
    {
        using var history = History(5);
        for (var i = 0; i < 12; i++) await history.AppendAsync(View, Rows((i, i)), Token);
        (await ReadAsync(await history.GetAsync(View, Token))).Select(r => (long)r[0]!).Should().Equal(Enumerable.Range(0, 12).Select(i => (long)i));
        Files().Should().Contain(["000000000001-000000000008.parquet", "000000000009-000000000012.parquet"]);
    }

    [Fact]
    public async Task A_large_file_is_left_alone_until_there_is_as_much_again()
    {
        using var history = History(4);
        for (var i = 0; i < 16; i++) await history.AppendAsync(View, Rows((i, i)), Token);
        var written = File.GetLastWriteTimeUtc(PathOf("000000000001-000000000016.parquet"));
        for (var i = 16; i < 31; i++) await history.AppendAsync(View, Rows((i, i)), Token);
        Files().Should().Contain("000000000017-000000000024.parquet").And.NotContain(f => f.StartsWith("000000000001-", StringComparison.Ordinal) && string.CompareOrdinal(f, "000000000001-000000000017") >= 0);
        File.GetLastWriteTimeUtc(PathOf("000000000001-000000000016.parquet")).Should().Be(written);
        (await history.GetAsync(View, Token)).RowCount.Should().Be(31);
    }

    [Fact]
    public async Task Only_what_is_new_is_added_and_few_parts_are_written_again()
    {
        using var history = History(partRows: 10);
        for (var i = 0; i < 8; i++) await history.AppendAsync(View, Rows([.. Enumerable.Range(i * 10, 10).Select(n => ((long)n, (double)n))]), Token);
        (await history.GetAsync(View, Token)).Parts.Select(p => p.RowCount).Should().Equal(80);
        await history.AppendAsync(View, Rows([.. Enumerable.Range(80, 35).Select(n => ((long)n, (double)n))]), Token);
        var first = await history.GetAsync(View, Token);
        await history.AppendAsync(View, Rows((115, 115)), Token);
        var second = await history.GetAsync(View, Token);
        first.Parts.Select(p => p.RowCount).Should().Equal(80, 20, 10, 5);
        second.Parts.Take(3).Should().Equal(first.Parts.Take(3));
        (await ReadAsync(second)).Select(r => (long)r[0]!).Should().Equal(Enumerable.Range(0, 116).Select(i => (long)i));
    }

    [Fact]
    public async Task The_same_rows_have_one_fingerprint_however_they_were_pushed_and_asked_for()
    {
        var (random, fingerprints) = (new Random(7), new List<string>());
        for (var round = 0; round < 5; round++)
        {
            var (view, next) = (View with { Name = $"round{round}" }, 0);
            while (next < 137)
            {
                using var history = History(maxSegments: 2 + (round * 2), partRows: 8); // each time as another process would
                var count = Math.Min(random.Next(1, 12), 137 - next);
                await history.AppendAsync(view, Rows([.. Enumerable.Range(next, count).Select(n => ((long)n, (double)n))]), Token);
                next += count;
                if (random.Next(3) == 0) (await ReadAsync(await history.GetAsync(view, Token))).Select(r => (long)r[0]!).Should().Equal(Enumerable.Range(0, next).Select(i => (long)i));
            }

            using var reader = History(partRows: 8);
            fingerprints.Add((await reader.GetAsync(view, Token)).Fingerprint);
        }

        fingerprints.Distinct().Should().ContainSingle();
    }

    [Fact]
    public async Task Another_process_goes_on_where_one_ended()
    {
        using (var one = History(partRows: 2))
        {
            await one.AppendAsync(View, Rows((1, 0.1), (2, 0.2)), Token);
            await one.GetAsync(View, Token);
        }

        using var other = History(partRows: 2);
        await other.AppendAsync(View, Rows((3, 0.3)), Token);
        var parts = (await other.GetAsync(View, Token)).Parts;
        parts.Select(p => p.RowCount).Should().Equal(2, 1);
        parts[0].CreatedAt.Should().BeBefore(parts[1].CreatedAt);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"columns\":\"\",\"found\":[],\"files\":[],\"parts\":[null]}")]
    public async Task What_is_known_of_the_parts_may_be_lost(string left)
    {
        using (var one = History(partRows: 2))
        {
            await one.AppendAsync(View, Rows((1, 0.1), (2, 0.2), (3, 0.3)), Token);
            await one.GetAsync(View, Token);
        }

        await File.WriteAllTextAsync(PathOf("parts.json"), left, Token);
        using var other = History(partRows: 2);
        (await ReadAsync(await other.GetAsync(View, Token))).Select(r => (long)r[0]!).Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task A_history_that_begins_anew_has_nothing_of_the_old_one()
    {
        using var history = History(partRows: 2);
        for (var i = 0; i < 3; i++) await history.AppendAsync(View, Rows((i, i)), Token);
        await history.GetAsync(View, Token);
        foreach (var file in Directory.EnumerateFiles(_folder, "0*.parquet", SearchOption.AllDirectories)) File.Delete(file);
        for (var i = 10; i < 14; i++) await history.AppendAsync(View, Rows((i, i)), Token);
        (await ReadAsync(await history.GetAsync(View, Token))).Select(r => (long)r[0]!).Should().Equal(10, 11, 12, 13);
    }

    [Fact]
    public async Task Parts_that_were_collected_are_made_again()
    {
        using var history = History(partRows: 1);
        await history.AppendAsync(View, Rows((1, 0.1), (2, 0.2), (3, 0.3)), Token);
        var first = await history.GetAsync(View, Token);
        await _services.GetRequiredService<IArtifactStore>().DeleteAsync(first.Parts[0].Artifact.Digest, DateTimeOffset.MaxValue, Token);
        var second = await history.GetAsync(View, Token);
        (await ReadAsync(second)).Should().HaveCount(3);
        second.Fingerprint.Should().Be(first.Fingerprint);
    }

    [Fact]
    public async Task Integers_before_fractions_become_fractions_in_all_parts()
    {
        var view = View with { Features = [new("mean", ColumnType.Float64) { Column = "amount", Aggregation = new(AggregationKind.Mean, TimeSpan.FromHours(1)) }] };
        DatasetSchema Of(ColumnType type) => new([.. Schema.Take(3), new("amount", type)]);
        using var history = History(partRows: 1);
        await history.AppendAsync(view, FakeEvents.ToBatch(Of(ColumnType.Int64), [[1L, World.Noon, World.Noon, 5L]]), Token);
        await history.GetAsync(view, Token);
        await history.AppendAsync(view, FakeEvents.ToBatch(Of(ColumnType.Float64), [[1L, World.Noon, World.Noon, 2.5]]), Token);
        (await ReadAsync(await history.GetAsync(view, Token))).Select(r => r[3]).Should().Equal(5.0, 2.5);
    }

    [Fact]
    public async Task A_history_of_several_parts_is_read_as_one()
    {
        using var history = History(partRows: 2);
        for (var i = 0; i < 7; i++) await history.AppendAsync(View, Rows((i, i)), Token);
        await using var services = new ServiceCollection().AddSingleton<IPushHistory>(history).BuildServiceProvider();
        using var reader = new EventReader(_services.GetRequiredService<IDatasetStore>(), [], services, new FeatureStoreMetrics(), NullLogger<EventReader>.Instance);
        var pinned = await reader.PinAsync(View, Token);
        await history.AppendAsync(View, Rows((7, 7)), Token);
        pinned.Source.Pinned!.Parts.Should().HaveCount(3);
        (await Tables.RowsAsync(reader.ReadAsync(pinned, null, null, Token))).Select(r => (long)r[0].ToObject()!).Should().Equal(0, 1, 2, 3, 4, 5, 6);
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
