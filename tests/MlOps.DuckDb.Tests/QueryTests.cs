using Apache.Arrow.Types;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.DuckDb.Tests;

public sealed class QueryTests : IDisposable
{
    private static readonly DatasetSchema Schema = new([new("n", ColumnType.Int64), new("text", ColumnType.String)]);
    private static readonly Dictionary<string, string> None = [];
    private readonly TempFolder _folder = new();
    private readonly DuckDbEngine _engine = Rows.Engine();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _engine.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Tables_are_joined_under_any_name_and_parameters_are_bound_by_name()
    {
        await Write("a.parquet", [[1L, "a"], [2L, "b"]]);
        await Write("b.parquet", [[2L, "B"], [3L, "C"]]);

        var rows = await _engine.QueryAsync(
            """SELECT l.text || r.text || $suffix FROM "left; DROP" l JOIN "it's" r USING (n) WHERE n = $n""",
            new Dictionary<string, string> { ["left; DROP"] = _folder["a.parquet"], ["it's"] = _folder["b.parquet"] },
            new Dictionary<string, object?> { ["n"] = 2, ["suffix"] = "' OR 1=1" },
            Token).ReadAll();

        rows.Single().Should().Equal("bB' OR 1=1");
    }

    [Fact]
    public async Task Every_type_of_the_engine_has_its_arrow_type()
    {
        var batches = _engine.QueryAsync(
            """
            SELECT true AS a, 1::TINYINT AS b, 18446744073709551615::UBIGINT AS c, sum(i) AS d, 1.5::FLOAT AS e, 1.25::DECIMAL(4, 2) AS f, 1.25::DECIMAL(9, 2) AS g,
                1.25::DECIMAL(18, 2) AS h, TIMESTAMP '1969-12-31 23:59:59.5' AS i, TIMESTAMP_NS '2001-02-03 04:05:06.123456789' AS j, DATE '1969-12-31' AS k,
                UUID '550e8400-e29b-41d4-a716-446655440000' AS l, 'b'::ENUM('a', 'b') AS m, TIME '00:00:01' AS n, NULL AS o
            FROM range(10) r(i)
            """,
            None,
            cancellationToken: Token);

        (await batches.ReadAll()).Single().Should().Equal(
            true, (sbyte)1, ulong.MaxValue, 45L, 1.5f, (Int128)125, (Int128)125, (Int128)125, -500_000L, 981_173_106_123_456_789L, -1,
            "550e8400-e29b-41d4-a716-446655440000", "b", 1_000_000L, null);
        (await batches.ReadSchema()).GetFieldByName("j").DataType.Should().BeOfType<TimestampType>().Which.Unit.Should().Be(TimeUnit.Nanosecond);
    }

    [Theory]
    [InlineData("SELECT [1, 2] AS c")]
    [InlineData("SELECT {'a': 1} AS c")]
    [InlineData("SELECT 170141183460469231731687303715884105727::HUGEINT AS c")]
    public async Task A_type_that_cannot_travel_is_refused_with_its_column(string sql)
    {
        var query = () => _engine.QueryAsync(sql, None, cancellationToken: Token).ReadAll();

        (await query.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("c");
    }

    [Theory]
    [InlineData("SELEC 1")]
    [InlineData("SELECT missing FROM t")]
    [InlineData("SELECT * FROM nowhere")]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("-- nothing")]
    [InlineData("SELECT $other")]
    [InlineData("SELECT $p, $q")]
    [InlineData("SELECT 'x'::BIGINT FROM t WHERE n = $p")]
    public async Task A_wrong_query_is_a_data_error(string sql)
    {
        await Write("a.parquet", [[1L, "a"]]);

        var query = () => _engine.QueryAsync(sql, Tables(), new Dictionary<string, object?> { ["p"] = 1 }, Token).ReadAll();

        await query.Should().ThrowAsync<DataException>();
    }

    [Theory]
    [InlineData("SELECT * FROM read_csv('/etc/passwd', header = false)")]
    [InlineData("SELECT * FROM read_text('/etc/passwd')")]
    [InlineData("SELECT * FROM glob('/etc/*')")]
    [InlineData("COPY (SELECT 1) TO '/tmp/mlops-stolen.csv'")]
    [InlineData("ATTACH '/tmp/mlops-stolen.db'")]
    [InlineData("INSTALL httpfs")]
    [InlineData("LOAD httpfs")]
    [InlineData("SET enable_external_access = true")]
    [InlineData("SET memory_limit = '100GB'")]
    [InlineData("SELECT * FROM 'https://example.com/a.parquet'")]
    public async Task A_query_reaches_its_tables_and_nothing_else(string sql)
    {
        await Write("a.parquet", [[1L, "a"]]);

        var query = () => _engine.QueryAsync(sql, Tables(), cancellationToken: Token).ReadAll();

        await query.Should().ThrowAsync<DataException>();
        File.Exists("/tmp/mlops-stolen.csv").Should().BeFalse();
        File.Exists("/tmp/mlops-stolen.db").Should().BeFalse();
    }

    [Fact]
    public async Task A_result_without_rows_has_its_columns()
    {
        var query = _engine.QueryAsync("SELECT 1 AS a WHERE false", None, cancellationToken: Token);

        (await query.ReadAll()).Should().BeEmpty();
        (await query.ReadSchema()).FieldsList.Single().Name.Should().Be("a");
    }

