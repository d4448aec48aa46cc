using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Core;
using Xunit;
using Column = MlOps.Core.Column;

namespace MlOps.Testing;

/// <summary>What every <see cref="ISqlWarehouse"/> must do. Derive a test class from it for each implementation.</summary>
/// <remarks>The derived class removes what it has created, best as an <see cref="IAsyncDisposable"/>; it is made anew for each test.</remarks>
public abstract class SqlWarehouseConformance
{
    private static readonly Column[] Numbers = [new("n", ColumnType.Int64)];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Opens the warehouse of this test.</summary>
    /// <returns>The warehouse.</returns>
    protected abstract Task<ISqlWarehouse> CreateAsync();

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Values_come_back_as_they_were(ColumnType type)
    {
        await using var session = await OpenAsync();
        var values = Samples(type);
        Assert.Equal(values.Length, await session.WriteTemporaryAsync("t", new([new("n", ColumnType.Int64), new("v", type)]), One(new RecordBatch(new DatasetSchema([new("n", ColumnType.Int64), new("v", type)]).ToArrow(), [Count(values.Length), values], values.Length)), Cancel));
        var read = Assert.Single(await ReadAsync(session.QueryAsync("SELECT v FROM t ORDER BY n", null, Cancel)));
        Assert.Equal(new DatasetSchema([new("v", type)]), DatasetSchema.FromArrow(read.Schema));
        Assert.Equal(Enumerable.Range(0, values.Length).Select(i => Text(values, i)), Enumerable.Range(0, values.Length).Select(i => Text(read.Column(0), i)));
    }

    /// <summary>Gets the types of columns.</summary>
    public static TheoryData<ColumnType> Types => [.. Enum.GetValues<ColumnType>()];

    [Fact]
    public async Task Rows_come_in_order_over_several_batches()
    {
        await using var session = await OpenAsync();
        await session.WriteTemporaryAsync("t", new(Numbers), Several(Rows(1, 7_000), Rows(7_001, 20_000)), Cancel);
        var batches = await ReadAsync(session.QueryAsync("SELECT n FROM t ORDER BY n", null, Cancel));
        Assert.True(batches.Count > 1);
        Assert.Equal(Enumerable.Range(1, 20_000).Select(i => (long)i), batches.SelectMany(b => ((Int64Array)b.Column(0)).Values.ToArray()));
    }

    [Fact]
    public async Task No_rows_give_one_empty_batch_with_the_columns()
    {
        await using var session = await OpenAsync();
        await session.WriteTemporaryAsync("t", new(Numbers), One(Rows(1, 0)), Cancel);
        var batch = Assert.Single(await ReadAsync(session.QueryAsync("SELECT n, n AS again FROM t", null, Cancel)));
        Assert.Equal((0, "n", "again"), (batch.Length, batch.Schema.GetFieldByIndex(0).Name, batch.Schema.GetFieldByIndex(1).Name));
    }

    [Fact]
    public async Task Names_are_taken_as_they_stand()
    {
        var warehouse = await CreateAsync();
        await using var session = await warehouse.OpenAsync(Cancel);
        const string Odd = "A \"B\"; -- ü";
        await session.WriteTemporaryAsync(Odd, new([new(Odd, ColumnType.Int64)]), One(new RecordBatch(new DatasetSchema([new(Odd, ColumnType.Int64)]).ToArrow(), [Count(1)], 1)), Cancel);
        var batch = Assert.Single(await ReadAsync(session.QueryAsync($"SELECT {warehouse.Dialect.Quote(Odd)} FROM {warehouse.Dialect.Quote(Odd)}", null, Cancel)));
        Assert.Equal(Odd, batch.Schema.GetFieldByIndex(0).Name);
    }

    [Fact]
    public async Task Parameters_are_values_and_not_SQL()
    {
        var warehouse = await CreateAsync();
        await using var session = await warehouse.OpenAsync(Cancel);
        const string Text = "'; DROP TABLE t; --";
        var batch = Assert.Single(await ReadAsync(session.QueryAsync($"SELECT {warehouse.Dialect.Cast(warehouse.Dialect.Parameter("text"), ColumnType.String)} AS v", new Dictionary<string, object?> { ["text"] = Text }, Cancel)));
        Assert.Equal(Text, ((StringArray)batch.Column(0)).GetString(0));
    }

