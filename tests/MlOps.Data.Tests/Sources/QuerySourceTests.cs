using Microsoft.Data.Sqlite;
using MlOps.Core;

namespace MlOps.Data.Tests;

public sealed class QuerySourceTests : IDisposable
{
    private readonly Reading _reading = new();
    private readonly string _connection;

    public QuerySourceTests() => _connection = $"Data Source={_reading.PathOf("data.db")};Pooling=False";

    public void Dispose() => _reading.Dispose();

    [Fact]
    public async Task Sqlite_columns_have_their_declared_types()
    {
        Run("CREATE TABLE t (a INTEGER, b REAL, c TEXT, d BOOLEAN, e DATE, f DATETIME, g DECIMAL(10,2), h BLOB)");
        Run("INSERT INTO t VALUES (1, 2, 'x', 1, '2001-01-31', '2001-01-31 12:00:00', 1.25, x'0102'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)");

        var (schema, rows, _) = await _reading.ReadAsync(Query("SELECT * FROM t ORDER BY a DESC"));

        schema.Select(c => c.Type).Should().Equal(
            ColumnType.Int64, ColumnType.Float64, ColumnType.String, ColumnType.Boolean, ColumnType.Date, ColumnType.Timestamp, ColumnType.Decimal, ColumnType.Binary);
        rows[0].Should().BeEquivalentTo(
            new object?[] { 1L, 2.0, "x", true, new DateOnly(2001, 1, 31), new DateTimeOffset(2001, 1, 31, 12, 0, 0, TimeSpan.Zero), 1.25m, new byte[] { 1, 2 } },
            o => o.WithStrictOrdering());
        rows[1].Should().OnlyContain(v => v == null);
    }

    [Fact]
    public async Task Sqlite_expressions_are_what_their_values_are()
    {
        var (schema, rows, _) = await _reading.ReadAsync(Query("SELECT NULL AS a, 1 AS b, NULL AS c, 'x' AS d UNION ALL SELECT 'y', 2.5, NULL, NULL"));

        schema.Select(c => c.Type).Should().Equal(ColumnType.String, ColumnType.Float64, ColumnType.String, ColumnType.String);
        rows.Should().BeEquivalentTo(new object?[][] { [null, 1.0, null, "x"], ["y", 2.5, null, null] }, o => o.WithStrictOrdering());
    }

    [Theory]
    [InlineData("INTEGER", "'abc'")]
    [InlineData("INTEGER", "1.5")]
    [InlineData("REAL", "'abc'")]
    [InlineData("BOOLEAN", "7")]
    [InlineData("DATE", "'31/01/2001'")]
    [InlineData("DATETIME", "12")]
    [InlineData("TEXT", "x'00'")]
    [InlineData("DECIMAL", "1e30")]
    public async Task A_value_that_does_not_fit_names_its_row_and_column(string type, string value)
    {
        Run($"CREATE TABLE t (v {type})");
        Run($"INSERT INTO t VALUES (NULL), ({value})");

        var error = await ErrorAsync(Query("SELECT v FROM t ORDER BY rowid"));

        (error.Row, error.Column).Should().Be((2, "v"));
    }

    [Fact]
    public async Task A_value_that_does_not_fit_what_came_before_names_its_row()
    {
        var error = await ErrorAsync(Query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000) SELECT CASE WHEN i = 8999 THEN 'text' ELSE i END AS v FROM n"));

        (error.Row, error.Column).Should().Be((8999, "v"));
    }

    [Fact]
    public async Task Providers_that_type_their_columns_are_read_by_their_types()
    {
        const string Sql = """
            SELECT 1::TINYINT AS a, 2::UBIGINT AS b, 0.5::FLOAT AS c, 1.25::DECIMAL(9,2) AS d, true AS e, 'x' AS f, DATE '2001-01-31' AS g, TIMESTAMP '2001-01-31 12:00:00' AS h,
                '00112233-4455-6677-8899-aabbccddeeff'::UUID AS i, sum(3::BIGINT) AS j, NULL::INTEGER AS k
            """;
        var (schema, rows, _) = await _reading.ReadAsync(Source.Query(() => new DuckDB.NET.Data.DuckDBConnection("DataSource=:memory:"), Sql));

        schema["k"].Type.Should().Be(ColumnType.Int64);
        rows.Single().Should().Equal(
            1L, 2L, 0.5, 1.25m, true, "x", new DateOnly(2001, 1, 31), new DateTimeOffset(2001, 1, 31, 12, 0, 0, TimeSpan.Zero), "00112233-4455-6677-8899-aabbccddeeff", 3L, null);
    }

    [Fact]
    public async Task A_type_that_no_column_holds_is_named()
    {
        var error = await ErrorAsync(Source.Query(() => new DuckDB.NET.Data.DuckDBConnection("DataSource=:memory:"), "SELECT [1, 2] AS tags"));

        error.Column.Should().Be("tags");
    }

    [Fact]
    public async Task Parameters_are_passed()
    {
        var parameters = new Dictionary<string, object?> { ["$a"] = 7L, ["$b"] = null };

        (await _reading.ReadAsync(Source.Query(() => new SqliteConnection(_connection), "SELECT $a AS a, $b AS b", parameters))).Rows[0].Should().Equal(7L, null);
    }

    [Fact]
    public async Task No_rows_are_one_empty_batch_with_the_declared_types()
    {
        Run("CREATE TABLE t (a INTEGER, b REAL)");

        var (schema, rows, batches) = await _reading.ReadAsync(Query("SELECT a, b FROM t"));

        schema.Select(c => c.Type).Should().Equal(ColumnType.Int64, ColumnType.Float64);
        (rows.Length, batches).Should().Be((0, 1));
    }

    [Fact]
    public async Task Many_rows_keep_their_order_over_batches()
    {
        var (_, rows, batches) = await _reading.ReadAsync(Query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i FROM n"));

        batches.Should().Be(3);
        rows.Select(r => r[0]).Should().Equal(Enumerable.Range(1, 20_000).Select(i => (object)(long)i));
    }

    [Theory]
    [InlineData("SELECT nothing FROM nowhere", "query failed")]
    [InlineData("SELECT 1 AS a, 2 AS a", "twice")]
    [InlineData("CREATE TABLE made (a)", "no columns")]
    public async Task A_wrong_query_is_an_error_about_the_data(string sql, string what) => (await ErrorAsync(Query(sql))).Message.Should().Contain(what);

    [Fact]
    public async Task A_cancelled_query_stops()
    {
        using var stop = new CancellationTokenSource();
        var source = Query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n");
        var read = async () =>
        {
            await foreach (var _ in source.ReadAsync(_reading.Services, stop.Token)) await stop.CancelAsync();
        };

        await read.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public void The_connection_string_is_nowhere_to_be_seen()
    {
        var source = Source.Query(() => new SqliteConnection("Data Source=x;Password=hunter2"), "SELECT 1 AS a");

        source.Origin.Should().Be(new DatasetOrigin("query", "SELECT 1 AS a"));
        source.ToString().Should().NotContain("hunter2");
        source.GetType().GetProperties().Select(p => p.Name).Should().BeEquivalentTo("Sql", "Parameters", "Origin");
    }

    private IDataSource Query(string sql) => Source.Query(() => new SqliteConnection(_connection), sql);

    private async Task<DataException> ErrorAsync(IDataSource source) =>
        (await FluentActions.Awaiting(() => _reading.ReadAsync(source)).Should().ThrowAsync<DataException>()).Which;

    private void Run(string sql)
    {
        using var connection = new SqliteConnection(_connection);
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the tests' own text
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
