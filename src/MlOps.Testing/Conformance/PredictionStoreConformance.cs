using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Core;
using Xunit;
using Column = MlOps.Core.Column;

namespace MlOps.Testing;

/// <summary>What every <see cref="IPredictionStore"/> must do. Derive a test class from it for each implementation.</summary>
/// <remarks>The derived class removes what it has created, best as an <see cref="IAsyncDisposable"/>; it is made anew for each test.</remarks>
public abstract class PredictionStoreConformance
{
    private const string Model = "flight-delay";
    private static readonly DateTimeOffset Noon = Samples.Noon;
    private static readonly DateOnly Day = DateOnly.FromDateTime(Samples.Noon.UtcDateTime);
    private static readonly Column[] Features = [new("distance", ColumnType.Float64), new("origin", ColumnType.String), new("seats", ColumnType.Int64), new("late", ColumnType.Boolean)];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Opens the store of this test, which is empty at first. Called again in one test it opens the same store once more, as another process would.</summary>
    /// <returns>The store.</returns>
    protected abstract Task<IPredictionStore> CreateAsync();

    [Fact]
    public async Task Rows_are_read_as_they_were_written()
    {
        object?[][] rows =
        [
            [1.5, Samples.Awkward, long.MaxValue, true],
            [double.PositiveInfinity, string.Empty, long.MinValue, false],
            [double.NegativeInfinity, null, null, null],
            [null, "\"{}\\/", 0L, true],
            [0.1 + 0.2, "x", 9_007_199_254_740_993L, false],
            [5e-324, "x", 1L, true],
            [double.MaxValue, "x", 1L, true],
        ];
        Assert.Equal(rows.Length, await (await CreateAsync()).AppendAsync(Batch("a.1.0", Features, rows, subject: Samples.Awkward, error: Samples.Awkward), Cancel));
        var read = await ReadAsync(await CreateAsync());
        Assert.Equal(rows.Select(Text), read.Select(r => Text(Features.Select(f => r[f.Name]))));
        Assert.All(read, r => Assert.Equal((Samples.Awkward, Samples.Awkward, 7L, 0.25, "http", "champion", (object?)null, (object?)null), (r[PredictionColumns.Subject], r[PredictionColumns.Error], r[PredictionColumns.Version], r[PredictionColumns.Latency], r[PredictionColumns.Caller], r[PredictionColumns.Variant], r[PredictionColumns.Trace], r[PredictionColumns.Schema])));
        Assert.Equal(Enumerable.Range(0, rows.Length).Select(i => (object?)Noon.AddSeconds(i)), read.Select(r => r[PredictionColumns.Time]));
    }

    [Fact]
    public async Task Nothing_is_read_where_nothing_was_written()
    {
        var store = await CreateAsync();
        Assert.Empty(await ReadAsync(store));
        Assert.Empty(await store.GetSchemasAsync(Model, Noon.AddDays(-1), Noon.AddDays(1), Cancel));
        await store.AppendAsync(Batch("a.1.0", Features, [[1.0, "x", 1L, true]]), Cancel);
        Assert.Empty(await ReadAsync(store, "other"));
        Assert.Empty(await ReadAsync(store, "Flight-Delay"));
        Assert.Empty(await store.GetSchemasAsync(Model, Noon.AddDays(5), Noon.AddDays(9), Cancel));
    }

    [Fact]
    public async Task A_batch_that_comes_again_changes_nothing()
    {
        var batch = Batch("a.1.0", Features, [[1.0, "x", 1L, true], [2.0, "y", 2L, true]]);
        Assert.Equal(2, await (await CreateAsync()).AppendAsync(batch, Cancel));
        Assert.Equal(0, await (await CreateAsync()).AppendAsync(batch, Cancel));
        Assert.Equal(1, await (await CreateAsync()).AppendAsync(Batch("a.1.2", Features, [[3.0, "z", 3L, true]]), Cancel));
        Assert.Equal([1.0, 2.0, 3.0], (await ReadAsync(await CreateAsync())).Select(r => (double)r["distance"]!));
    }