    [Fact]
    public async Task A_moment_is_passed_in_any_zone()
    {
        var warehouse = await CreateAsync();
        await using var session = await warehouse.OpenAsync(Cancel);
        var time = new DateTimeOffset(1969, 12, 31, 23, 59, 59, 999, TimeSpan.FromHours(2)).AddMicroseconds(999);
        var batch = Assert.Single(await ReadAsync(session.QueryAsync($"SELECT {warehouse.Dialect.Micros(warehouse.Dialect.Cast(warehouse.Dialect.Parameter("time"), ColumnType.Timestamp))} AS m", new Dictionary<string, object?> { ["time"] = time }, Cancel)));
        Assert.Equal(FeatureTime.ToMicros(time), ((Int64Array)batch.Column(0)).GetValue(0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_704_067_200_000_001)]
    [InlineData(-62_135_596_800_000_000)]
    [InlineData(253_402_300_799_999_999)]
    public async Task Microseconds_become_the_same_moment(long micros)
    {
        var warehouse = await CreateAsync();
        await using var session = await warehouse.OpenAsync(Cancel);
        var times = new TimestampArray(new ArrayData(DatasetSchema.ToArrow(ColumnType.Timestamp), 1, 0, 0, [ArrowBuffer.Empty, new(BitConverter.GetBytes(micros))]));
        DatasetSchema schema = new([new("v", ColumnType.Timestamp)]);
        await session.WriteTemporaryAsync("t", schema, One(new RecordBatch(schema.ToArrow(), [times], 1)), Cancel);
        var native = (await session.DescribeAsync("t", Cancel)).GetColumn("v").NativeType;
        var dialect = warehouse.Dialect;
        var batch = Assert.Single(await ReadAsync(session.QueryAsync($"SELECT {dialect.Micros("v")} AS m, v = {dialect.FromMicros(dialect.Micros("v"), native)} AS same FROM t", null, Cancel)));
        Assert.Equal((micros, true), (((Int64Array)batch.Column(0)).GetValue(0), ((BooleanArray)batch.Column(1)).GetValue(0)));
    }

    [Fact]
    public async Task A_table_is_described()
    {
        await using var session = await OpenAsync();
        await session.WriteTemporaryAsync("t", new(Numbers), One(Rows(1, 3)), Cancel);
        var relation = await session.DescribeAsync("t", Cancel);
        var column = Assert.Single(relation.Columns);
        Assert.Equal(("n", ColumnType.Int64, true), (column.Name, column.Type, column.IsPlain));
        Assert.NotEmpty(relation.RowOrder);
    }

    [Fact]
    public async Task A_query_is_described_without_being_run()
    {
        await using var session = await OpenAsync();
        await session.WriteTemporaryAsync("t", new(Numbers), One(Rows(1, 3)), Cancel);
        var relation = await session.DescribeAsync("SELECT n / (n - n) AS never, 'x' AS text FROM t -- a remark", Cancel);
        Assert.Equal(["never", "text"], relation.Columns.Select(c => c.Name));
        Assert.Empty(relation.RowOrder);
    }

    [Fact]
    public async Task What_is_not_there_is_named()
    {
        await using var session = await OpenAsync();
        var error = await Assert.ThrowsAsync<DataException>(() => session.DescribeAsync("there_is_none", Cancel));
        Assert.Contains("there_is_none", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_query_says_what_is_wrong()
    {
        await using var session = await OpenAsync();
        var error = await Assert.ThrowsAsync<DataException>(() => ReadAsync(session.QueryAsync("SELECT wrong_column FROM (SELECT 1 AS n) AS q", null, Cancel)));
        Assert.Contains("wrong_column", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_does_not_fit_is_not_in_the_message()
    {
        await using var session = await OpenAsync();
        await session.WriteTemporaryAsync("t", new([new("v", ColumnType.String)]), One(new RecordBatch(new DatasetSchema([new("v", ColumnType.String)]).ToArrow(), [new StringArray.Builder().Append("secret").Build(ArrowMemory.Managed)], 1)), Cancel);
        var error = await Assert.ThrowsAsync<DataException>(() => ReadAsync(session.QueryAsync("SELECT CAST(v AS BIGINT) AS n FROM t", null, Cancel)));
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_is_no_column_of_a_dataset()
    {
        await using var session = await OpenAsync();
        var error = await Assert.ThrowsAsync<DataException>(() => ReadAsync(session.QueryAsync("SELECT ARRAY[1, 2] AS several", null, Cancel)));
        Assert.Equal("several", error.Column);
    }

    [Fact]
    public async Task A_batch_of_another_type_is_refused()
    {
        await using var session = await OpenAsync();
        var error = await Assert.ThrowsAsync<DataException>(() => session.WriteTemporaryAsync("t", new([new("n", ColumnType.String)]), One(Rows(1, 3)), Cancel));
        Assert.Equal("n", error.Column);
    }

    [Fact]
    public async Task What_a_session_made_is_gone_with_it()
    {
        var warehouse = await CreateAsync();
        await using (var session = await warehouse.OpenAsync(Cancel)) await session.WriteTemporaryAsync("t", new(Numbers), One(Rows(1, 3)), Cancel);
        await using var next = await warehouse.OpenAsync(Cancel);
        await Assert.ThrowsAsync<DataException>(() => next.DescribeAsync("t", Cancel));
    }

    [Fact]
    public async Task Sessions_do_not_see_each_others_tables()
    {
        var warehouse = await CreateAsync();
        await using var one = await warehouse.OpenAsync(Cancel);
        await using var other = await warehouse.OpenAsync(Cancel);
        await one.WriteTemporaryAsync("t", new(Numbers), One(Rows(1, 3)), Cancel);
        await other.WriteTemporaryAsync("t", new(Numbers), One(Rows(1, 5)), Cancel);
        Assert.Equal(3, (await ReadAsync(one.QueryAsync("SELECT n FROM t", null, Cancel))).Sum(b => b.Length));
    }

    [Fact]
    public async Task A_cancelled_query_stops()
    {
        await using var session = await OpenAsync();
        await session.WriteTemporaryAsync("t", new(Numbers), One(Rows(1, 5_000)), Cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var reading = ReadAsync(session.QueryAsync("SELECT sum(a.n * b.n * c.n) AS v FROM t AS a, t AS b, t AS c, t AS d", null, stop.Token));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task A_reading_can_be_left_in_the_middle()
    {
        await using var session = await OpenAsync();
        await session.WriteTemporaryAsync("t", new(Numbers), One(Rows(1, 500)), Cancel);
        await foreach (var batch in session.QueryAsync("SELECT a.n FROM t AS a, t AS b", null, Cancel))
        {
            Assert.True(batch.Length > 0);
            break;
        }

        Assert.Equal(500, (await ReadAsync(session.QueryAsync("SELECT n FROM t", null, Cancel))).Sum(b => b.Length));
    }

    private static IArrowArray Samples(ColumnType type) => type switch
    {
        ColumnType.Boolean => new BooleanArray.Builder().Append(true).AppendNull().Append(false).Build(ArrowMemory.Managed),
        ColumnType.Int64 => new Int64Array.Builder().Append(long.MinValue).AppendNull().Append(long.MaxValue).Append(0).Build(ArrowMemory.Managed),
        ColumnType.Float64 => new DoubleArray.Builder().Append(double.NaN).AppendNull().Append(double.NegativeInfinity).Append(double.Epsilon).Append(-0.0).Append(0.1).Build(ArrowMemory.Managed),
        ColumnType.Decimal => new Decimal128Array.Builder(new(38, 18)).Append(12345678901.000000000000000001m).AppendNull().Append(-0.5m).Append(99999999999999999999m).Build(ArrowMemory.Managed),
        ColumnType.String => new StringArray.Builder().Append("ünï \U0001F600 'quoted'").AppendNull().Append(string.Empty).Append(new string('x', 100_000)).Build(ArrowMemory.Managed),
        ColumnType.Date => new Date32Array(new ArrayData(Date32Type.Default, 4, 1, 0, [new(new byte[] { 0b1011 }), new(Bytes(0, -719_162, 0, 2_932_896))])),
        ColumnType.Timestamp => new TimestampArray(new ArrayData(DatasetSchema.ToArrow(type), 4, 1, 0, [new(new byte[] { 0b1011 }), new(Bytes(-1L, -62_135_596_800_000_000, 0, 253_402_300_799_999_999))])),
        _ => new BinaryArray.Builder().Append([0, 255, 1]).AppendNull().Append(ReadOnlySpan<byte>.Empty).Build(ArrowMemory.Managed),
    };

    private static byte[] Bytes(params int[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Bytes(params long[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static string Text(IArrowArray array, int row) => array.IsNull(row) ? "missing" : array switch
    {
        BooleanArray flags => flags.GetValue(row)!.Value.ToString(),
        Int64Array integers => integers.Values[row].ToString(System.Globalization.CultureInfo.InvariantCulture),
        DoubleArray numbers => BitConverter.DoubleToInt64Bits(numbers.Values[row]).ToString(System.Globalization.CultureInfo.InvariantCulture),
        Decimal128Array decimals => decimals.GetString(row),
        StringArray texts => texts.GetString(row),
        Date32Array days => days.Values[row].ToString(System.Globalization.CultureInfo.InvariantCulture),
        TimestampArray times => times.Values[row].ToString(System.Globalization.CultureInfo.InvariantCulture),
        var bytes => Convert.ToHexString(((BinaryArray)bytes).GetBytes(row)),
    };

    private static Int64Array Count(int rows) => new Int64Array.Builder().AppendRange(Enumerable.Range(1, rows).Select(i => (long)i)).Build(ArrowMemory.Managed);

    private static RecordBatch Rows(int from, int to) => new(
        new DatasetSchema(Numbers).ToArrow(), [new Int64Array.Builder().AppendRange(Enumerable.Range(from, to - from + 1).Select(i => (long)i)).Build(ArrowMemory.Managed)], to - from + 1);

    private static IAsyncEnumerable<RecordBatch> One(RecordBatch batch) => Several(batch);

    private static async IAsyncEnumerable<RecordBatch> Several(params RecordBatch[] batches)
    {
        await Task.CompletedTask;
        foreach (var batch in batches) yield return batch;
    }

    private static async Task<List<RecordBatch>> ReadAsync(IAsyncEnumerable<RecordBatch> batches)
    {
        var read = new List<RecordBatch>();
        await foreach (var batch in batches) read.Add(batch.Clone(ArrowMemory.Managed));
        return read;
    }

    private async Task<ISqlSession> OpenAsync() => await (await CreateAsync()).OpenAsync(Cancel);
}
