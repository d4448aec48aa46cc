using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Core;
using MlOps.Relational;
using Npgsql;

namespace MlOps.Postgres.Tests;

/// <summary>The stores over one schema, as one process has them.</summary>
internal sealed class Store : IDisposable
{
    public const string RunId = Worker.RunId;

    public static readonly DateTimeOffset Noon = Worker.Noon;

    public Store(string connectionString, string schema, TimeSpan? lockTimeout = null, TimeProvider? time = null, ILogger<PostgresDatabase>? logger = null, IEnumerable<IAliasGate>? gates = null)
    {
        var options = new PostgresOptions { ConnectionString = connectionString, Schema = schema, LockTimeout = lockTimeout ?? TimeSpan.FromSeconds(20) };
        Database = new(options, TimeProvider.System, logger ?? NullLogger<PostgresDatabase>.Instance);
        Metadata = new(Database);
        Checkpoints = new(Database, time ?? TimeProvider.System);
        Lineage = new(Database);
        Features = new(Database);
        Monitors = new(Database);
        Online = new(Database, time ?? TimeProvider.System);
        Predictions = new(Database);
        Registry = new(Database, gates ?? [], time ?? TimeProvider.System, NullLogger<RelationalModelRegistry>.Instance);
    }

    public PostgresDatabase Database { get; }

    public RelationalMetadataStore Metadata { get; }

    public RelationalCheckpointStore Checkpoints { get; }

    public RelationalLineageStore Lineage { get; }

    public RelationalFeatureCatalog Features { get; }

    public RelationalMonitorStore Monitors { get; }

    public PostgresOnlineStore Online { get; }

    public PostgresPredictionStore Predictions { get; }

    public RelationalModelRegistry Registry { get; }

    public void Dispose() => Database.Dispose();
}

/// <summary>A schema for one test, and the stores that were opened in it.</summary>
internal sealed class TestSchema(PostgresFixture server) : IDisposable
{
    private readonly List<Store> _stores = [];

    public string ConnectionString { get; } = server.ConnectionString;

    public string Name { get; } = $"test_{Guid.NewGuid():n}";

    /// <summary>Opens the stores, as a process of its own would.</summary>
    /// <param name="settings">Is added to the connection string.</param>
    /// <param name="lockTimeout">How long they wait for others.</param>
    /// <param name="time">The clock of the stores.</param>
    /// <param name="logger">What the database logs to.</param>
    /// <param name="gates">What is asked before an alias moves.</param>
    public Store Open(string settings = "", TimeSpan? lockTimeout = null, TimeProvider? time = null, ILogger<PostgresDatabase>? logger = null, IEnumerable<IAliasGate>? gates = null)
    {
        // The text of the caller comes last and wins.
        var store = new Store($"{ConnectionString};Maximum Pool Size=20;Application Name={Name};{settings}", Name, lockTimeout, time, logger, gates);
        _stores.Add(store);
        return store;
    }

    /// <summary>Connects behind the back of the stores.</summary>
    public NpgsqlConnection Connect()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { SearchPath = Name, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    public T Scalar<T>(string sql)
    {
        using var connection = Connect();
        using var command = new NpgsqlCommand(sql, connection);
        return (T)command.ExecuteScalar()!;
    }

    public void Execute(string sql)
    {
        using var connection = Connect();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    /// <summary>Ends every connection of the stores, as a restart of the server would.</summary>
    public void Disconnect() => Execute($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{Name}'");

    public void Dispose()
    {
        foreach (var store in _stores) store.Dispose();
        Execute($"DROP SCHEMA IF EXISTS {Name} CASCADE");
    }
}
