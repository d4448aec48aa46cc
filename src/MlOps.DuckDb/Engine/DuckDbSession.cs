using System.Globalization;
using DuckDB.NET.Native;
using MlOps.Core;

namespace MlOps.DuckDb;

/// <summary>One database in memory for one reading or query. It may open the files it was made for and nothing else.</summary>
internal sealed class DuckDbSession : IDisposable
{
    private readonly DuckDBDatabase _database;
    private readonly DuckDBNativeConnection _connection;
    private readonly string _tempFolder;

    /// <summary>Opens the session.</summary>
    /// <param name="options">What it may use.</param>
    /// <param name="files">The files that it may open, as full paths.</param>
    public DuckDbSession(DuckDbOptions options, IEnumerable<string> files)
    {
        _tempFolder = CreateFolder(options.TempFolder ?? Path.GetTempPath());
        Check(NativeMethods.Configuration.DuckDBCreateConfig(out var config).IsSuccess(), "DuckDB cannot be configured.");
        using (config)
        {
            Set(config, "autoinstall_known_extensions", "false");
            Set(config, "autoload_known_extensions", "false");
            Set(config, "preserve_insertion_order", "true");
            Set(config, "memory_limit", options.MemoryLimit);
            Set(config, "temp_directory", _tempFolder);
            if (options.Threads > 0) Set(config, "threads", options.Threads.ToString(CultureInfo.InvariantCulture));
            var state = NativeMethods.Startup.DuckDBOpen(":memory:", out var database, config, out var error);
            _database = database!;
            Check(state.IsSuccess(), error);
        }

        Check(NativeMethods.Startup.DuckDBConnect(_database, out _connection).IsSuccess(), "DuckDB cannot be opened.");
        Execute("SET TimeZone = 'UTC'");
        Execute($"SET allowed_paths = [{string.Join(", ", files.Select(Literal))}]");
        Execute("SET enable_external_access = false");
    }

    /// <summary>Writes text as a literal of SQL.</summary>
    public static string Literal(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>Writes a name as SQL quotes it.</summary>
    public static string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>Allows no more settings to be changed, for what follows was written by somebody else.</summary>
    public void Lock() => Execute("SET lock_configuration = true");

    /// <summary>Runs a statement of ours.</summary>
    public void Execute(string sql)
    {
        var state = NativeMethods.Query.DuckDBQuery(_connection, sql, out var result);
        try
        {
            if (!state.IsSuccess()) throw new DuckDbError(NativeMethods.Query.DuckDBResultErrorType(ref result), NativeMethods.Query.DuckDBResultError(ref result));
        }
        finally
        {
            result.Close();
        }
    }

    /// <summary>Starts a query whose result is streamed.</summary>
    public DuckDbResult Query(string sql, IReadOnlyDictionary<string, object?>? parameters = null)
    {
        using var statement = Prepare(sql);
        Parameters.Bind(statement, parameters);
        var state = NativeMethods.PreparedStatements.DuckDBExecutePreparedStreaming(statement, out var result);
        if (state.IsSuccess()) return new DuckDbResult(result);
        try
        {
            throw new DuckDbError(NativeMethods.Query.DuckDBResultErrorType(ref result), NativeMethods.Query.DuckDBResultError(ref result));
        }
        finally
        {
            result.Close();
        }
    }

    /// <summary>Stops what runs, from another thread.</summary>
    public void Interrupt() => NativeMethods.Startup.DuckDBInterrupt(_connection);

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
        try
        {
            if (Directory.Exists(_tempFolder)) Directory.Delete(_tempFolder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The result has been read; what the system does not let go of yet is not worth an error.
        }
    }

    private DuckDBPreparedStatement Prepare(string sql)
    {
        var count = NativeMethods.ExtractStatements.DuckDBExtractStatements(_connection, sql, out var statements);
        using (statements)
        {
            if (count == 0) throw new DuckDbError(DuckDBErrorType.Parser, NativeMethods.ExtractStatements.DuckDBExtractStatementsError(statements) ?? "There is no statement.");
            if (count > 1) throw new DuckDbError(DuckDBErrorType.Parser, "There is more than one statement. Give a single query.");
            if (NativeMethods.ExtractStatements.DuckDBPrepareExtractedStatement(_connection, statements, 0, out var statement).IsSuccess()) return statement;
            using (statement) throw new DuckDbError(DuckDBErrorType.Binder, NativeMethods.PreparedStatements.DuckDBPrepareError(statement));
        }
    }

    /// <summary>Makes a folder that nobody else may look into, for what the engine puts there is data.</summary>
    private static string CreateFolder(string parent)
    {
        var folder = Path.Combine(parent, "mlops-duckdb-" + Path.GetRandomFileName());
        try
        {
            Directory.CreateDirectory(parent);
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The folder '{parent}' for what does not fit into memory cannot be used: {e.Message} Set MlOps:DuckDb:TempFolder to one that can.", e);
        }
    }

    private static void Set(DuckDBConfig config, string name, string value) =>
        Check(NativeMethods.Configuration.DuckDBSetConfig(config, name, value).IsSuccess(), $"DuckDB does not accept '{value}' for {name}.");

    private static void Check(bool success, string error)
    {
        if (!success) throw new DuckDbError(DuckDBErrorType.Settings, error);
    }
}

/// <summary>What the engine reports, until somebody who knows the file or the query turns it into a <see cref="DataException"/>.</summary>
internal sealed class DuckDbError(DuckDBErrorType type, string? message) : Exception(message ?? "DuckDB gave no reason.")
{
    public DuckDBErrorType Type { get; } = type;

    /// <summary>Gets the first line of the message, without the engine's name for the kind of error.</summary>
    public string Summary
    {
        get
        {
            var line = Message.AsSpan();
            var end = line.IndexOfAny('\r', '\n');
            if (end >= 0) line = line[..end];
            var colon = line.IndexOf(" Error: ", StringComparison.Ordinal);
            return (colon is >= 0 and < 30 ? line[(colon + 8)..] : line).TrimEnd().ToString();
        }
    }
}