    [Fact]
    public async Task Table_names_that_sql_does_not_tell_apart_are_refused()
    {
        await Write("a.parquet", [[1L, "a"]]);

        foreach (var second in new[] { "T", " " })
        {
            var query = () => _engine.QueryAsync("SELECT 1", new Dictionary<string, string> { ["t"] = _folder["a.parquet"], [second] = _folder["a.parquet"] }, cancellationToken: Token).ReadAll();
            await query.Should().ThrowAsync<ArgumentException>();
        }
    }

    [Fact]
    public async Task Missing_values_and_long_texts_stay_in_their_rows()
    {
        var texts = await _engine.QueryAsync(
            "SELECT CASE WHEN i % 3 = 0 THEN NULL WHEN i % 3 = 1 THEN repeat('x', (i % 40)::INT) ELSE '' END, CASE WHEN i % 2 = 0 THEN i % 5 = 0 END, i FROM range(20000) r(i) WHERE i % 7 <> 0 ORDER BY i",
            None,
            cancellationToken: Token).ReadAll();

        texts.Should().HaveCount(17_142);
        foreach (var row in texts)
        {
            var i = (long)row[2]!;
            row[0].Should().Be(i % 3 == 0 ? null : i % 3 == 1 ? new string('x', (int)(i % 40)) : "");
            row[1].Should().Be(i % 2 == 0 ? i % 5 == 0 : null);
        }
    }

    [Fact]
    public async Task A_running_query_is_stopped()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var query = _engine.QueryAsync("SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE hash(a.range, b.range) = 0", None, cancellationToken: source.Token).ReadAll();
        query.IsCompleted.Should().BeFalse();

        await source.CancelAsync();

        await FluentActions.Awaiting(() => query).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Reading_may_end_early_and_many_may_read_at_once()
    {
        await Write("a.parquet", [.. Enumerable.Range(0, 100_000).Select(i => new object?[] { (long)i, "t" })]);

        async Task<long> Read(int most)
        {
            var rows = 0L;
            await foreach (var batch in _engine.ReadAsync(new ParquetFile(_folder["a.parquet"]), ["n"], Token))
            {
                rows += batch.Length;
                if (rows >= most) break;
            }

            return rows;
        }

        var counts = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => Read(i % 2 == 0 ? 1 : int.MaxValue), Token)));

        counts.Where((_, i) => i % 2 == 1).Should().OnlyContain(c => c == 100_000);
    }

    [Fact]
    public async Task A_query_that_needs_more_memory_than_allowed_says_so_or_spills_and_leaves_nothing()
    {
        using var engine = new DuckDbEngine(Options.Create(new DuckDbOptions { MemoryLimit = "20MB", TempFolder = _folder.Path, Threads = 1 }));

        var query = () => engine.QueryAsync("SELECT list(range) = list(range + 1) FROM range(10000000)", None, cancellationToken: Token).ReadAll();

        (await query.Should().ThrowAsync<DataException>()).Which.Message.Should().Contain("MemoryLimit");
        var sorted = await engine.QueryAsync("SELECT range FROM range(3000000) ORDER BY hash(range) LIMIT 5 OFFSET 2000000", None, cancellationToken: Token).ReadAll();
        sorted.Should().HaveCount(5);
        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public async Task A_host_configures_the_engine_and_is_told_of_nonsense()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("MlOps:DuckDb:Threads", "1"), new("MlOps:DuckDb:MemoryLimit", "64 MB")]).Build();
        await using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddMlOpsCore().UseDuckDb().Services.BuildServiceProvider();
        services.GetRequiredService<IOptions<DuckDbOptions>>().Value.Should().BeEquivalentTo(new DuckDbOptions { Threads = 1, MemoryLimit = "64 MB" });
        var rows = await services.GetRequiredService<IColumnarEngine>().QueryAsync("SELECT current_setting('threads') AS t", None, cancellationToken: Token).ReadAll();
        rows.Single()[0].Should().Be(1L);

        await using var wrong = new ServiceCollection().AddMlOpsCore().UseDuckDb(o => o.MemoryLimit = "much").Services.BuildServiceProvider();
        FluentActions.Invoking(() => wrong.GetRequiredService<IOptions<DuckDbOptions>>().Value).Should().Throw<OptionsValidationException>();
    }

    [Fact]
    public async Task An_engine_that_cannot_be_started_says_which_setting_is_wrong_and_leaves_nothing()
    {
        var temporary = _folder["spill"];
        await _engine.WriteParquetAsync(_folder["a.parquet"], Schema, Rows.Batches(Schema, [], 1), Token);
        using var engine = new DuckDbEngine(Options.Create(new DuckDbOptions { MemoryLimit = "99999999999999TB", TempFolder = temporary }));

        foreach (var read in (Func<Task>[])[() => engine.ReadAsync(new ParquetFile(_folder["a.parquet"]), cancellationToken: Token).ReadAll(), () => engine.QueryAsync("SELECT 1", Tables(), cancellationToken: Token).ReadAll()])
            (await read.Should().ThrowAsync<DataException>()).WithMessage("*memory_limit*MlOps:DuckDb*");
        Directory.GetFileSystemEntries(temporary).Should().BeEmpty();
    }

    private Dictionary<string, string> Tables() => new() { ["t"] = _folder["a.parquet"] };

    private Task<long> Write(string name, object?[][] rows) => _engine.WriteParquetAsync(_folder[name], Schema, Rows.Batches(Schema, rows, 1_000), Token);
}
