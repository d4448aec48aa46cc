using System.Globalization;
using DuckDB.NET.Native;
using MlOps.Core;

namespace MlOps.DuckDb;

/// <summary>A database in memory, or in a file that is only read. Its connections do not disturb each other, but share its threads and its limit of memory.</summary>
internal sealed class DuckDbDatabase : IDisposable
{
    private readonly DuckDBDatabase? _database;
    private readonly SpillFolder _spill;

    /// <summary>Opens a database.</summary>
    /// <param name="options">What it may use.</param>
    /// <param name="file">The file; null for memory.</param>
    public DuckDbDatabase(DuckDbOptions options, string? file = null)
    {
        _spill = SpillFolder.Create(options.TempFolder);
        try
        {
            _database = Open(options, _spill.FullName, file);
            using var connection = Connect();
            DuckDbSession.Execute(connection, "SET GLOBAL TimeZone = 'UTC'");
        }
        catch (DuckDbError e) when (file is not null)
        {
            Dispose();
            throw new DataException($"The file '{file}' cannot be opened as a database of DuckDB: {e.Summary} A process that writes it keeps others out.", e) { DataSource = file };
        }
        catch (DuckDbError e)
        {
            Dispose();
            throw new DataException($"The engine cannot be started: {e.Summary} Check the settings under MlOps:DuckDb.", e);
        }
    }

    public DuckDBNativeConnection Connect()
    {
        Check(NativeMethods.Startup.DuckDBConnect(_database!, out var connection).IsSuccess(), "DuckDB cannot be opened.");
        return connection;
    }

    public void Dispose()
    {
        _database?.Dispose();
        _spill.Dispose();
    }

    private static DuckDBDatabase Open(DuckDbOptions options, string tempFolder, string? file)
    {
        Check(NativeMethods.Configuration.DuckDBCreateConfig(out var config).IsSuccess(), "DuckDB cannot be configured.");
        using (config)
        {
            Set(config, "autoinstall_known_extensions", "false");
            Set(config, "autoload_known_extensions", "false");
            Set(config, "preserve_insertion_order", "true");
            // A file is read once and then again when it has changed; what is kept of it would only take memory.
            Set(config, "enable_external_file_cache", "false");
            Set(config, "memory_limit", options.MemoryLimit);
            Set(config, "temp_directory", tempFolder);
            if (options.Threads > 0) Set(config, "threads", options.Threads.ToString(CultureInfo.InvariantCulture));
            if (file is not null) Set(config, "access_mode", "READ_ONLY");
            var state = NativeMethods.Startup.DuckDBOpen(file ?? ":memory:", out var database, config, out var error);
            Check(state.IsSuccess(), error);
            return database!;
        }
    }

    private static void Set(DuckDBConfig config, string name, string value) =>
        Check(NativeMethods.Configuration.DuckDBSetConfig(config, name, value).IsSuccess(), $"DuckDB does not accept '{value}' for {name}.");

    private static void Check(bool success, string error)
    {
        if (!success) throw new DuckDbError(DuckDBErrorType.Settings, error);
    }
}
