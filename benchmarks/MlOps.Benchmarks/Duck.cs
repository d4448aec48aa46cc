using DuckDB.NET.Data;

namespace MlOps.Benchmarks;

/// <summary>DuckDB in memory as somebody without the SDK would use it, with a thread for each processor.</summary>
internal static class Duck
{
    public static DuckDBConnection Open()
    {
        var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        return connection;
    }

    /// <summary>Runs a statement and reads every row of what it gives.</summary>
    /// <returns>The first value of the last row; null without rows.</returns>
    public static object? Run(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        object? value = null;
        while (reader.Read())
        {
            for (var column = reader.FieldCount - 1; column >= 0; column--) value = reader.GetValue(column);
        }

        return value;
    }
}
