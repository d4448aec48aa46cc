using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Training.Tests;

public sealed class DataViewTests
{
    private static readonly DateTime Noon = new(2001, 5, 6, 12, 0, 0, 123, DateTimeKind.Utc);
    private readonly InMemoryDatasetStore _store = new(batchSize: 700);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static IDataView View(IDatasetStore store, Dataset data, Preparation? preparation = null, DataViewOptions? options = null) => store.ToDataView(data, preparation, options, Token);

    private Task<Dataset> MixedAsync() => _store.WriteAsync(
        "mixed",
        ("flag", ColumnType.Boolean, [true, false, true]),
        ("count", ColumnType.Int64, [1, null, -3]),
        ("ratio", ColumnType.Float64, [0.5, double.NaN, null]),
        ("price", ColumnType.Decimal, [1.25m, null, -0.1m]),
        ("text", ColumnType.String, ["a", null, "größer"]),
        ("day", ColumnType.Date, [Noon.Date, null, DateTime.UnixEpoch]),
        ("time", ColumnType.Timestamp, [Noon, null, DateTime.UnixEpoch]),
        ("bytes", ColumnType.Binary, [new byte[] { 1 }, null, new byte[] { 2 }]));

    private Task<Dataset> NumbersAsync(int rows) => _store.WriteAsync(
        "numbers",
        ("i", ColumnType.Int64, Enumerable.Range(0, rows).Boxed()),
        ("s", ColumnType.String, Enumerable.Range(0, rows).Select(i => $"value {i % 5000}").Boxed()));

    [Fact]
    public async Task Each_type_of_column_is_shown_as_the_type_of_ML_NET_that_fits()
    {
        var view = View(_store, await MixedAsync());

        view.Schema.Select(c => $"{c.Name} {c.Type}").Should().Equal("flag Boolean", "count Single", "ratio Single", "price Single", "text String", "day DateTime", "time DateTime");
        view.GetColumn<bool>("flag").Should().Equal(true, false, true);
        view.GetColumn<float>("count").Should().Equal(1, float.NaN, -3);
        view.GetColumn<float>("ratio").Should().Equal(0.5f, float.NaN, float.NaN);
        view.GetColumn<float>("price").Should().Equal(1.25f, float.NaN, -0.1f);
        view.GetColumn<ReadOnlyMemory<char>>("text").Select(t => t.ToString()).Should().Equal("a", "", "größer");
        view.GetColumn<DateTime>("day").Should().Equal(Noon.Date, default, DateTime.UnixEpoch);
        view.GetColumn<DateTime>("time").Should().Equal(Noon, default, DateTime.UnixEpoch);
        view.GetRowCount().Should().Be(3);
    }

    [Fact]
    public async Task An_exact_column_keeps_its_full_width()
    {
        var data = await _store.WriteAsync("exact", ("id", ColumnType.Int64, [long.MaxValue, 16_777_217L]), ("x", ColumnType.Float64, [0.1, null]), ("d", ColumnType.Decimal, [0.1m, 2m]));
        var view = View(_store, data, options: new() { ExactColumns = ["id", "x", "d"] });

        view.GetColumn<long>("id").Should().Equal(long.MaxValue, 16_777_217L);
        view.GetColumn<double>("x").Should().Equal(0.1, double.NaN);
        view.GetColumn<double>("d").Should().Equal(0.1, 2);
    }

    [Fact]
    public async Task An_exact_column_that_does_not_exist_is_refused()
    {
        var data = await NumbersAsync(1);
        var view = () => View(_store, data, options: new() { ExactColumns = ["j"] });
        view.Should().Throw<DataException>().Which.Column.Should().Be("j");
    }

    [Theory]
    [InlineData(ColumnType.Boolean)]
    [InlineData(ColumnType.Int64)]
    public async Task A_missing_value_that_ML_NET_cannot_hold_names_its_row(ColumnType type)
    {
        var values = Enumerable.Repeat(type == ColumnType.Boolean ? (object?)true : 1L, 2000).ToArray();
        values[1234] = null;
        var view = View(_store, await _store.WriteAsync("gaps", ("x", type, values)), options: new() { ExactColumns = type == ColumnType.Int64 ? ["x"] : [] });

        var read = () => view.Preview(2000);
        read.Should().Throw<DataException>().Where(e => e.Row == 1235 && e.Column == "x" && e.DataSource == "gaps");
    }

