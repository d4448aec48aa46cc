using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using MlOps.Core;
using MlOps.Testing;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore.Tests;

public sealed class EventReaderTests : IDisposable
{
    private static readonly Entity Driver = new("driver", [new("driver_id", ColumnType.Int64)]);
    private static readonly Column[] Columns = [new("id", ColumnType.Int64), new("at", ColumnType.Timestamp), new("written", ColumnType.Timestamp), new("trips", ColumnType.Int64), new("name", ColumnType.String)];
    private static readonly ServiceProvider Services = new ServiceCollection().BuildServiceProvider();

    private readonly InMemoryDatasetStore _store = new(batchSize: 2);
    private readonly FakeLogger<EventReader> _logger = new();
    private readonly EventReader _reader;

    public EventReaderTests() => _reader = new(_store, [], Services, new FeatureStoreMetrics(), _logger);

    public void Dispose() => _reader.Dispose();

    [Fact]
    public async Task Events_have_the_names_of_keys_and_only_the_columns_that_are_wanted()
    {
        var view = await ViewAsync(Row(1, "2024-01-01", 5));
        var batches = _reader.ReadAsync(view, [view.Features[0]], null, Cancel);
        await foreach (var batch in batches)
            batch.Schema.FieldsList.Select(f => f.Name).Should().Equal("driver_id", EventColumns.EventTime, EventColumns.CreatedTime, "trips");
    }

    [Fact]
    public async Task An_integer_is_widened_for_a_feature_that_is_a_number()
    {
        var view = await ViewAsync(Row(1, "2024-01-01", 5));
        var rows = await Tables.RowsAsync(_reader.ReadAsync(view, [new("share", ColumnType.Float64) { Column = "trips" }], null, Cancel));
        rows[0][3].Should().Be((FeatureValue)5.0);
    }

    [Fact]
    public async Task Any_other_type_is_refused_with_view_column_and_both_types()
    {
        var view = await ViewAsync(Row(1, "2024-01-01", 5));
        var act = () => _reader.GetSchemaAsync(view, [new("name", ColumnType.Float64)], Cancel);
        (await act.Should().ThrowAsync<DataException>().WithMessage("*'name'*'stats'*String*Float64*")).Which.Column.Should().Be("name");
    }

    [Fact]
    public async Task A_key_of_another_type_is_refused()
    {
        var view = await ViewAsync(Row(1, "2024-01-01", 5));
        var other = view with { Entities = [new("driver", [new("driver_id", ColumnType.String)])] };
        var act = () => _reader.GetSchemaAsync(other, null, Cancel);
        await act.Should().ThrowAsync<DataException>().WithMessage("*'id'*join key 'driver_id'*Int64*String*");
    }

    [Fact]
    public async Task A_column_that_the_source_lost_is_named_with_those_that_are_left()
    {
        var view = await ViewAsync(Row(1, "2024-01-01", 5));
        var act = () => _reader.GetSchemaAsync(view, [new("gone", ColumnType.Float64)], Cancel);
        await act.Should().ThrowAsync<DataException>().WithMessage("*'stats'*no column 'gone'*id, at, written, trips, name*");
    }

    [Fact]
    public async Task A_number_is_no_event_time()
    {
        var view = await ViewAsync(Row(1, "2024-01-01", 5));
        var act = () => _reader.GetSchemaAsync(view with { EventTime = "trips" }, null, Cancel);
        await act.Should().ThrowAsync<DataException>().WithMessage("*'trips'*event time*Int64*Timestamp or Date*");
    }

    [Fact]
    public async Task Events_without_a_time_are_put_aside_and_counted()
    {
        var view = await ViewAsync(Row(1, "2024-01-01", 5), Row(2, null, 6), Row(3, null, 7), Row(4, "2024-01-02", 8));
        var rows = await Tables.RowsAsync(_reader.ReadAsync(view, null, null, Cancel));
        rows.Select(r => r[0].ToInt64()).Should().Equal(1, 4);
        _logger.LatestRecord.Message.Should().StartWith("2 events of view stats");
    }

    [Fact]
    public async Task A_span_includes_both_ends()
    {
        var view = await ViewAsync(Row(1, "2024-01-01", 1), Row(2, "2024-01-02", 2), Row(3, "2024-01-03", 3), Row(4, "2024-01-04", 4));
        var rows = await Tables.RowsAsync(_reader.ReadAsync(view, null, new(Micros("2024-01-02"), Micros("2024-01-03")), Cancel));
        rows.Select(r => r[0].ToInt64()).Should().Equal(2, 3);
    }

