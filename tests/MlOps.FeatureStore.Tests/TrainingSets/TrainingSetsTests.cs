using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;
using MlOps.Testing;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore.Tests;

public sealed class TrainingSetsTests : IAsyncDisposable
{
    private static readonly Entity Driver = new("driver", [new("driver_id", ColumnType.Int64)]);
    private static readonly Column[] RowColumns = [new("driver_id", ColumnType.Int64), new("event_timestamp", ColumnType.Timestamp), new("label", ColumnType.Boolean), new("fare", ColumnType.Int64)];
    private static readonly Column[] EventColumns = [new("driver_id", ColumnType.Int64), new("at", ColumnType.Timestamp), new("written", ColumnType.Timestamp), new("trips", ColumnType.Int64), new("rating", ColumnType.Float64)];

    private readonly InMemoryDatasetStore _store = new(batchSize: 2);
    private readonly InMemoryLineageStore _lineage = new();
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly List<IDisposable> _disposables = [];
    private readonly List<IPointInTimeEngine> _more = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _disposables.ForEach(d => d.Dispose());
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Outputs_follow_the_columns_of_the_rows_in_the_order_of_the_service()
    {
        var sets = Sets([await StatsAsync(Event(1, "2024-01-01", 5, 4.5))], services: [new("ride", 1, [new("stats", "rating"), new("stats", "trips")])]);
        var made = await sets.CreateAsync(new() { Rows = await RowsAsync(Row(1, "2024-01-02")), Service = "ride@1" }, Cancel);
        made.Rows.Schema.Select(c => c.Name).Should().Equal("driver_id", "event_timestamp", "label", "fare", "rating", "trips");
        (await ReadAsync(made)).Single()[4..].Should().Equal(4.5, 5L);
    }

    [Fact]
    public async Task A_training_set_names_the_service_it_was_made_of()
    {
        var sets = Sets([await StatsAsync()], services: [new("ride", 1, [new("stats", "rating")]), new("ride", 2, [new("stats", "trips")])]);
        var made = await sets.CreateAsync(new() { Rows = await RowsAsync(Row(1, "2024-01-02")), Service = "ride" }, Cancel);
        (made.Service!.Name, made.Service.Version, made.Service.Digest.Length).Should().Be(("ride", 2, 64));
    }

    [Fact]
    public async Task A_training_set_of_listed_features_has_no_service_and_may_have_full_names()
    {
        var sets = Sets([await StatsAsync(Event(1, "2024-01-01", 5, 4.5))]);
        var made = await sets.CreateAsync(new() { Rows = await RowsAsync(Row(1, "2024-01-02")), Features = ["stats:trips"], FullNames = true }, Cancel);
        made.Service.Should().BeNull();
        made.Rows.Schema[^1].Name.Should().Be("stats__trips");
    }

    [Fact]
    public async Task The_same_query_gives_the_same_fingerprint()
    {
        var sets = Sets([await StatsAsync(Event(1, "2024-01-01", 5, 4.5))]);
        var query = new TrainingSetQuery { Rows = await RowsAsync(Row(1, "2024-01-02")), Features = ["stats:trips"] };
        (await sets.CreateAsync(query, Cancel)).Rows.Fingerprint.Should().Be((await sets.CreateAsync(query, Cancel)).Rows.Fingerprint);
    }

    [Fact]
    public async Task The_origin_has_the_fingerprints_of_all_that_was_read()
    {
        var view = await StatsAsync(Event(1, "2024-01-01", 5, 4.5));
        var rows = await RowsAsync(Row(1, "2024-01-02"));
        var made = await Sets([view]).CreateAsync(new() { Rows = rows, Features = ["stats:trips"] }, Cancel);
        made.Rows.Origin.Should().Be(new DatasetOrigin("features", $"stats:trips rows={FingerprintOf(rows)} stats={((FeatureSource.FromDataset)view.Source).Dataset.Fingerprint}"));
    }

    [Fact]
    public async Task Lineage_leads_from_the_training_set_to_its_rows_and_events()
    {
        var view = await StatsAsync(Event(1, "2024-01-01", 5, 4.5));
        var rows = await RowsAsync(Row(1, "2024-01-02"));
        var made = await Sets([view]).CreateAsync(new() { Rows = rows, Features = ["stats:trips"] }, Cancel);
        var graph = await _lineage.TraverseAsync(new(LineageNode.Dataset(made.Rows.Fingerprint)) { Direction = LineageDirection.Upstream }, Cancel);
        graph.Nodes.Where(n => n.Node.Kind == LineageKind.Dataset).Select(n => n.Node.Id).Should().BeEquivalentTo([made.Rows.Fingerprint, FingerprintOf(rows), ((FeatureSource.FromDataset)view.Source).Dataset.Fingerprint]);
    }