    [Fact]
    public async Task A_locked_dataset_has_no_view()
    {
        var locked = (await NumbersAsync(3)).Lock();
        var view = () => View(_store, locked);
        view.Should().Throw<HoldoutLockedException>();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20_001)]
    public async Task Every_row_is_shown_once_and_in_its_order(int rows)
    {
        var view = View(_store, await NumbersAsync(rows));
        view.GetColumn<float>("i").Should().Equal(Enumerable.Range(0, rows).Select(i => (float)i));
        view.GetColumn<ReadOnlyMemory<char>>("s").Select(t => t.ToString()).Should().Equal(Enumerable.Range(0, rows).Select(i => $"value {i % 5000}"));
    }

    [Fact]
    public async Task Text_that_was_shown_stays_as_it_was()
    {
        var view = View(_store, await NumbersAsync(30_000));
        var kept = view.GetColumn<ReadOnlyMemory<char>>("s").ToList();
        kept.Select(t => t.ToString()).Should().Equal(Enumerable.Range(0, 30_000).Select(i => $"value {i % 5000}"));
    }

    [Fact]
    public async Task A_set_of_cursors_divides_the_rows_and_their_order_can_be_restored()
    {
        var view = View(_store, await NumbersAsync(20_001));
        var cursors = view.GetRowCursorSet(view.Schema, 3);
        cursors.Should().HaveCount(3);
        var seen = cursors.AsParallel().WithDegreeOfParallelism(3).Select(cursor =>
        {
            using (cursor)
            {
                var rows = new List<(long Batch, float Value, ulong Id)>();
                var get = cursor.GetGetter<float>(view.Schema["i"]);
                var id = cursor.GetIdGetter();
                var (value, rowId) = (0f, default(DataViewRowId));
                while (cursor.MoveNext())
                {
                    get(ref value);
                    id(ref rowId);
                    rows.Add((cursor.Batch, value, rowId.Low));
                }

                return rows;
            }
        }).ToList();

        foreach (var rows in seen) rows.Select(r => r.Batch).Should().BeInAscendingOrder();
        seen.SelectMany(r => r).OrderBy(r => r.Batch).Select(r => r.Value).Should().Equal(Enumerable.Range(0, 20_001).Select(i => (float)i));
        seen.SelectMany(r => r).Should().OnlyContain(r => r.Value == r.Id);
    }

    [Fact]
    public async Task One_cursor_of_a_set_can_take_all_rows_while_the_others_wait()
    {
        var view = View(_store, await NumbersAsync(20_001));
        var cursors = view.GetRowCursorSet(view.Schema, 4);
        cursors.Sum(cursor =>
        {
            var rows = 0;
            while (cursor.MoveNext()) rows++;
            return rows;
        }).Should().Be(20_001);
        foreach (var cursor in cursors) cursor.Dispose();
    }

    [Fact]
    public async Task Shuffling_gives_every_row_once_in_an_order_that_the_seed_determines()
    {
        var view = View(_store, await NumbersAsync(20_001));
        List<float> Shuffled(int seed)
        {
            using var cursor = view.GetRowCursor(view.Schema, new Random(seed));
            var get = cursor.GetGetter<float>(view.Schema["i"]);
            var id = cursor.GetIdGetter();
            var values = new List<float>();
            var (value, rowId) = (0f, default(DataViewRowId));
            while (cursor.MoveNext())
            {
                get(ref value);
                id(ref rowId);
                rowId.Low.Should().Be((ulong)value);
                values.Add(value);
            }

            return values;
        }

        view.CanShuffle.Should().BeTrue();
        var first = Shuffled(1);
        first.Should().Equal(Shuffled(1)).And.NotEqual(Shuffled(2));
        first.Should().NotBeInAscendingOrder();
        first.Order().Should().Equal(Enumerable.Range(0, 20_001).Select(i => (float)i));
    }

    [Fact]
    public async Task Shuffling_keeps_the_rows_of_large_data_within_windows()
    {
        var view = View(_store, await NumbersAsync(ArrowCursor.WindowRows + 10_000));
        using var cursor = view.GetRowCursor(view.Schema, new Random(1));
        var get = cursor.GetGetter<float>(view.Schema["i"]);
        var value = 0f;
        var values = new List<float>();
        while (cursor.MoveNext())
        {
            get(ref value);
            values.Add(value);
        }

        values.Distinct().Should().HaveCount(ArrowCursor.WindowRows + 10_000);
        values.Take(ArrowCursor.WindowRows / 2).Max().Should().BeLessThan(ArrowCursor.WindowRows + 1024);
    }

    [Fact]
    public async Task Only_the_columns_that_are_asked_for_are_read()
    {
        var spy = new SpyStore(_store);
        var view = View(spy, await MixedAsync());

        _ = view.GetColumn<float>("ratio").Count();

        spy.Columns.Should().Equal("ratio");
    }

    [Fact]
    public async Task Nothing_is_read_before_a_cursor_moves()
    {
        var spy = new SpyStore(_store);
        var view = View(spy, await MixedAsync());
        using (var cursor = view.GetRowCursor(view.Schema)) cursor.Schema.Should().BeSameAs(view.Schema);
        spy.Reads.Should().Be(0);
    }

    [Fact]
    public async Task A_disposed_cursor_has_stopped_its_reader()
    {
        var spy = new SpyStore(_store);
        var view = View(spy, await NumbersAsync(30_000));
        using (var cursor = view.GetRowCursor(view.Schema)) cursor.MoveNext().Should().BeTrue();
        spy.Ended.Should().Be(1);
        spy.Batches.Should().BeLessThan(30_000 / 700);
    }

    [Fact]
    public async Task A_cancelled_view_stops_with_the_usual_exception()
    {
        using var source = new CancellationTokenSource();
        var view = _store.ToDataView(await NumbersAsync(30_000), cancellationToken: source.Token);
        using var cursor = view.GetRowCursor(view.Schema);
        cursor.MoveNext();
        await source.CancelAsync();
        var read = () => { while (cursor.MoveNext()) { } };
        read.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public async Task What_the_store_throws_reaches_the_reader_of_the_rows()
    {
        var data = await NumbersAsync(3);
        var view = View(new InMemoryDatasetStore(), data);
        var read = () => view.Preview();
        read.Should().Throw<NotFoundException>();
    }

    [Fact]
    public async Task A_preparation_is_applied_on_the_way()
    {
        var view = View(_store, await NumbersAsync(2000), new([new Halve("i")]));
        view.GetColumn<float>("i").Should().Equal(Enumerable.Range(0, 2000).Select(i => i / 2f));
        view.GetRowCount().Should().Be(2000);
    }

    [Fact]
    public async Task Rows_can_be_read_several_times_at_once()
    {
        var view = View(_store, await NumbersAsync(10_000));
        var sums = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => view.GetColumn<float>("i").Sum(v => (double)v), Token)));
        sums.Should().AllBeEquivalentTo(Enumerable.Range(0, 10_000).Sum(v => (double)v));
    }

    [Fact]
    public async Task A_dictionary_that_ML_NET_learns_from_text_is_right()
    {
        var ml = new MLContext(1);
        var view = View(_store, await NumbersAsync(20_000));
        var keys = ml.Transforms.Conversion.MapValueToKey("s").Fit(view).Transform(view);
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        keys.Schema["s"].GetKeyValues(ref names);
        names.DenseValues().Select(n => n.ToString()).Should().Equal(Enumerable.Range(0, 5000).Select(i => $"value {i}"));
    }

    private sealed class SpyStore(IDatasetStore inner) : IDatasetStore
    {
        public IReadOnlyList<string>? Columns { get; private set; }

        public int Reads { get; private set; }

        public int Batches { get; private set; }

        public int Ended { get; private set; }

        public Task<Dataset> WriteAsync(string name, DatasetOrigin origin, IAsyncEnumerable<RecordBatch> rows, long? maxBytes = null, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(name, origin, rows, maxBytes, cancellationToken);

        public async IAsyncEnumerable<RecordBatch> ReadAsync(Dataset dataset, IReadOnlyList<string>? columns = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Columns = columns;
            Reads++;
            try
            {
                await foreach (var batch in inner.ReadAsync(dataset, columns, cancellationToken))
                {
                    Batches++;
                    yield return batch;
                }
            }
            finally
            {
                Ended++;
            }
        }
    }
}

/// <summary>Divides an integer column by two.</summary>
public sealed record Halve(string Column) : IDataTransformer
{
    public DatasetSchema GetOutputSchema(DatasetSchema input) => new(input.Select(c => c.Name == Column ? new(c.Name, ColumnType.Float64) : c).ToList() is var made && input.Contains(Column) ? made : throw new DataException($"no {Column}"));

    public RecordBatch Apply(RecordBatch batch)
    {
        var halves = new DoubleArray.Builder();
        var values = (Int64Array)batch.Column(Column);
        for (var i = 0; i < values.Length; i++)
        {
            if (values.IsNull(i)) halves.AppendNull();
            else halves.Append(values.Values[i] / 2.0);
        }

        var arrays = Enumerable.Range(0, batch.ColumnCount).Select(i => batch.Schema.GetFieldByIndex(i).Name == Column ? halves.Build() : batch.Column(i));
        return new(GetOutputSchema(DatasetSchema.FromArrow(batch.Schema)).ToArrow(), arrays, batch.Length);
    }
}
