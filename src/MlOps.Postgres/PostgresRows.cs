using MlOps.Relational;
using Npgsql;

namespace MlOps.Postgres;

/// <summary>Sends many rows in one round trip.</summary>
internal static class PostgresRows
{
    // More at once make a row no cheaper, and their arrays would be large.
    private const int AtOnce = 5_000;

    /// <summary>Inserts rows that travel as one array for each column.</summary>
    internal static async Task<int> InsertAsync(Session session, BulkInsert insert, IReadOnlyList<object?[]> rows)
    {
        var sql = $"""
            INSERT INTO {insert.Table} ({string.Join(", ", insert.Columns.Select(column => column.Name))})
            SELECT *
            FROM unnest({string.Join(", ", insert.Columns.Select(column => "@" + column.Name))})
            {insert.OnConflict}
            """;
        var changed = 0;
        for (var start = 0; start < rows.Count; start += AtOnce)
        {
            var command = new NpgsqlCommand(sql, (NpgsqlConnection)session.Connection, (NpgsqlTransaction)session.Transaction);
            await using var _ = command.ConfigureAwait(false);
            for (var i = 0; i < insert.Columns.Length; i++)
                command.Parameters.Add(Column(insert.Columns[i], rows, i, start, Math.Min(AtOnce, rows.Count - start)));
            changed += await command.ExecuteNonQueryAsync(session.CancellationToken).ConfigureAwait(false);
        }

        return changed;
    }

    private static NpgsqlParameter Column(BulkColumn column, IReadOnlyList<object?[]> rows, int index, int start, int count) => column.Type switch
    {
        BulkType.Integer => Column<long>(column.Name, rows, index, start, count),
        BulkType.Real => Column<double>(column.Name, rows, index, start, count),
        _ => Column<string?>(column.Name, rows, index, start, count),
    };

    private static NpgsqlParameter<T[]> Column<T>(string name, IReadOnlyList<object?[]> rows, int index, int start, int count)
    {
        var values = new T[count];
        for (var i = 0; i < values.Length; i++) values[i] = (T)rows[start + i][index]!;
        return new(name, values);
    }
}