    [Fact]
    public async Task Leakage_is_reported_and_can_be_kept_out()
    {
        var view = await StatsAsync(Event(1, "2024-01-01", 5, 4.5, "2024-01-09"), Event(1, "2023-12-01", 4, 4.0, "2023-12-01"));
        var query = new TrainingSetQuery { Rows = await RowsAsync(Row(1, "2024-01-02")), Features = ["stats:trips"] };
        (await Sets([view]).CreateAsync(query, Cancel)).Leakage.Should().Equal(new FeatureLeakage("stats", 1, 1));
        var clean = await Sets([view]).CreateAsync(query with { CreatedBeforeRow = true }, Cancel);
        clean.Leakage.Should().Equal(new FeatureLeakage("stats", 1, 0));
        (await ReadAsync(clean)).Single()[^1].Should().Be((FeatureValue)4L);
    }

    [Fact]
    public async Task Computed_features_read_features_and_columns_of_the_rows()
    {
        var computed = new ComputedView
        {
            Name = "ratio",
            Inputs = [new("stats", "trips")],
            Request = [new("fare", ColumnType.Float64)],
            Features = [new("per_trip", ColumnType.Float64, i => i["trips"].IsMissing ? default(FeatureValue) : i["fare"].ToDouble() / i["trips"].ToInt64())],
        };
        var rows = await Tables.RowsAsync(Sets([await StatsAsync(Event(1, "2024-01-01", 5, 4.5))], [computed]).ReadAsync(
            new() { Rows = await RowsAsync(Row(1, "2024-01-02"), Row(2, "2024-01-02"), Row(1, "2024-01-03")), Features = ["ratio:per_trip"] }, Cancel));
        rows.Select(r => r[^1]).Should().Equal(2.0, default, 2.0);
    }

    [Fact]
    public async Task Features_can_be_computed_from_the_rows_alone()
    {
        var computed = new ComputedView { Name = "calendar", Request = [new("event_timestamp", ColumnType.Timestamp)], Features = [new("hour", ColumnType.Int64, i => (long)i["event_timestamp"].ToTimestamp().Hour)] };
        var rows = await Tables.RowsAsync(Sets([], [computed]).ReadAsync(new() { Rows = await RowsAsync(Row(1, "2024-01-02T07:00:00Z")), Features = ["calendar:hour"] }, Cancel));
        rows.Single()[^1].Should().Be((FeatureValue)7L);
    }

    [Fact]
    public async Task A_function_that_throws_is_named_with_the_row_and_without_values()
    {
        var computed = new ComputedView { Name = "broken", Request = [new("fare", ColumnType.Int64)], Features = [new("f", ColumnType.Int64, i => i["fare"].ToInt64() > 10 ? throw new InvalidOperationException("secret") : 1L)] };
        var sets = Sets([], [computed]);
        var query = new TrainingSetQuery { Rows = await RowsAsync(Row(1, "2024-01-02"), Row(2, "2024-01-02"), Row(3, "2024-01-02", fare: 11)), Features = ["broken:f"] };
        var act = () => sets.CreateAsync(query, Cancel);
        (await act.Should().ThrowAsync<DataException>().WithMessage("*'broken:f'*row 3*")).Which.Message.Should().NotContain("secret");
    }

    [Fact]
    public async Task A_function_that_gives_another_type_is_refused()
    {
        var computed = new ComputedView { Name = "broken", Request = [new("fare", ColumnType.Int64)], Features = [new("f", ColumnType.Int64, _ => 1.5)] };
        var sets = Sets([], [computed]);
        var query = new TrainingSetQuery { Rows = await RowsAsync(Row(1, "2024-01-02")), Features = ["broken:f"] };
        var act = () => sets.CreateAsync(query, Cancel);
        await act.Should().ThrowAsync<DataException>().WithMessage("*'broken:f'*Int64*Float64*row 1*");
    }

    [Fact]
    public async Task A_column_of_the_request_that_the_rows_lack_is_named()
    {
        var computed = new ComputedView { Name = "c", Request = [new("seats", ColumnType.Int64)], Features = [new("f", ColumnType.Int64, i => i["seats"])] };
        var sets = Sets([], [computed]);
        var query = new TrainingSetQuery { Rows = await RowsAsync(Row(1, "2024-01-02")), Features = ["c:f"] };
        var act = () => sets.CreateAsync(query, Cancel);
        await act.Should().ThrowAsync<DataException>().WithMessage("*'seats'*driver_id, event_timestamp, label, fare*");
    }

    [Fact]
    public async Task A_feature_called_as_a_column_of_the_rows_is_refused()
    {
        var sets = Sets([await StatsAsync()], services: [new("ride", 1, [new("stats", "rating") { Name = "label" }])]);
        var query = new TrainingSetQuery { Rows = await RowsAsync(Row(1, "2024-01-02")), Service = "ride" };
        var act = () => sets.CreateAsync(query, Cancel);
        await act.Should().ThrowAsync<DataException>().WithMessage("*'label'*");
    }

