using System.Data.Common;
using Npgsql;

namespace MlOps.Postgres;

/// <summary>Runs one command for many rows in one round trip.</summary>
internal static class PostgresRows
{
    /// <summary>How many rows travel at once: more make a statement no cheaper, and their arrays would be large.</summary>
    internal const int AtOnce = 5_000;

    /// <summary>Makes of an insertion of one row, of <c>VALUES (@A, @B)</c>, one of as many rows as its parameters, now arrays, have values.</summary>
    /// <returns>The command; null when it is no such insertion.</returns>
    internal static string? ForArrays(string sql, string[] names)
    {
        var parameters = string.Join(", ", names.Select(name => "@" + name));
        var values = $"VALUES ({parameters})";
        return sql.Contains(values, StringComparison.Ordinal) ? sql.Replace(values, $"SELECT * FROM unnest({parameters})", StringComparison.Ordinal) : null;
    }

    /// <summary>Runs an insertion made by <see cref="ForArrays"/>.</summary>
    internal static async Task InsertAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, string[] names, IReadOnlyList<object[]> rows, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection, transaction);
        await using var _ = command.ConfigureAwait(false);
        for (var i = 0; i < names.Length; i++) command.Parameters.AddWithValue(names[i], Column(rows, i));
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs any command for each row, all of them behind one another on their way to the server.</summary>
    /// <returns>How many rows each of them changed.</returns>
    internal static async Task<IReadOnlyList<int>> ExecuteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, string[] names, IReadOnlyList<object[]> rows, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection, transaction);
        await using var _ = batch.ConfigureAwait(false);
        foreach (var row in rows)
        {
            var command = new NpgsqlBatchCommand(sql);
            for (var i = 0; i < names.Length; i++) command.Parameters.AddWithValue(names[i], row[i]);
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        return [.. batch.BatchCommands.Select<DbBatchCommand, int>(command => command.RecordsAffected)];
    }

    private static Array Column(IReadOnlyList<object[]> rows, int index) => rows[0][index] switch
    {
        long => Column<long>(rows, index),
        double => Column<double>(rows, index),
        string => Column<string>(rows, index),
        var other => throw new NotSupportedException($"Columns of {other?.GetType().Name ?? "null"} do not travel as arrays."),
    };

    private static T[] Column<T>(IReadOnlyList<object[]> rows, int index)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++) values[i] = (T)rows[i][index];
        return values;
    }
}
