using DuckDB.NET.Native;
using MlOps.Core;

namespace MlOps.DuckDb;

/// <summary>A connection for one reading or query.</summary>
internal sealed class DuckDbSession : IDisposable
{
    private readonly DuckDBNativeConnection _connection;
    private readonly DuckDbDatabase? _own;

    /// <summary>Connects to a database that others use too.</summary>
    public DuckDbSession(DuckDbDatabase database) => _connection = database.Connect();

    private DuckDbSession(DuckDbDatabase own, DuckDBNativeConnection connection) => (_own, _connection) = (own, connection);

    /// <summary>Opens a database that may read some files and nothing else, for a query that somebody else wrote.</summary>
    /// <param name="options">What it may use.</param>
    /// <param name="files">The files that it may open, as full paths.</param>
    public static DuckDbSession Confined(DuckDbOptions options, IEnumerable<string> files)
    {
        var database = new DuckDbDatabase(options);
        try
        {
            var session = new DuckDbSession(database, database.Connect());
            session.Execute($"SET allowed_paths = [{string.Join(", ", files.Select(Literal))}]");
            session.Execute("SET enable_external_access = false");
            return session;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Writes text as a literal of SQL.</summary>
    public static string Literal(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>Writes a name as SQL quotes it.</summary>
    public static string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>Allows no more settings to be changed, for what follows was written by somebody else.</summary>
    public void Lock() => Execute("SET lock_configuration = true");

    /// <summary>Runs a statement of ours.</summary>
    public void Execute(string sql) => Execute(_connection, sql);

    /// <summary>Runs a statement of ours on a connection.</summary>
    public static void Execute(DuckDBNativeConnection connection, string sql)
    {
        var state = NativeMethods.Query.DuckDBQuery(connection, sql, out var result);
        try
        {
            if (!state.IsSuccess()) throw new DuckDbError(NativeMethods.Query.DuckDBResultErrorType(ref result), NativeMethods.Query.DuckDBResultError(ref result));
        }
        finally
        {
            result.Close();
        }
    }

    /// <summary>Gets the connection.</summary>
    public DuckDBNativeConnection Connection => _connection;

    /// <summary>Starts a query whose result is streamed.</summary>
    public DuckDbResult Query(string sql, IReadOnlyDictionary<string, object?>? parameters = null, bool widens = false)
    {
        using var statement = Prepare(sql);
        Parameters.Bind(statement, parameters);
        var state = NativeMethods.PreparedStatements.DuckDBExecutePreparedStreaming(statement, out var result);
        if (state.IsSuccess()) return new DuckDbResult(result, widens);
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
        _own?.Dispose();
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