    [Fact]
    public async Task Rows_that_come_only_once_are_kept_for_the_join()
    {
        var once = Once(Tables.Batch(RowColumns, Row(1, "2024-01-02")), Tables.Batch(RowColumns, Row(2, "2024-01-02"), Row(1, "2024-01-03")));
        var rows = await Tables.RowsAsync(Sets([await StatsAsync(Event(1, "2024-01-01", 5, 4.5))]).ReadAsync(new() { Rows = EntityRows.Of(once), Features = ["stats:trips"] }, Cancel));
        rows.Select(r => r[^1]).Should().Equal(5L, default, 5L);
    }

    [Fact]
    public async Task Batches_of_two_schemas_are_refused()
    {
        var sets = Sets([await StatsAsync()]);
        var once = Once(Tables.Batch(RowColumns, Row(1, "2024-01-02")), Tables.Batch(RowColumns[..2], Row(1, "2024-01-02")[..2]));
        var act = () => sets.CreateAsync(new() { Rows = EntityRows.Of(once), Features = ["stats:trips"] }, Cancel);
        await act.Should().ThrowAsync<DataException>().WithMessage("*After 1 entity rows*");
    }

    [Fact]
    public async Task Results_of_several_engines_stand_side_by_side()
    {
        _more.Add(new EchoEngine(_store, "echo", batchSize: 3, extra: 0));
        var echo = (await StatsAsync()) with { Name = "echo" };
        var rows = await Tables.RowsAsync(Sets([await StatsAsync(Event(1, "2024-01-01", 5, 4.5)), echo]).ReadAsync(
            new() { Rows = await RowsAsync([.. Enumerable.Range(0, 10).Select(i => Row(i % 2, "2024-01-02"))]), Features = ["stats:trips", "echo:trips"], FullNames = true }, Cancel));
        rows.Select(r => r[^1].ToInt64()).Should().Equal(Enumerable.Range(0, 10).Select(i => (long)i));
        rows.Select(r => r[^2].IsMissing).Should().Equal(Enumerable.Range(0, 10).Select(i => i % 2 == 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task An_engine_that_gives_another_number_of_rows_is_refused(int extra)
    {
        _more.Add(new EchoEngine(_store, "echo", batchSize: 3, extra));
        var sets = Sets([await StatsAsync(), (await StatsAsync()) with { Name = "echo" }]);
        var query = new TrainingSetQuery { Rows = await RowsAsync(Row(1, "2024-01-02"), Row(2, "2024-01-02")), Features = ["stats:trips", "echo:trips"], FullNames = true };
        var act = () => sets.CreateAsync(query, Cancel);
        await act.Should().ThrowAsync<DataException>();
    }

    [Fact]
    public async Task A_cancelled_training_set_is_not_made()
    {
        var sets = Sets([await StatsAsync(Event(1, "2024-01-01", 5, 4.5))]);
        var query = new TrainingSetQuery { Rows = await RowsAsync(Row(1, "2024-01-02")), Features = ["stats:trips"] };
        var act = () => sets.CreateAsync(query, new CancellationToken(canceled: true));
        await act.Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData(1L << 30)]
    [InlineData(1024)]
    public async Task A_range_has_every_event_by_event_time_created_time_and_source_order(long budget)
    {
        var random = new Random(5);
        var events = Enumerable.Range(0, 300).Select(i => (Time: random.Next(20), Created: random.Next(4), Order: i)).ToList();
        FeatureValue[] At(int time, int created, int order) =>
            [(long)order, FeatureValue.FromBits(ColumnType.Timestamp, time), created == 0 ? default(FeatureValue) : FeatureValue.FromBits(ColumnType.Timestamp, created), (long)order, 0.5];
        var sets = Sets([await StatsAsync([.. events.Select(e => At(e.Time, e.Created, e.Order))])], budget: budget);
        var rows = await Tables.RowsAsync(sets.ReadRangeAsync("stats", FeatureTime.FromMicros(3), FeatureTime.FromMicros(12), Cancel));
        rows.Select(r => r[2].ToInt64()).Should().Equal(events.Where(e => e.Time is >= 3 and <= 12).OrderBy(e => e.Time).ThenBy(e => e.Created).ThenBy(e => e.Order).Select(e => (long)e.Order));
    }

    [Fact]
    public async Task A_range_has_keys_event_time_and_features()
    {
        var batches = Sets([await StatsAsync()]).ReadRangeAsync("stats", Tables.At("2024-01-01"), Tables.At("2024-01-02"), Cancel);
        await foreach (var batch in batches) batch.Schema.FieldsList.Select(f => f.Name).Should().Equal("driver_id", "at", "trips", "rating");
    }

    [Fact]
    public async Task A_range_that_ends_before_it_begins_is_refused()
    {
        var sets = Sets([await StatsAsync()]);
        sets.Invoking(s => s.ReadRangeAsync("stats", Tables.At("2024-01-02"), Tables.At("2024-01-01"), Cancel)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task Temporary_files_are_removed_also_when_a_join_is_left_in_the_middle()
    {
        var folder = Directory.CreateTempSubdirectory("mlops-training-sets-");
        _disposables.Add(new Removed(folder));
        var view = await StatsAsync([.. Enumerable.Range(0, 200).Select(i => Event(i % 20, "2024-01-01", i, 1))]);
        var sets = Sets([view], budget: 1024, folder: folder.FullName);
        var query = new TrainingSetQuery { Rows = await RowsAsync([.. Enumerable.Range(0, 200).Select(i => Row(i % 20, "2024-01-02"))]), Features = ["stats:trips"] };
        await foreach (var batch in sets.ReadAsync(query, Cancel))
        {
            folder.GetDirectories().Should().NotBeEmpty();
            break;
        }

        folder.GetFileSystemInfos().Should().BeEmpty();
    }

    private static FeatureValue[] Row(long driver, string time, long fare = 10) => [driver, Tables.At(time), true, fare];

    private static FeatureValue[] Event(long driver, string at, long trips, double rating, string? written = null) => [driver, Tables.At(at), written is null ? default(FeatureValue) : Tables.At(written), trips, rating];

    private static string FingerprintOf(EntityRows rows) => ((EntityRows.InDataset)rows).Dataset.Fingerprint;

    private static async IAsyncEnumerable<RecordBatch> Once(params RecordBatch[] batches)
    {
        await Task.CompletedTask;
        for (var i = 0; i < batches.Length; i++)
        {
            yield return batches[i];
            batches[i] = null!;
        }
    }

    private async Task<EntityRows> RowsAsync(params FeatureValue[][] rows) => EntityRows.Of(await _store.WriteAsync("rows", new("rows", "test"), Tables.AsAsync(Tables.Batch(RowColumns, rows)), cancellationToken: Cancel));

    private async Task<FeatureView> StatsAsync(params FeatureValue[][] events) => new()
    {
        Name = "stats",
        Entities = [Driver],
        Source = FeatureSource.Of(await Tables.WriteAsync(_store, EventColumns, events)),
        EventTime = "at",
        CreatedTime = "written",
        Features = [new("trips", ColumnType.Int64), new("rating", ColumnType.Float64)],
    };

    private async Task<List<FeatureValue[]>> ReadAsync(TrainingSet made) => await Tables.RowsAsync(_store.ReadAsync(made.Rows, cancellationToken: Cancel));

    private TrainingSets Sets(IReadOnlyList<FeatureView> views, IReadOnlyList<ComputedView>? computed = null, IReadOnlyList<FeatureService>? services = null, long budget = 1 << 30, string? folder = null)
    {
        var options = Options.Create(new LocalJoinOptions { MemoryBudget = budget, TemporaryFolder = folder });
        var events = new EventReader(_store, [], _services, new FeatureStoreMetrics(), NullLogger<EventReader>.Instance);
        _disposables.Add(events);
        var rows = new EntityRowsReader(_store, [], options);
        return new(
            new([Driver], views, computed, services), [.. _more, new LocalJoin(events, rows, options)], events, rows, _store, new(_lineage, NullLogger<FeatureLineage>.Instance), options, new FakeTimeProvider(), NullLogger<TrainingSets>.Instance);
    }

    private sealed class Removed(DirectoryInfo folder) : IDisposable
    {
        public void Dispose() => folder.Delete(recursive: true);
    }

    /// <summary>Gives each row its number as the feature of one view, in batches of its own size, and perhaps a wrong number of rows.</summary>
    private sealed class EchoEngine(IDatasetStore store, string view, int batchSize, int extra) : IPointInTimeEngine
    {
        public bool CanJoin(FeatureView joined, EntityRows rows) => joined.Name == view;

        public async IAsyncEnumerable<RecordBatch> JoinAsync(PointInTimeJoin join, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var dataset = ((EntityRows.InDataset)join.Rows).Dataset;
            var rows = await Tables.RowsAsync(store.ReadAsync(dataset, cancellationToken: cancellationToken));
            if (extra > 0) rows.Add(rows[0]);
            if (extra < 0) rows.RemoveAt(0);
            for (var start = 0; start < rows.Count; start += batchSize)
            {
                yield return Tables.Batch(
                    [.. dataset.Schema, new("f9", ColumnType.Int64)],
                    [.. Enumerable.Range(start, Math.Min(batchSize, rows.Count - start)).Select(i => (FeatureValue[])[.. rows[i], (long)i])]);
            }
        }
    }
}