    [Fact]
    public async Task Batches_are_read_by_day_and_in_their_order()
    {
        var store = await CreateAsync();
        await store.AppendAsync(Batch("a.2.0", Features, [[3.0, null, null, null]]) with { Day = Day.AddDays(1) }, Cancel);
        await store.AppendAsync(Batch("b.1.0", Features, [[1.0, null, null, null]]), Cancel);
        await store.AppendAsync(Batch("a.1.0", Features, [[2.0, null, null, null]]), Cancel);
        Assert.Equal([1.0, 2.0, 3.0], (await ReadAsync(store, to: Noon.AddDays(2))).Select(r => (double)r["distance"]!));
    }

    [Fact]
    public async Task Batches_of_several_columns_are_told_apart()
    {
        var store = await CreateAsync();
        await store.AppendAsync(Batch("a.1.0", Features, [[1.0, "x", 1L, true]]), Cancel);
        await store.AppendAsync(Batch("a.1.1", [new("speed", ColumnType.Float64)], [[5.0]]), Cancel);
        await store.AppendAsync(Batch("a.1.2", Features, [[2.0, "x", 1L, true]]), Cancel);
        var schemas = await store.GetSchemasAsync(Model, Noon.AddDays(-1), Noon.AddDays(1), Cancel);
        Assert.Equal([["distance", "origin", "seats", "late"], ["speed"]], schemas.Select(s => s.Where(c => !PredictionColumns.IsOwn(c.Name)).Select(c => c.Name)));
        Assert.Equal([1.0, 5.0, 2.0], (await ReadAsync(store)).Select(r => (double)r.GetValueOrDefault("distance", r.GetValueOrDefault("speed"))!));
    }

    [Fact]
    public async Task Some_columns_alone_are_read()
    {
        var store = await CreateAsync();
        await store.AppendAsync(Batch("a.1.0", Features, [[1.0, "x", 1L, true]]), Cancel);
        var row = Assert.Single(await ReadAsync(store, columns: [PredictionColumns.Time, PredictionColumns.Id]));
        Assert.Equal([PredictionColumns.Time, PredictionColumns.Id], row.Keys);
        Assert.Equal("a.1.0/0", row[PredictionColumns.Id]);
    }

    [Fact]
    public async Task Many_rows_come_in_their_order()
    {
        var store = await CreateAsync();
        await store.AppendAsync(Batch("a.1.0", [new("n", ColumnType.Int64)], [.. Enumerable.Range(0, 20_000).Select(i => new object?[] { (long)i })], every: TimeSpan.FromMilliseconds(1)), Cancel);
        await store.AppendAsync(Batch("a.1.1", [new("n", ColumnType.Int64)], [.. Enumerable.Range(20_000, 20_000).Select(i => new object?[] { (long)i })], every: TimeSpan.FromMilliseconds(1)), Cancel);
        Assert.Equal(Enumerable.Range(0, 40_000).Select(i => (long)i), (await ReadAsync(store)).Select(r => (long)r["n"]!));
    }

    [Fact]
    public async Task True_values_are_found_by_the_days_of_their_identifiers()
    {
        var store = await CreateAsync();
        var (first, second) = (IdOf(Noon), IdOf(Noon.AddDays(1)));
        await store.AppendGroundTruthAsync(Model, [new(first, 1, Noon.AddDays(30)), new(first + "/4", 2, Noon.AddDays(31)), new(second, 3, Noon)], Cancel);
        await store.AppendGroundTruthAsync("other", [new(first, 9, Noon)], Cancel);
        Assert.Equal([(first, 1.0), (first + "/4", 2.0)], await TruthsAsync(await CreateAsync(), [Day], null));
        Assert.Equal([(second, 3.0)], await TruthsAsync(store, [Day.AddDays(1)], null));
        Assert.Empty(await TruthsAsync(store, [Day.AddDays(2)], null));
        Assert.Empty(await TruthsAsync(store, [], Noon.AddDays(-1)));
    }

    [Fact]
    public async Task True_values_of_other_identifiers_are_found_by_when_they_became_known()
    {
        var store = await CreateAsync();
        await store.AppendGroundTruthAsync(Model, [new(Samples.Awkward, 1, Noon), new("late", double.NegativeInfinity, Noon.AddDays(40))], Cancel);
        Assert.Equal([(Samples.Awkward, 1.0), ("late", double.NegativeInfinity)], await TruthsAsync(store, [], Noon.AddDays(-1)));
        Assert.Equal([("late", double.NegativeInfinity)], await TruthsAsync(store, [], Noon.AddDays(3)));
        Assert.Empty(await TruthsAsync(store, [Day], null));
    }

