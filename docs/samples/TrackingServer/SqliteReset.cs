using Microsoft.Data.Sqlite;
using MlOps.Core;

namespace TrackingServer;

/// <summary>Sets a SQLite file back, by copying an empty one over it.</summary>
internal sealed class SqliteReset : IStoreReset
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tracking-server-");
    private readonly string _store;

    private SqliteReset(string store) => _store = store;

    private string Empty => Path.Combine(_folder.FullName, "empty.db");

    /// <summary>Makes an empty store beside the real one, to copy from.</summary>
    public static async Task<SqliteReset> CreateAsync(string store)
    {
        var reset = new SqliteReset(store);
        await using var services = new ServiceCollection().AddMlOpsCore().UseSqlite(reset.Empty).Services.BuildServiceProvider();
        await services.GetRequiredService<IMetadataStore>().FindExperimentAsync(Experiment.DefaultId);
        return reset;
    }

    public Task RunAsync(CancellationToken cancellationToken)
    {
        using var source = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Empty, Pooling = false }.ToString());
        using var target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _store, Pooling = false, DefaultTimeout = 30 }.ToString());
        source.Open();
        target.Open();
        source.BackupDatabase(target); // one transaction, whoever else has the file open
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
