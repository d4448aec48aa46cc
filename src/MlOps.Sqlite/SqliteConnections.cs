using Microsoft.Data.Sqlite;

namespace MlOps.Sqlite;

/// <summary>Reads what a host wrote as the place of its file.</summary>
internal static class SqliteConnections
{
    /// <summary>Makes a connection string of a path or a connection string.</summary>
    /// <returns>The parts of the connection string; null when it names no file.</returns>
    internal static SqliteConnectionStringBuilder? Parse(string text)
    {
        SqliteConnectionStringBuilder? parsed;
        try
        {
            parsed = new SqliteConnectionStringBuilder(text);
        }
        catch (ArgumentException)
        {
            parsed = new SqliteConnectionStringBuilder { DataSource = text }; // a plain path
        }

        var isFile = parsed is { DataSource: not ("" or ":memory:"), Mode: not SqliteOpenMode.Memory } && !parsed.DataSource.StartsWith("file:", StringComparison.OrdinalIgnoreCase);
        return isFile ? parsed : null;
    }
}