    [Fact]
    public async Task Of_several_true_values_the_one_that_became_known_last_is_valid()
    {
        var store = await CreateAsync();
        var id = IdOf(Noon);
        await store.AppendGroundTruthAsync(Model, [new(id, 1, Noon.AddDays(2)), new("x", 1, Noon.AddDays(2)), new("x", 2, Noon.AddDays(2))], Cancel);
        await store.AppendGroundTruthAsync(Model, [new(id, 2, Noon.AddDays(1)), new("x", 3, Noon.AddDays(1))], Cancel);
        Assert.Equal([(id, 1.0), ("x", 2.0)], await TruthsAsync(store, [Day], Noon));
        await store.AppendGroundTruthAsync(Model, [new(id, 3, Noon.AddDays(2)), new("x", double.NaN, Noon.AddDays(3))], Cancel);
        Assert.Equal([(id, 3.0), ("x", double.NaN)], await TruthsAsync(store, [Day], Noon));
    }

    [Fact]
    public async Task A_subject_is_erased_with_its_true_values_and_does_not_come_back()
    {
        var store = await CreateAsync();
        var id = IdOf(Noon);
        await store.AppendAsync(Batch("a.1.0", Features, [[1.0, "x", 1L, true], [2.0, "y", 2L, true]], subject: "alice"), Cancel);
        await store.AppendAsync(Batch("a.1.1", Features, [[3.0, "x", 1L, true]], subject: "bob", id: id), Cancel);
        await store.AppendAsync(Batch("a.1.2", Features, [[4.0, "x", 1L, true]]) with { Model = "other" }, Cancel);
        await store.AppendAsync(Batch("a.1.3", Features, [[5.0, "x", 1L, true]], subject: "alice") with { Model = "other" }, Cancel);
        await store.AppendGroundTruthAsync(Model, [new("a.1.0/0", 1, Noon), new("a.1.0/1", 1, Noon), new(id, 1, Noon)], Cancel);

        Assert.Equal(3, await store.EraseAsync("alice", Noon.AddHours(1), Cancel));

        Assert.Equal([3.0], (await ReadAsync(await CreateAsync())).Select(r => (double)r["distance"]!));
        Assert.Equal([4.0], (await ReadAsync(store, "other")).Select(r => (double)r["distance"]!));
        Assert.Equal([(id, 1.0)], await TruthsAsync(store, [Day], Noon.AddDays(-1)));
        Assert.Equal(0, await store.EraseAsync("alice", Noon.AddHours(1), Cancel));
        Assert.Equal(0, await store.AppendAsync(Batch("late.1.0", Features, [[6.0, "x", 1L, true]], subject: "alice"), Cancel));
        Assert.Equal(1, await store.AppendAsync(Batch("late.1.1", Features, [[7.0, "x", 1L, true]], subject: "alice", at: Noon.AddHours(2)), Cancel));
        Assert.Equal([3.0, 7.0], (await ReadAsync(store)).Select(r => (double)r["distance"]!));
    }

    [Fact]
    public async Task Nobody_else_is_erased()
    {
        var store = await CreateAsync();
        await store.AppendAsync(Batch("a.1.0", Features, [[1.0, "x", 1L, true]], subject: "alice"), Cancel);
        await store.AppendAsync(Batch("a.1.1", Features, [[2.0, "x", 1L, true]]), Cancel);
        foreach (var other in (string[])["Alice", "alic", "alice%", Samples.Awkward, "x"]) Assert.Equal(0, await store.EraseAsync(other, Noon.AddHours(1), Cancel));
        Assert.Equal(2, (await ReadAsync(store)).Count);
        await Assert.ThrowsAsync<ArgumentException>(() => store.EraseAsync(string.Empty, Noon, Cancel));
    }

