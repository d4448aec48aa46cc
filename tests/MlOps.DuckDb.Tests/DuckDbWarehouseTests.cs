using Apache.Arrow;
using DuckDB.NET.Native;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Testing;
using Column = MlOps.Core.Column;

namespace MlOps.DuckDb.Tests;

public sealed class DuckDbWarehouseConformanceTests : SqlWarehouseConformance, IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ServiceProvider _services;

    public DuckDbWarehouseConformanceTests() => _services = DuckDbWarehouseTests.Build(_folder.Path);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    protected override Task<ISqlWarehouse> CreateAsync() => Task.FromResult(_services.GetRequiredService<ISqlWarehouse>());
}

public sealed class DuckDbWarehouseTests : IAsyncDisposable
{
    private static readonly Column[] Numbers = [new("n", ColumnType.Int64)];

    private readonly TempFolder _folder = new();
    private readonly ServiceProvider _services;

    public DuckDbWarehouseTests() => _services = Build(_folder.Path);

    private ISqlWarehouse Warehouse => _services.GetRequiredService<ISqlWarehouse>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("1::TINYINT", ColumnType.Int64, "1")]
    [InlineData("1::USMALLINT", ColumnType.Int64, "1")]
    [InlineData("1::INTEGER", ColumnType.Int64, "1")]
    [InlineData("1::UBIGINT", ColumnType.Int64, "1")]
    [InlineData("sum(1)", ColumnType.Int64, "1")]
    [InlineData("0.5::FLOAT", ColumnType.Float64, "0.5")]
    [InlineData("1.50::DECIMAL(4, 2)", ColumnType.Decimal, "1.500000000000000000")]
    [InlineData("-1.5::DECIMAL(30, 2)", ColumnType.Decimal, "-1.500000000000000000")]
    [InlineData("true", ColumnType.Boolean, "True")]
    [InlineData("'a'::ENUM('a', 'b')", ColumnType.String, "a")]
    [InlineData("'6F9619FF-8B86-D011-B42D-00C04FC964FF'::UUID", ColumnType.String, "6f9619ff-8b86-d011-b42d-00c04fc964ff")]
    [InlineData("DATE '2024-02-29'", ColumnType.Date, "19782")]
    [InlineData("'1969-12-31 23:59:59'::TIMESTAMP_S", ColumnType.Timestamp, "-1000000")]
    [InlineData("'1969-12-31 23:59:59.999'::TIMESTAMP_MS", ColumnType.Timestamp, "-1000")]
    [InlineData("'1969-12-31 23:59:59.9999999'::TIMESTAMP_NS", ColumnType.Timestamp, "-1")]
    [InlineData("'1970-01-01 01:00:00+01'::TIMESTAMPTZ", ColumnType.Timestamp, "0")]
    [InlineData("NULL", ColumnType.Int64, "missing")]
    public async Task A_type_of_the_engine_becomes_one_of_a_dataset(string expression, ColumnType type, string expected)
    {
        var batch = await OneAsync($"SELECT {expression} AS v");
        DatasetSchema.FromArrow(batch.Schema)[0].Type.Should().Be(type);
        Text(batch.Column(0)).Should().Be(expected);
    }

    [Theory]
    [InlineData("{'a': 1}")]
    [InlineData("INTERVAL 1 DAY")]
    [InlineData("TIME '10:00'")]
    [InlineData("'infinity'::TIMESTAMP")]
    [InlineData("'10000-01-01'::DATE")]
    [InlineData("0.0000000000000000001::DECIMAL(38, 19)")]
    [InlineData("1e30::DECIMAL(38, 2)")]
    [InlineData("18446744073709551615::UBIGINT")]
    public async Task What_a_dataset_does_not_hold_is_refused(string expression)
    {
        var act = () => OneAsync($"SELECT {expression} AS v");
        (await act.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("v");
    }

    [Fact]
    public async Task Each_file_and_each_folder_of_files_is_a_table()
    {
        await WriteAsync("one.parquet", 1);
        await WriteAsync("several/a.parquet", 2);
        await WriteAsync("several/b.parquet", 3);
        (await CountAsync("SELECT n FROM one")).Should().Be(1);
        (await CountAsync("SELECT n FROM several")).Should().Be(2);
    }

    [Fact]
    public async Task A_file_that_comes_later_is_a_table_of_the_next_session()
    {
        await WriteAsync("one.parquet", 1);
        await CountAsync("SELECT n FROM one");
        await WriteAsync("two.parquet", 1);
        (await CountAsync("SELECT n FROM two")).Should().Be(1);
    }

    [Fact]
    public async Task Other_files_are_out_of_reach()
    {
        using var other = new TempFolder();
        await _services.GetRequiredService<IColumnarEngine>().WriteParquetAsync(Path.Combine(other.Path, "t.parquet"), new(Numbers), One(1), Cancel);
        var act = () => CountAsync($"SELECT * FROM read_parquet('{Path.Combine(other.Path, "t.parquet")}')");
        await act.Should().ThrowAsync<DataException>().WithMessage("*reaches for something other*");
    }

    [Fact]
    public async Task Nothing_is_written_into_the_folder()
    {
        await using var session = await Warehouse.OpenAsync(Cancel);
        var act = () => session.ExecuteAsync("SET enable_external_access = true", Cancel);
        await act.Should().ThrowAsync<DataException>();
    }

    [Fact]
    public async Task A_database_file_is_read_and_not_written()
    {
        var file = Path.Combine(_folder.Path, "sales.duckdb");
        using (var database = new DuckDbDatabaseFile(file)) database.Execute("CREATE TABLE t AS SELECT 7 AS n");
        await using var services = Build(file);
        await using var session = await services.GetRequiredService<ISqlWarehouse>().OpenAsync(Cancel);
        (await session.DescribeAsync("t", Cancel)).RowOrder.Should().Equal("rowid");
        var act = () => session.ExecuteAsync("DROP TABLE t", Cancel);
        await act.Should().ThrowAsync<DataException>();
    }

    [Fact]
    public async Task A_place_that_is_not_there_is_named()
    {
        await using var services = Build(Path.Combine(_folder.Path, "none"));
        var act = () => services.GetRequiredService<ISqlWarehouse>().OpenAsync(Cancel);
        await act.Should().ThrowAsync<StoreException>().WithMessage("*'lake'*none*MlOps:Warehouses:lake:Path*");
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_named()
    {
        var file = Path.Combine(_folder.Path, "text.duckdb");
        await File.WriteAllTextAsync(file, new string('x', 5000), Cancel);
        await using var services = Build(file);
        var act = () => services.GetRequiredService<ISqlWarehouse>().OpenAsync(Cancel);
        await act.Should().ThrowAsync<DataException>().WithMessage("*text.duckdb*");
    }

    [Fact]
    public void A_warehouse_without_a_place_is_refused()
    {
        using var services = Build(null);
        var act = () => services.GetRequiredService<ISqlWarehouse>();
        act.Should().Throw<OptionsValidationException>().WithMessage("*Path*");
    }

    internal static ServiceProvider Build(string? path)
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore().UseDuckDb().AddDuckDbWarehouse("lake", path);
        return services.BuildServiceProvider();
    }

    private static string Text(IArrowArray array) => array.IsNull(0) ? "missing" : array switch
    {
        Int64Array a => $"{a.Values[0]}",
        DoubleArray a => FormattableString.Invariant($"{a.Values[0]}"),
        Decimal128Array a => a.GetString(0),
        BooleanArray a => $"{a.GetValue(0)}",
        Date32Array a => $"{a.Values[0]}",
        TimestampArray a => $"{a.Values[0]}",
        _ => ((StringArray)array).GetString(0),
    };

    private static async IAsyncEnumerable<RecordBatch> One(long number)
    {
        await Task.CompletedTask;
        yield return new(new DatasetSchema(Numbers).ToArrow(), [new Int64Array.Builder().Append(number).Build()], 1);
    }

    private async Task WriteAsync(string file, long number)
    {
        var path = Path.Combine(_folder.Path, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await _services.GetRequiredService<IColumnarEngine>().WriteParquetAsync(path, new(Numbers), One(number), Cancel);
    }

    private async Task<int> CountAsync(string sql)
    {
        await using var session = await Warehouse.OpenAsync(Cancel);
        var count = 0;
        await foreach (var batch in session.QueryAsync(sql, null, Cancel)) count += batch.Length;
        return count;
    }

    private async Task<RecordBatch> OneAsync(string sql)
    {
        await using var session = await Warehouse.OpenAsync(Cancel);
        RecordBatch? one = null;
        await foreach (var batch in session.QueryAsync(sql, null, Cancel)) one = batch;
        return one!;
    }

    /// <summary>A database file that a test writes, as another program would.</summary>
    private sealed class DuckDbDatabaseFile : IDisposable
    {
        private readonly DuckDBDatabase _database;
        private readonly DuckDBNativeConnection _connection;

        public DuckDbDatabaseFile(string file)
        {
            NativeMethods.Startup.DuckDBOpen(file, out _database).IsSuccess().Should().BeTrue();
            NativeMethods.Startup.DuckDBConnect(_database, out _connection).IsSuccess().Should().BeTrue();
        }

        public void Execute(string sql) => DuckDbSession.Execute(_connection, sql);

        public void Dispose()
        {
            _connection.Dispose();
            _database.Dispose();
        }
    }
}
