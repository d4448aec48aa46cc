using System.Globalization;
using Npgsql;

namespace MlOps.Postgres;

/// <summary>Reads what a host wrote as the place of its database.</summary>
internal static class PostgresConnections
{
    /// <summary>Takes a connection string apart.</summary>
    /// <returns>Its parts; null when it is none, or names no host or no database.</returns>
    internal static NpgsqlConnectionStringBuilder? Parse(string text)
    {
        try
        {
            var parsed = new NpgsqlConnectionStringBuilder(text);
            return string.IsNullOrWhiteSpace(parsed.Host) || string.IsNullOrWhiteSpace(parsed.Database) ? null : parsed;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidOperationException or NotSupportedException)
        {
            return null; // without its message, which may hold what was written
        }
    }

    /// <summary>Gets what every connection of the stores says to the server.</summary>
    internal static NpgsqlConnectionStringBuilder Of(PostgresOptions options)
    {
        var connection = Parse(options.ConnectionString!)!;
        connection.SearchPath = options.Schema;
        connection.ApplicationName ??= "MlOps.Sdk";
        connection.Enlist = false; // a transaction of the caller is not the stores'
        connection.IncludeErrorDetail = false; // it would hold values
        var patience = string.Create(CultureInfo.InvariantCulture, $"-c lock_timeout={(long)Math.Ceiling(options.LockTimeout.TotalMilliseconds)}");
        connection.Options = string.IsNullOrEmpty(connection.Options) ? patience : $"{connection.Options} {patience}";
        return connection;
    }
}