    [Fact]
    public async Task Days_that_are_over_are_removed_with_their_true_values()
    {
        var store = await CreateAsync();
        for (var i = 0; i < 4; i++)
        {
            await store.AppendAsync(Batch($"a.{i}.0", Features, [[(double)i, "x", 1L, true]], at: Noon.AddDays(i)) with { Day = Day.AddDays(i) }, Cancel);
            await store.AppendGroundTruthAsync(Model, [new(IdOf(Noon.AddDays(i)), i, Noon.AddDays(9)), new($"{i}", i, Noon.AddDays(i))], Cancel);
        }

        await store.AppendAsync(Batch("o.1.0", Features, [[9.0, "x", 1L, true]]) with { Model = "other" }, Cancel);
        Assert.Equal(3, await store.RemoveAsync(Day.AddDays(2), Cancel));
        Assert.Equal(0, await store.RemoveAsync(Day.AddDays(2), Cancel));
        Assert.Equal([2.0, 3.0], (await ReadAsync(store, to: Noon.AddDays(9))).Select(r => (double)r["distance"]!));
        Assert.Equal([1.0, 2.0, 2.0, 3.0, 3.0], (await TruthsAsync(store, [Day, Day.AddDays(1), Day.AddDays(2), Day.AddDays(3)], Noon.AddDays(-1))).Select(t => t.Value).Order());
    }

    [Fact]
    public async Task Compaction_changes_nothing_that_can_be_read()
    {
        var store = await CreateAsync();
        var id = IdOf(Noon);
        for (var i = 0; i < 5; i++)
        {
            await store.AppendAsync(Batch($"a.{i}.0", Features, [[(double)i, "x", (long)i, true]]), Cancel);
            await store.AppendGroundTruthAsync(Model, [new(id, i, Noon.AddDays(1)), new("x", -i, Noon.AddDays(1))], Cancel);
        }

        await store.AppendAsync(Batch("a.9.0", [new("speed", ColumnType.Float64)], [[9.0]]), Cancel);
        var (rows, truths) = (await ReadAsync(store), await TruthsAsync(store, [Day], Noon));
        for (var pass = 0; pass < 3; pass++)
        {
            await store.CompactAsync(Day.AddDays(9), key => key != "a.2.0", Cancel);
            Assert.Equal(rows.Select(r => Text(r.OrderBy(c => c.Key).Select(c => c.Value))).Order(), (await ReadAsync(await CreateAsync())).Select(r => Text(r.OrderBy(c => c.Key).Select(c => c.Value))).Order());
            Assert.Equal(truths, await TruthsAsync(store, [Day], Noon));
        }

        Assert.Equal(0, await store.AppendAsync(Batch("a.2.0", Features, [[2.0, "x", 2L, true]]), Cancel)); // it was not settled, so its key is still known
        await store.AppendGroundTruthAsync(Model, [new(id, 77, Noon.AddDays(1))], Cancel);
        Assert.Equal(77, (await TruthsAsync(store, [Day], null)).Single().Value);
    }

