using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using MlOps.Core;
using MlOps.Testing;
using Npgsql;
using NpgsqlTypes;

namespace MlOps.FeatureStore.Tests;

/// <summary>A warehouse of a host, into which a test puts tables.</summary>
internal abstract class TestWarehouse : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private int _tables;

    protected TestWarehouse(Action<MlOpsBuilder> add)
    {
        var services = new ServiceCollection();
        add(services.AddMlOpsCore().UseDuckDb());
        _services = services.BuildServiceProvider();
        Warehouse = _services.GetRequiredService<ISqlWarehouse>();
        Engine = new(_services.GetServices<ISqlWarehouse>(), Datasets, Logger);
    }

    public ISqlWarehouse Warehouse { get; }

    public SqlJoin Engine { get; }

    public FakeLogger<SqlJoin> Logger { get; } = new();

    public InMemoryDatasetStore Datasets { get; } = new(batchSize: 7);

    protected IServiceProvider Services => _services;

    /// <summary>Makes a table.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> PutAsync(RecordBatch rows)
    {
        var name = $"t{Interlocked.Increment(ref _tables)}";
        await WriteAsync(name, rows);
        return name;
    }

    public async Task<List<FeatureValue[]>> QueryAsync(string sql, IReadOnlyDictionary<string, object?>? parameters = null)
    {
        await using var session = await Warehouse.OpenAsync();
        return await Tables.RowsAsync(session.QueryAsync(sql, parameters));
    }

    public virtual async ValueTask DisposeAsync() => await _services.DisposeAsync();

    protected abstract Task WriteAsync(string table, RecordBatch rows);
}

/// <summary>A folder of Parquet files.</summary>
internal sealed class DuckDbTestWarehouse : TestWarehouse
{
    private readonly string _folder;

    private DuckDbTestWarehouse(string name, string folder)
        : base(builder => builder.AddDuckDbWarehouse(name, folder)) => _folder = folder;

    public DuckDbTestWarehouse(string name = "warehouse")
        : this(name, Directory.CreateTempSubdirectory("mlops-warehouse-tests-").FullName)
    {
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    protected override async Task WriteAsync(string table, RecordBatch rows) =>
        await Services.GetRequiredService<IColumnarEngine>().WriteParquetAsync(Path.Combine(_folder, table + ".parquet"), DatasetSchema.FromArrow(rows.Schema), Tables.AsAsync(rows));
}

/// <summary>A schema of the test server.</summary>
internal sealed class PostgresTestWarehouse : TestWarehouse
{
    private static int _schemas;

    private readonly NpgsqlDataSource _source;
    private readonly string _schema;

    private PostgresTestWarehouse(string connectionString, string schema)
        : base(builder => builder.AddPostgresWarehouse("warehouse", connectionString))
    {
        _schema = schema;
        _source = NpgsqlDataSource.Create(connectionString);
        Execute($"CREATE SCHEMA {schema}");
    }

    public static PostgresTestWarehouse Create(PostgresFixture server)
    {
        var schema = $"features_{Environment.ProcessId}_{Interlocked.Increment(ref _schemas)}";
        return new(new NpgsqlConnectionStringBuilder(server.ConnectionString) { SearchPath = schema }.ConnectionString, schema);
    }

    public void Execute(string sql)
    {
        using var command = _source.CreateCommand(sql);
        command.ExecuteNonQuery();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Execute($"DROP SCHEMA {_schema} CASCADE");
        await _source.DisposeAsync();
    }

    protected override async Task WriteAsync(string table, RecordBatch rows)
    {
        var schema = DatasetSchema.FromArrow(rows.Schema);
        Execute($"CREATE TABLE {table} ({string.Join(", ", schema.Select(c => $"{Warehouse.Dialect.Quote(c.Name)} {Warehouse.Dialect.TypeOf(c.Type)}"))})");
        await using var connection = await _source.OpenConnectionAsync();
        await using var copy = await connection.BeginBinaryImportAsync($"COPY {table} FROM STDIN (FORMAT BINARY)");
        foreach (var row in Tables.Rows(rows))
        {
            await copy.StartRowAsync();
            foreach (var (value, type) in row.Zip(schema, (v, c) => (v, c.Type))) await WriteAsync(copy, value, type);
        }

        await copy.CompleteAsync();
    }

    private static Task WriteAsync(NpgsqlBinaryImporter copy, FeatureValue value, ColumnType type) => (value.ToObject(), type) switch
    {
        (null, _) => copy.WriteNullAsync(),
        (DateTimeOffset, _) => copy.WriteAsync(value.Bits - 946_684_800_000_000, NpgsqlDbType.TimestampTz), // as the server keeps it; the driver takes the ends of the calendar for infinities
        (DateOnly day, _) => copy.WriteAsync(day, NpgsqlDbType.Date),
        (string text, _) => copy.WriteAsync(text, NpgsqlDbType.Text),
        (var other, _) => copy.WriteAsync<object>(other),
    };
}
