using Apache.Arrow;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Testing;
using Npgsql;

namespace MlOps.Postgres.Tests;

public sealed class PostgresWarehouseConformanceTests(PostgresFixture server) : SqlWarehouseConformance, IAsyncDisposable
{
    private readonly Lazy<ServiceProvider> _services = new(() => PostgresWarehouseTests.Build(server.ConnectionString));

    public ValueTask DisposeAsync() => _services.IsValueCreated ? _services.Value.DisposeAsync() : default;

    protected override Task<ISqlWarehouse> CreateAsync() => Task.FromResult(_services.Value.GetRequiredService<ISqlWarehouse>());
}

public sealed class PostgresWarehouseTests(PostgresFixture server) : IAsyncDisposable
{
    private readonly Lazy<ServiceProvider> _services = new(() => Build(server.ConnectionString));

    private ISqlWarehouse Warehouse => _services.Value.GetRequiredService<ISqlWarehouse>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _services.IsValueCreated ? _services.Value.DisposeAsync() : default;

    [Theory]
    [InlineData("1::int2", ColumnType.Int64, "1")]
    [InlineData("1::int4", ColumnType.Int64, "1")]
    [InlineData("1::int8", ColumnType.Int64, "1")]
    [InlineData("0.5::float4", ColumnType.Float64, "0.5")]
    [InlineData("0.1::float8", ColumnType.Float64, "0.1")]
    [InlineData("1.50::numeric", ColumnType.Decimal, "1.5")]
    [InlineData("1.50::numeric(8, 2)", ColumnType.Decimal, "1.5")]
    [InlineData("true", ColumnType.Boolean, "True")]
    [InlineData("'a'::text", ColumnType.String, "a")]
    [InlineData("'a'::varchar(3)", ColumnType.String, "a")]
    [InlineData("'a'::name", ColumnType.String, "a")]
    [InlineData("'6F9619FF-8B86-D011-B42D-00C04FC964FF'::uuid", ColumnType.String, "6f9619ff-8b86-d011-b42d-00c04fc964ff")]
    [InlineData("'{\"a\": 1}'::json", ColumnType.String, "{\"a\": 1}")]
    [InlineData("'{\"a\":1}'::jsonb", ColumnType.String, "{\"a\": 1}")]
    [InlineData("'2024-02-29'::date", ColumnType.Date, "19782")]
    [InlineData("'1969-12-31 23:59:59.999999'::timestamp", ColumnType.Timestamp, "-1")]
    [InlineData("'1970-01-01 01:00:00+01'::timestamptz", ColumnType.Timestamp, "0")]
    [InlineData("'\\xff00'::bytea", ColumnType.Binary, "FF00")]
    public async Task A_type_of_the_server_becomes_one_of_a_dataset(string expression, ColumnType type, string expected)
    {
        var batch = await OneAsync($"SELECT {expression} AS v");
        DatasetSchema.FromArrow(batch.Schema)[0].Type.Should().Be(type);
        Text(batch.Column(0)).Should().Be(expected);
    }

