using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Core;
using MlOps.Relational;

namespace MlOps.Sqlite.Tests;

/// <summary>The stores over one file, as one process has them.</summary>
internal sealed class Store : IDisposable
{
    public const string RunId = Worker.RunId;

    public static readonly DateTimeOffset Noon = Worker.Noon;

    public Store(string path, TimeSpan? busyTimeout = null, TimeProvider? time = null, IEnumerable<IAliasGate>? gates = null)
    {
        Database = new(new SqliteConnectionStringBuilder { DataSource = path }, busyTimeout ?? TimeSpan.FromSeconds(30));
        Metadata = new(Database);
        Checkpoints = new(Database, time ?? TimeProvider.System);
        Lineage = new(Database);
        Features = new(Database);
        Monitors = new(Database);
        Registry = new(Database, gates ?? [], time ?? TimeProvider.System, NullLogger<RelationalModelRegistry>.Instance);
    }

    public SqliteDatabase Database { get; }

    public RelationalMetadataStore Metadata { get; }

    public RelationalCheckpointStore Checkpoints { get; }

    public RelationalLineageStore Lineage { get; }

    public RelationalFeatureCatalog Features { get; }

    public RelationalMonitorStore Monitors { get; }

    public RelationalModelRegistry Registry { get; }

    public void Dispose() => Database.Dispose();
}

/// <summary>A folder for one test, and the stores that were opened in it.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly List<Store> _stores = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("mlops-sqlite-").FullName;

    public string File => Path.Combine(Folder, "größe", "mlops.db");

    public Store Open(TimeSpan? busyTimeout = null, TimeProvider? time = null, IEnumerable<IAliasGate>? gates = null)
    {
        var store = new Store(File, busyTimeout, time, gates);
        _stores.Add(store);
        return store;
    }

    /// <summary>Opens the file behind the back of the stores.</summary>
    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = File, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    public long Scalar(string sql)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    public void Dispose()
    {
        foreach (var store in _stores) store.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
