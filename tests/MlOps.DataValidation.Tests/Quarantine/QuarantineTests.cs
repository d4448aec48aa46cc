using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Apache.Arrow;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.DataValidation.Tests.Quarantine;

public sealed class QuarantineTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    private sealed record Ride(long Id, double? Distance);

    private static readonly ExpectationSuite Suite = ExpectationSuite.Create("rides", s => s.Column("id").NotNull().Column("distance").NotNull().Between(1, 6000).AsWarning().Between(max: 100));

    [Fact]
    public async Task Accepted_and_rejected_rows_are_two_datasets()
    {
        var store = new InMemoryDatasetStore(batchSize: 2);
        var rides = await store.WriteAsync("rides", new("test", "rides"), TableOf.Rows(TableOf.Columns(("id", TableOf.Integers(1, 2, 3, 4, 5)), ("distance", TableOf.Numbers(5, null, 500, 9000, 7)))), null, Stop);
        var divided = await Suite.QuarantineAsync(store, rides, null, Stop);

        (await IdsAsync(store, divided.Accepted)).Should().Equal(1, 3, 5);
        (await IdsAsync(store, divided.Rejected)).Should().Equal(2, 4);
        divided.Result.RejectedCount.Should().Be(2);
        divided.Rejected.Schema.Select(c => c.Name).Should().Equal("id", "distance", "rejected_row", "rejected_because");
        (await ReasonsAsync(store, divided.Rejected)).Should().Equal("'distance' is not missing", "'distance' is between 1 and 6000; 'distance' is at most 100");
    }

    [Fact]
    public async Task Without_bad_rows_the_rejected_dataset_is_empty()
    {
        var store = new InMemoryDatasetStore();
        var rides = await store.WriteAsync("rides", new("test", "rides"), TableOf.Rows(TableOf.Columns(("id", TableOf.Integers(1)), ("distance", TableOf.Numbers(5)))), null, Stop);
        var divided = await Suite.QuarantineAsync(store, rides, null, Stop);

        divided.Rejected.RowCount.Should().Be(0);
        divided.Accepted.RowCount.Should().Be(1);
    }

    [Fact]
    public async Task A_writer_that_fails_ends_the_pass_with_its_error()
    {
        var store = new InMemoryDatasetStore(batchSize: 1);
        var rides = await store.WriteAsync("rides", new("test", "rides"), TableOf.Rows(TableOf.Columns(("id", TableOf.Integers([.. Enumerable.Range(0, 50).Select(i => (long?)i)])), ("distance", TableOf.Numbers(new double?[50])))), null, Stop);
        var work = () => Suite.QuarantineAsync(new BrokenStore(store), rides, null, Stop);

        await work.Should().ThrowAsync<DataException>().WithMessage("The disk is full*");
    }

    [Fact]
    public async Task A_large_batch_is_handed_on_in_parts_and_in_order()
    {
        // Rows 100, 200 and so on are missing in the first half, and all are there in the second.
        long?[] ids = [.. Enumerable.Range(0, 40_000).Select(i => i < 20_000 && i % 100 == 99 ? (long?)null : i)];
        var (accepted, rejected) = (new List<long?>(), new List<long?>());
        var longest = 0;
        var result = await ExpectationSuite.Create("s", s => s.Column("id").NotNull()).QuarantineAsync(
            TableOf.Rows(TableOf.Columns(("id", TableOf.Integers(ids)))),
            b => Keep(() =>
            {
                longest = Math.Max(longest, b.Length);
                accepted.AddRange((Int64Array)b.Column("id"));
            }),
            b => Keep(() => rejected.AddRange((Int64Array)b.Column("rejected_row"))),
            null,
            Stop);

        longest.Should().Be(8192);
        accepted.Should().Equal(ids.Where(i => i is not null));
        rejected.Should().Equal(Enumerable.Range(0, 40_000).Where(i => ids[i] is null).Select(i => (long?)i));
        (result.RowCount, result.RejectedCount).Should().Be((40_000, 200));
    }

    [Fact]
    public async Task Every_type_of_column_is_carried_over()
    {
        var decimals = new Decimal128Array.Builder(new Apache.Arrow.Types.Decimal128Type(38, 18)).Append(1.5m).AppendNull().Append(2.5m).Build();
        var lists = new ListArray.Builder(Apache.Arrow.Types.Int64Type.Default);
        foreach (var value in new long[] { 7, 8, 9 })
        {
            lists.Append();
            ((Int64Array.Builder)lists.ValueBuilder).Append(value);
        }

        var binary = new BinaryArray.Builder().Append([1, 2]).AppendNull().Append([3]).Build();
        var codes = new DictionaryArray(
            new Apache.Arrow.Types.DictionaryType(Apache.Arrow.Types.Int8Type.Default, Apache.Arrow.Types.StringType.Default, false),
            new Int8Array.Builder().Append(1).Append(0).AppendNull().Build(),
            TableOf.Texts("first", "second"));
        var batch = TableOf.Columns(
            ("id", TableOf.Integers(1, null, 3)), ("t", TableOf.Texts("é", null, "longer")), ("b", TableOf.Booleans(true, null, false)), ("d", decimals), ("l", lists.Build()), ("bin", binary), ("code", codes));
        RecordBatch? accepted = null;
        await ExpectationSuite.Create("s", s => s.Column("id").NotNull().Column("code").InSet("second")).QuarantineAsync(TableOf.Rows(batch), b => Keep(b, out accepted), _ => ValueTask.CompletedTask, null, Stop);

        accepted!.Length.Should().Be(2);
        accepted.Column("code").Should().BeOfType<DictionaryArray>().Which.Indices.IsNull(1).Should().BeTrue();
        ((Int64Array)accepted.Column("id")).Values.ToArray().Should().Equal(1, 3);
        Enumerable.Range(0, 2).Select(i => ((StringArray)accepted.Column("t")).GetString(i)).Should().Equal("é", "longer");
        Enumerable.Range(0, 2).Select(i => ((BooleanArray)accepted.Column("b")).GetValue(i)).Should().Equal(true, false);
        Enumerable.Range(0, 2).Select(i => ((Decimal128Array)accepted.Column("d")).GetValue(i)).Should().Equal(1.5m, 2.5m);
        ((Int64Array)((ListArray)accepted.Column("l")).GetSlicedValues(1)).GetValue(0).Should().Be(9);
        ((BinaryArray)accepted.Column("bin")).GetBytes(1).ToArray().Should().Equal(3);
    }

    [Fact]
    public async Task A_later_row_of_a_repeated_key_is_rejected()
    {
        var suite = ExpectationSuite.Create("s", s => s.Column("Id").Unique());
        var rides = new Ride[] { new(1, 1), new(2, 2), new(1, 3) };
        ValidationResult? result = null;
        var accepted = await suite.QuarantineAsync(rides.ToAsyncEnumerable(), finished: r => result = r, cancellationToken: Stop).ToListAsync(Stop);

        accepted.Should().Equal(rides[0], rides[1]);
        result!.Results[0].UnexpectedCount.Should().Be(2);
    }

    [Fact]
    public async Task Records_with_warnings_pass_and_are_flagged()
    {
        var flagged = new List<long>();
        var accepted = await Suite.QuarantineAsync(new Ride[] { new(1, 500), new(2, 5) }.ToAsyncEnumerable(), null, f => Keep(() => flagged.Add(f.Record.Id)), cancellationToken: Stop).ToListAsync(Stop);

        accepted.Should().HaveCount(2);
        flagged.Should().Equal(1);
    }

    [Fact]
    public async Task A_slow_stream_is_not_held_up()
    {
        var source = Channel.CreateUnbounded<Ride>();
        await using var accepted = Suite.QuarantineAsync(source.Reader.ReadAllAsync(Stop), cancellationToken: Stop).GetAsyncEnumerator(Stop);
        source.Writer.TryWrite(new(1, 5));

        (await accepted.MoveNextAsync()).Should().BeTrue(); // though nobody knows whether another will come
        accepted.Current.Id.Should().Be(1);
    }

    [Fact]
    public async Task A_stream_can_be_left_while_it_waits()
    {
        var left = false;
        async IAsyncEnumerable<Ride> Endless([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            yield return new(1, 5);
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                left = true;
            }
        }

        await foreach (var _ in Suite.QuarantineAsync(Endless(Stop), cancellationToken: Stop)) break;

        left.Should().BeTrue();
    }

    [Fact]
    public async Task A_member_that_the_record_lacks_fails_in_the_result()
    {
        var result = await ExpectationSuite.Create("s", s => s.Column("speed").NotNull()).ValidateAsync(new Ride[] { new(1, 1) }.ToAsyncEnumerable(), null, Stop);

        result.Success.Should().BeFalse();
        result.Results[0].Error.Should().Contain("There is no column 'speed'");
    }

    private static ValueTask Keep(RecordBatch batch, out RecordBatch kept)
    {
        kept = batch.Clone();
        return ValueTask.CompletedTask;
    }

    private static ValueTask Keep(Action action)
    {
        action();
        return ValueTask.CompletedTask;
    }

    private static async Task<List<long>> IdsAsync(InMemoryDatasetStore store, Dataset dataset)
    {
        var ids = new List<long>();
        await foreach (var batch in store.ReadAsync(dataset, ["id"], Stop)) ids.AddRange(((Int64Array)batch.Column(0)).Values);
        return ids;
    }

    private static async Task<List<string>> ReasonsAsync(InMemoryDatasetStore store, Dataset dataset)
    {
        var reasons = new List<string>();
        await foreach (var batch in store.ReadAsync(dataset, ["rejected_because"], Stop)) reasons.AddRange(Enumerable.Range(0, batch.Length).Select(i => ((StringArray)batch.Column(0)).GetString(i)));
        return reasons;
    }

    private sealed class BrokenStore(IDatasetStore store) : IDatasetStore
    {
        public async Task<Dataset> WriteAsync(string name, DatasetOrigin origin, IAsyncEnumerable<RecordBatch> rows, long? maxBytes = null, CancellationToken cancellationToken = default)
        {
            await foreach (var _ in rows.WithCancellation(cancellationToken)) throw new DataException("The disk is full.");
            throw new DataException("No rows.");
        }

        public IAsyncEnumerable<RecordBatch> ReadAsync(Dataset dataset, IReadOnlyList<string>? columns = null, CancellationToken cancellationToken = default) => store.ReadAsync(dataset, columns, cancellationToken);
    }
}
