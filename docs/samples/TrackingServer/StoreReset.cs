using Microsoft.Data.Sqlite;
using MlOps.Core;

namespace TrackingServer;

/// <summary>Sets the store back to what it is when it is new: experiment 0 and nothing else. For tests of clients.</summary>
internal sealed class StoreReset : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tracking-server-");
    private readonly string _store;

    private StoreReset(string store) => _store = store;

    private string Empty => Path.Combine(_folder.FullName, "empty.db");

    /// <summary>Makes an empty store beside the real one, to copy from.</summary>
    public static async Task<StoreReset> CreateAsync(string store)
    {
        var reset = new StoreReset(store);
        await using var services = new ServiceCollection().AddMlOpsCore().UseSqlite(reset.Empty).Services.BuildServiceProvider();
        await services.GetRequiredService<IMetadataStore>().FindExperimentAsync(Experiment.DefaultId);
        return reset;
    }

    public void Run()
    {
        using var source = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Empty, Pooling = false }.ToString());
        using var target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _store, Pooling = false, DefaultTimeout = 30 }.ToString());
        source.Open();
        target.Open();
        source.BackupDatabase(target); // one transaction, whoever else has the file open
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }
}
