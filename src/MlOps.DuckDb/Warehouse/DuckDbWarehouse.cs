using MlOps.Core;

namespace MlOps.DuckDb;

/// <summary>A folder of Parquet tables or a database file. Sessions are connections to one database, which reads that place and nothing else.</summary>
internal sealed class DuckDbWarehouse(string name, DuckDbWarehouseOptions options) : ISqlWarehouse, IDisposable
{
    private readonly string _path = Path.GetFullPath(options.Path!);
    private readonly Lock _gate = new();
    private DuckDbDatabase? _database;
    private bool _isDisposed;

    public string Name => name;

    public SqlDialect Dialect => DuckDbDialect.Instance;

    public async Task<ISqlSession> OpenAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await Task.Run(() => Open(), cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _database?.Dispose();
        }
    }

    private DuckDbWarehouseSession Open()
    {
        var session = new DuckDbSession(Database());
        try
        {
            if (Directory.Exists(_path))
            {
                foreach (var (table, files) in Tables())
                    session.Execute($"CREATE TEMPORARY VIEW {DuckDbSession.Quote(table)} AS SELECT * FROM read_parquet([{string.Join(", ", files.Select(DuckDbSession.Literal))}], hive_partitioning = false)");
            }

            return new(name, session);
        }
        catch (Exception e)
        {
            session.Dispose();
            if (e is DuckDbError error) throw new DataException($"A table of warehouse '{name}' cannot be read: {error.Summary}", error) { DataSource = name };
            throw;
        }
    }

    // By name, and the files of a table by name, too, so that their rows always stand in one order.
    private IEnumerable<(string Table, string[] Files)> Tables()
    {
        foreach (var file in Directory.EnumerateFiles(_path, "*.parquet").Order(StringComparer.Ordinal)) yield return (Path.GetFileNameWithoutExtension(file), [file]);
        foreach (var folder in Directory.EnumerateDirectories(_path).Order(StringComparer.Ordinal))
        {
            var files = Directory.EnumerateFiles(folder, "*.parquet").Order(StringComparer.Ordinal).ToArray();
            if (files.Length > 0) yield return (Path.GetFileName(folder), files);
        }
    }

    private DuckDbDatabase Database()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_database is not null) return _database;
            var isFolder = Directory.Exists(_path);
            if (!isFolder && !File.Exists(_path)) throw new StoreException($"The warehouse '{name}' is not there: there is no folder or file '{_path}'. Check MlOps:Warehouses:{name}:Path and the folder that the process runs in.");
            var database = new DuckDbDatabase(options.ToEngine(), isFolder ? null : _path);
            try
            {
                using var connection = database.Connect();
                if (isFolder) DuckDbSession.Execute(connection, $"SET allowed_directories = [{DuckDbSession.Literal(_path + Path.DirectorySeparatorChar)}]");
                DuckDbSession.Execute(connection, "SET enable_external_access = false");
                DuckDbSession.Execute(connection, "SET lock_configuration = true"); // queries are of the host, and still have no business there
                return _database = database;
            }
            catch (DuckDbError e)
            {
                database.Dispose();
                throw new StoreException($"The warehouse '{name}' cannot be opened: {e.Summary}", e);
            }
        }
    }
}