    [Theory]
    [InlineData("ARRAY['a']")]
    [InlineData("INTERVAL '1 day'")]
    [InlineData("TIME '10:00'")]
    [InlineData("'1.2.3.4'::inet")]
    [InlineData("int4range(1, 2)")]
    public async Task Another_type_is_refused_by_name(string expression)
    {
        var act = () => OneAsync($"SELECT {expression} AS v");
        (await act.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("v");
    }

    [Theory]
    [InlineData("'infinity'::timestamptz")]
    [InlineData("'-infinity'::timestamp")]
    [InlineData("'infinity'::date")]
    [InlineData("'10000-01-01'::date")]
    [InlineData("'NaN'::numeric")]
    [InlineData("0.0000000000000000001")]
    [InlineData("1e30::numeric")]
    public async Task A_value_that_a_dataset_does_not_hold_is_refused(string expression)
    {
        var act = () => OneAsync($"SELECT {expression} AS v");
        (await act.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("v");
    }

    [Fact]
    public async Task A_table_says_how_its_rows_are_ordered_and_found()
    {
        await using var session = await Warehouse.OpenAsync(Cancel);
        await session.ExecuteAsync("CREATE TEMPORARY TABLE t (a int, b timestamptz, c text COLLATE \"C\"); CREATE INDEX ON t (a, b DESC); CREATE INDEX ON t (c) WHERE a > 1; CREATE INDEX ON t (lower(c))", Cancel);
        var table = await session.DescribeAsync("t", Cancel);
        table.RowOrder.Should().Equal("ctid");
        table.Indexes.Select(i => string.Join(",", i)).Should().Equal("a,b");
    }

    [Fact]
    public async Task Rows_of_a_partitioned_table_are_ordered_by_partition_first()
    {
        await using var session = await Warehouse.OpenAsync(Cancel);
        await session.ExecuteAsync("CREATE TEMPORARY TABLE t (a int) PARTITION BY RANGE (a)", Cancel);
        (await session.DescribeAsync("t", Cancel)).RowOrder.Should().Equal("tableoid", "ctid");
    }

    [Fact]
    public async Task A_view_has_no_order_of_its_own()
    {
        await using var session = await Warehouse.OpenAsync(Cancel);
        await session.ExecuteAsync("CREATE TEMPORARY VIEW v AS SELECT 1 AS a", Cancel);
        (await session.DescribeAsync("v", Cancel)).RowOrder.Should().BeEmpty();
    }

    [Fact]
    public async Task Text_that_is_equal_in_any_case_is_not_plain()
    {
        await using var session = await Warehouse.OpenAsync(Cancel);
        await session.ExecuteAsync("CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false); CREATE TEMPORARY TABLE t (a text COLLATE any_case, b text)", Cancel);
        (await session.DescribeAsync("t", Cancel)).Columns.Select(c => c.IsPlain).Should().Equal(false, true);
    }

    [Fact]
    public async Task Nothing_that_a_session_writes_outlives_it()
    {
        await using (var session = await Warehouse.OpenAsync(Cancel)) await session.ExecuteAsync("CREATE TABLE left_behind (a int)", Cancel);
        await using var next = await Warehouse.OpenAsync(Cancel);
        var act = () => next.DescribeAsync("left_behind", Cancel);
        await act.Should().ThrowAsync<DataException>().WithMessage("*left_behind*");
    }

    [Fact]
    public async Task Times_are_UTC_whatever_the_server_says()
    {
        await using var services = Build(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Timezone = "America/New_York" }.ConnectionString);
        await using var session = await services.GetRequiredService<ISqlWarehouse>().OpenAsync(Cancel);
        await foreach (var batch in session.QueryAsync("SELECT '2024-01-01 00:00:00'::timestamp::timestamptz AS v", null, Cancel))
            Text(batch.Column(0)).Should().Be("1704067200000000");
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_a_transient_error_without_the_password()
    {
        await using var services = Build("Host=127.0.0.1;Port=1;Database=none;Username=me;Password=secret");
        var act = () => services.GetRequiredService<ISqlWarehouse>().OpenAsync(Cancel);
        var error = (await act.Should().ThrowAsync<StoreException>().WithMessage("*'warehouse'*")).Which;
        (error.IsTransient, error.ToString().Contains("secret", StringComparison.Ordinal)).Should().Be((true, false));
    }

    [Fact]
    public async Task A_connection_string_comes_from_configuration()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["MlOps:Warehouses:sales:ConnectionString"] = server.ConnectionString });
        builder.Services.AddMlOpsCore().AddPostgresWarehouse("sales");
        using var host = builder.Build();
        await using var session = await host.Services.GetRequiredService<ISqlWarehouse>().OpenAsync(Cancel);
        (await session.DescribeAsync("SELECT 1 AS one", Cancel)).Columns.Should().ContainSingle();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Host=;Database=x")]
    public async Task A_host_without_a_server_does_not_start(string? connectionString)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddMlOpsCore().AddPostgresWarehouse("sales", options => options.ConnectionString = connectionString);
        using var host = builder.Build();
        var act = () => host.StartAsync(Cancel);
        await act.Should().ThrowAsync<OptionsValidationException>().WithMessage("*ConnectionString*");
    }

    [Fact]
    public void Two_warehouses_of_one_name_are_refused()
    {
        var act = () => new ServiceCollection().AddMlOpsCore().AddPostgresWarehouse("sales", "Host=a;Database=b").AddPostgresWarehouse("sales", "Host=a;Database=b");
        act.Should().Throw<ArgumentException>().WithMessage("*'sales'*");
    }

    internal static ServiceProvider Build(string connectionString)
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore().AddPostgresWarehouse("warehouse", connectionString);
        return services.BuildServiceProvider();
    }

    private static string Text(IArrowArray array) => array switch
    {
        Int64Array a => $"{a.Values[0]}",
        DoubleArray a => FormattableString.Invariant($"{a.Values[0]}"),
        Decimal128Array a => FormattableString.Invariant($"{a.GetValue(0)!.Value / 1.000000000000000000000000000000m}"),
        BooleanArray a => $"{a.GetValue(0)}",
        Date32Array a => $"{a.Values[0]}",
        TimestampArray a => $"{a.Values[0]}",
        StringArray a => a.GetString(0),
        _ => Convert.ToHexString(((BinaryArray)array).GetBytes(0)),
    };

    private async Task<RecordBatch> OneAsync(string sql)
    {
        await using var session = await Warehouse.OpenAsync(Cancel);
        RecordBatch? one = null;
        await foreach (var batch in session.QueryAsync(sql, null, Cancel)) one = batch;
        return one!;
    }
}