    [Fact]
    public async Task A_span_may_also_take_what_was_created_late()
    {
        var view = await ViewAsync(Row(1, "2024-01-01", 1, "2024-01-05"), Row(2, "2024-01-01", 2, "2024-01-01"), Row(3, "2024-01-03", 3, "2024-01-03"), Row(4, "2024-01-09", 4, "2024-01-09"));
        var rows = await Tables.RowsAsync(_reader.ReadAsync(view, null, new(Micros("2024-01-03"), Micros("2024-01-04"), Micros("2024-01-04")), Cancel));
        rows.Select(r => r[0].ToInt64()).Should().Equal(1, 3);
    }

    [Fact]
    public async Task A_day_is_its_midnight()
    {
        var dataset = await Tables.WriteAsync(_store, [new("driver_id", ColumnType.Int64), new("day", ColumnType.Date), new("trips", ColumnType.Int64)], [1L, new DateOnly(1969, 12, 31), 5L]);
        var view = new FeatureView { Name = "days", Entities = [Driver], Source = FeatureSource.Of(dataset), EventTime = "day", Features = [new("trips", ColumnType.Int64)] };
        var rows = await Tables.RowsAsync(_reader.ReadAsync(view, null, null, Cancel));
        rows[0][1].ToTimestamp().Should().Be(Tables.At("1969-12-31"));
    }

    [Fact]
    public async Task A_source_that_has_not_changed_is_read_once()
    {
        var source = new CountedSource { Version = "1" };
        var view = (await ViewAsync(Row(1, "2024-01-01", 5))) with { Source = FeatureSource.Of(source) };
        var first = await _reader.PinAsync(view, Cancel);
        (await _reader.PinAsync(view, Cancel)).Source.Should().Be(first.Source);
        source.Reads.Should().Be(1);
    }

    [Fact]
    public async Task A_source_that_has_changed_is_read_again()
    {
        var source = new CountedSource { Version = "1" };
        var view = (await ViewAsync(Row(1, "2024-01-01", 5))) with { Source = FeatureSource.Of(source) };
        await _reader.PinAsync(view, Cancel);
        source.Version = "2";
        await _reader.PinAsync(view, Cancel);
        source.Reads.Should().Be(2);
    }

    [Fact]
    public async Task A_source_that_cannot_tell_is_read_again()
    {
        var source = new CountedSource();
        var view = (await ViewAsync(Row(1, "2024-01-01", 5))) with { Source = FeatureSource.Of(source) };
        await _reader.PinAsync(view, Cancel);
        await _reader.PinAsync(view, Cancel);
        source.Reads.Should().Be(2);
    }

    [Fact]
    public async Task A_warehouse_that_nobody_registered_is_named()
    {
        var view = (await ViewAsync(Row(1, "2024-01-01", 5))) with { Source = FeatureSource.Sql("lake", "events") };
        var act = () => _reader.GetSchemaAsync(view, null, Cancel);
        await act.Should().ThrowAsync<NotFoundException>().WithMessage("*warehouse 'lake'*view 'stats'*none*");
    }

    [Fact]
    public async Task What_is_pushed_needs_a_history()
    {
        var view = (await ViewAsync(Row(1, "2024-01-01", 5))) with { Source = FeatureSource.Pushed() };
        var act = () => _reader.PinAsync(view, Cancel);
        await act.Should().ThrowAsync<DataException>().WithMessage("*'stats'*no history*");
    }

    [Fact]
    public async Task A_source_without_rows_gives_its_columns()
    {
        var view = await ViewAsync();
        var batches = new List<int>();
        await foreach (var batch in _reader.ReadAsync(view, null, null, Cancel)) batches.Add(batch.Length);
        batches.Should().Equal(0);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static long Micros(string time) => FeatureTime.ToMicros(Tables.At(time));

    private static FeatureValue[] Row(long id, string? at, long trips, string? written = null) =>
        [id, at is null ? default(FeatureValue) : Tables.At(at), written is null ? default(FeatureValue) : Tables.At(written), trips, "n"];

    private async Task<FeatureView> ViewAsync(params FeatureValue[][] rows) => new()
    {
        Name = "stats",
        Entities = [Driver],
        Source = FeatureSource.Of(await Tables.WriteAsync(_store, Columns, rows)),
        EventTime = "at",
        CreatedTime = "written",
        KeyColumns = new Dictionary<string, string> { ["driver_id"] = "id" },
        Features = [new("trips", ColumnType.Int64), new("name", ColumnType.String)],
    };

    private sealed class CountedSource : IDataSource
    {
        public string? Version { get; set; }

        public int Reads { get; private set; }

        public DatasetOrigin Origin => new("rows", "counted");

        public ValueTask<string?> GetVersionAsync(IServiceProvider services, CancellationToken cancellationToken) => ValueTask.FromResult(Version);

        public async IAsyncEnumerable<RecordBatch> ReadAsync(IServiceProvider services, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Reads++;
            await Task.CompletedTask;
            yield return Tables.Batch(Columns, Row(1, "2024-01-01", Reads));
        }
    }
}
