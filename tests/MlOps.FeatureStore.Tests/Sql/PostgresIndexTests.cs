using System.Text;
using Microsoft.Extensions.Logging;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore.Tests;

/// <summary>When a table of PostgreSQL is used as it stands.</summary>
public sealed class PostgresIndexTests(PostgresFixture server) : IAsyncDisposable
{
    private static readonly Column[] Columns = [new("a", ColumnType.Int64), new("b", ColumnType.String), new("at", ColumnType.Timestamp), new("written", ColumnType.Timestamp), new("v", ColumnType.Int64)];

    private static readonly FeatureView View = new()
    {
        Name = "stats",
        Entities = [new("pair", [new("a", ColumnType.Int64), new("b", ColumnType.String)])],
        Source = FeatureSource.Pushed(),
        EventTime = "at",
        CreatedTime = "written",
        Features = [new("v", ColumnType.Int64)],
    };

    private readonly Lazy<PostgresTestWarehouse> _warehouse = new(() => PostgresTestWarehouse.Create(server));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private PostgresTestWarehouse Warehouse => _warehouse.Value;

    public ValueTask DisposeAsync() => Warehouse.DisposeAsync();

    [Theory]
    [InlineData("(a, b, at)", true)]
    [InlineData("(b, a, at DESC, written)", true)]
    [InlineData("(a, at DESC)", false)]
    [InlineData("(a, b)", false)]
    [InlineData("(at, a, b)", false)]
    [InlineData("(a, b, at) WHERE v > 0", false)]
    public async Task An_index_leads_from_the_keys_to_the_time(string index, bool isUsable)
    {
        var (view, table) = await PutAsync();
        Warehouse.Execute($"CREATE INDEX ON {table} {index}");
        await JoinAsync(view);
        Warehouse.Logger.Collector.GetSnapshot().Any(l => l.Level == LogLevel.Warning).Should().Be(!isUsable);
    }

    [Fact]
    public async Task A_table_without_one_is_copied_and_the_log_says_how_to_create_it()
    {
        var (view, table) = await PutAsync();
        (await JoinAsync(view)).Single()[^1].Should().Be((FeatureValue)2L);
        Warehouse.Logger.LatestRecord.Message.Should().Contain($"CREATE INDEX ON {table} (\"a\", \"b\", \"at\" DESC, \"written\" DESC NULLS LAST)");
    }

    [Fact]
    public async Task Nothing_is_said_of_a_query_which_has_no_index()
    {
        var (view, table) = await PutAsync();
        await JoinAsync(view with { Source = FeatureSource.Sql("warehouse", $"SELECT * FROM {table}") });
        Warehouse.Logger.Collector.Count.Should().Be(0);
    }

    [Fact]
    public async Task The_index_is_what_the_server_uses()
    {
        var (view, table) = await PutAsync();
        Warehouse.Execute($"INSERT INTO {table} SELECT i % 100, 'x', now() - i * INTERVAL '1 second', now(), i FROM generate_series(1, 20000) AS i");
        Warehouse.Execute(SqlIndexes.Advise(Warehouse.Warehouse.Dialect, view));
        Warehouse.Execute($"ANALYZE {table}");
        await using var session = await Warehouse.Warehouse.OpenAsync(Cancel);
        await session.ExecuteAsync($"CREATE TEMPORARY TABLE {SqlJoinText.Rows} AS SELECT i AS n, (EXTRACT(EPOCH FROM now()) * 1000000)::bigint AS m, i % 100 AS r0, 'x' AS r1 FROM generate_series(1, 1000) AS i", Cancel);
        var join = new PointInTimeJoin(EntityRows.Of(Tables.AsAsync()), "time", [new(view, ["a", "b"], view.Features, 0)], false, new());
        var query = await new SqlJoinPreparation(session, Warehouse.Warehouse.Dialect, Warehouse.Logger).PrepareAsync(join, new([new("a", ColumnType.Int64), new("b", ColumnType.String)]), Cancel);
        var plan = new StringBuilder();
        foreach (var line in await Tables.RowsAsync(session.QueryAsync("EXPLAIN " + query, null, Cancel))) plan.AppendLine((string)line[0].Object!);
        plan.ToString().Should().Contain("Index Scan using " + table).And.NotContain("Seq Scan on " + table);
    }

    [Theory]
    [InlineData("text COLLATE any_case")]
    [InlineData("char(4)")]
    [InlineData("name")]
    public async Task Text_that_equals_other_text_is_compared_by_its_letters(string type)
    {
        Warehouse.Execute("CREATE COLLATION IF NOT EXISTS any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
        var (view, table) = await PutAsync();
        Warehouse.Execute($"ALTER TABLE {table} ALTER COLUMN b TYPE {type}; INSERT INTO {table} VALUES (1, 'X', '2024-01-03', NULL, 9); CREATE INDEX ON {table} (a, b, at)");
        (await JoinAsync(view)).Single()[^1].Should().Be((FeatureValue)2L);
    }

    [Fact]
    public async Task Times_without_a_zone_are_UTC_and_found_by_index_too()
    {
        var (view, table) = await PutAsync();
        Warehouse.Execute($"SET TimeZone = 'UTC'; ALTER TABLE {table} ALTER COLUMN at TYPE timestamp, ALTER COLUMN written TYPE date; CREATE INDEX ON {table} (a, b, at)");
        (await JoinAsync(view)).Single()[^1].Should().Be((FeatureValue)2L);
        Warehouse.Logger.Collector.Count.Should().Be(0);
    }

    [Fact]
    public async Task Keys_and_values_of_other_widths_meet()
    {
        var (view, table) = await PutAsync();
        Warehouse.Execute($"ALTER TABLE {table} ALTER COLUMN a TYPE int2, ALTER COLUMN b TYPE varchar(9), ALTER COLUMN v TYPE int4; CREATE INDEX ON {table} (a, b, at)");
        (await JoinAsync(view with { Features = [new("v", ColumnType.Float64)] })).Single()[^1].Should().Be((FeatureValue)2.0);
    }

    private async Task<(FeatureView View, string Table)> PutAsync()
    {
        var table = await Warehouse.PutAsync(Tables.Batch(Columns, [1L, "x", Tables.At("2024-01-01"), Tables.At("2024-01-01"), 1L], [1L, "x", Tables.At("2024-01-02"), Tables.At("2024-01-02"), 2L], [2L, "x", Tables.At("2024-01-04"), Tables.At("2024-01-04"), 3L]));
        return (View with { Source = FeatureSource.Sql("warehouse", table) }, table);
    }

    private Task<List<FeatureValue[]>> JoinAsync(FeatureView view)
    {
        var rows = Tables.Batch([new("a", ColumnType.Int64), new("b", ColumnType.String), new("time", ColumnType.Timestamp)], [1L, "x", Tables.At("2024-01-05")]);
        return Tables.RowsAsync(Warehouse.Engine.JoinAsync(new(EntityRows.Of(Tables.AsAsync(rows)), "time", [new(view, ["a", "b"], view.Features, 0)], false, new()), TestContext.Current.CancellationToken));
    }
}