    [Fact]
    public async Task Many_write_at_once_and_each_row_is_there_once()
    {
        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CreateAsync()));
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => stores[i % 4].AppendAsync(Batch($"p{i % 20}.1.0", Features, [[(double)(i % 20), "x", 1L, true]]), Cancel), Cancel)));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (double)i), (await ReadAsync(stores[0])).Select(r => (double)r["distance"]!).Distinct().Order());
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("")]
    public async Task A_name_that_is_no_models_is_refused(string model)
    {
        var store = await CreateAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.AppendAsync(Batch("a.1.0", Features, [[1.0, "x", 1L, true]]) with { Model = model }, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.AppendGroundTruthAsync(model, [new("a", 1, Noon)], Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => ReadAsync(store, model));
    }

    private static PredictionBatch Batch(string key, Column[] columns, object?[][] rows, string? subject = null, string? error = null, DateTimeOffset? at = null, string? id = null, TimeSpan? every = null)
    {
        var schema = new DatasetSchema(columns.Concat(PredictionColumns.Own));
        IArrowArray Own(Column column) => column.Name switch
        {
            PredictionColumns.Id => Texts(Enumerable.Range(0, rows.Length).Select(i => id ?? $"{key}/{i}")),
            PredictionColumns.Version => Array(ColumnType.Int64, rows.Select(_ => (object?)7L)),
            PredictionColumns.Time => Array(ColumnType.Timestamp, rows.Select((_, i) => (object?)((at ?? Noon) + (i * (every ?? TimeSpan.FromSeconds(1)))))),
            PredictionColumns.Latency => Array(ColumnType.Float64, rows.Select(_ => (object?)0.25)),
            PredictionColumns.Caller => Texts(rows.Select(_ => "http")),
            PredictionColumns.Variant => Texts(rows.Select(_ => "champion")),
            PredictionColumns.Subject => Texts(rows.Select(_ => subject)),
            PredictionColumns.Error => Texts(rows.Select(_ => error)),
            _ => Texts(rows.Select(_ => (string?)null)),
        };
        var arrays = columns.Select((c, i) => Array(c.Type, rows.Select(r => r[i]))).Concat(PredictionColumns.Own.Select(Own));
        return new(Model, Day, key, schema, new(schema.ToArrow(), arrays, rows.Length));
    }

    private static IArrowArray Texts(IEnumerable<string?> values) => Array(ColumnType.String, values);

    private static IArrowArray Array(ColumnType type, IEnumerable<object?> values)
    {
        switch (type)
        {
            case ColumnType.Boolean:
                var flags = new BooleanArray.Builder();
                foreach (var value in values) _ = value is bool flag ? flags.Append(flag) : flags.AppendNull();
                return flags.Build(ArrowMemory.Managed);
            case ColumnType.Int64:
                var integers = new Int64Array.Builder();
                foreach (var value in values) integers.Append((long?)value);
                return integers.Build(ArrowMemory.Managed);
            case ColumnType.Float64:
                var numbers = new DoubleArray.Builder();
                foreach (var value in values) numbers.Append((double?)value);
                return numbers.Build(ArrowMemory.Managed);
            case ColumnType.Timestamp:
                var times = new TimestampArray.Builder((TimestampType)DatasetSchema.ToArrow(ColumnType.Timestamp));
                foreach (var value in values) _ = value is DateTimeOffset time ? times.Append(time) : times.AppendNull();
                return times.Build(ArrowMemory.Managed);
            default:
                var texts = new StringArray.Builder();
                foreach (var value in values) texts.Append((string?)value);
                return texts.Build(ArrowMemory.Managed);
        }
    }

    private static string IdOf(DateTimeOffset time) => time.ToUnixTimeMilliseconds().ToString("x12", CultureInfo.InvariantCulture) + "7abc8def0123456789ab";

    private static string Text(IEnumerable<object?> values) => string.Join('|', values.Select(v => v switch { null => "missing", double d => d.ToString("R", CultureInfo.InvariantCulture), IFormattable f => f.ToString(null, CultureInfo.InvariantCulture), _ => v }));

    private static Task<List<Dictionary<string, object?>>> ReadAsync(IPredictionStore store, string model = Model, DateTimeOffset? to = null, IReadOnlyList<string>? columns = null) =>
        store.ReadAsync(model, Noon.AddDays(-1), to ?? Noon.AddDays(1), columns, Cancel).ToRowsAsync();

    // As whoever reads them takes them: the last one that became known, and of two of one moment the later one.
    private static async Task<List<(string Id, double Value)>> TruthsAsync(IPredictionStore store, DateOnly[] days, DateTimeOffset? othersFrom)
    {
        var known = new SortedDictionary<string, (double Value, long Time)>(StringComparer.Ordinal);
        await foreach (var batch in store.ReadGroundTruthAsync(Model, days, othersFrom, Cancel))
        {
            var (ids, values, times) = ((StringArray)batch.Column(PredictionColumns.Id), (DoubleArray)batch.Column(PredictionColumns.Truth), (TimestampArray)batch.Column(PredictionColumns.TruthTime));
            for (var row = 0; row < batch.Length; row++)
            {
                if (!known.TryGetValue(ids.GetString(row), out var best) || times.GetValue(row) >= best.Time) known[ids.GetString(row)] = (values.GetValue(row) ?? double.NaN, times.GetValue(row) ?? 0);
            }
        }

        return [.. known.Select(k => (k.Key, k.Value.Value))];
    }
}
