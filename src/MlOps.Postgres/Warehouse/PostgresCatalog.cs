using MlOps.Core;
using Npgsql;

namespace MlOps.Postgres;

/// <summary>Asks the server's catalogue about a table.</summary>
internal static class PostgresCatalog
{
    /// <summary>Adds to what is known of a table how its rows are ordered and found.</summary>
    internal static async Task<SqlRelation> CompleteAsync(SqlRelation table, Func<string, NpgsqlCommand> command, CancellationToken cancellationToken)
    {
        var (kind, loose) = await ReadKindAsync(table, command, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<string> order = kind switch { "r" or "m" => ["ctid"], "p" => ["tableoid", "ctid"], _ => [] }; // a view or a foreign table has no places
        return table with
        {
            Columns = [.. table.Columns.Select(c => loose.Contains(c.Name) ? c with { IsPlain = false } : c)],
            RowOrder = order,
            Indexes = order.Count == 0 ? [] : await ReadIndexesAsync(table, command, cancellationToken).ConfigureAwait(false),
        };
    }

    private static async Task<(string? Kind, string[] Loose)> ReadKindAsync(SqlRelation table, Func<string, NpgsqlCommand> commandOf, CancellationToken cancellationToken)
    {
        var command = commandOf("""
            SELECT c.relkind::text,
                   ARRAY(
                       SELECT a.attname::text
                       FROM pg_attribute AS a
                       JOIN pg_collation AS l ON l.oid = a.attcollation
                       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT l.collisdeterministic)
            FROM pg_class AS c
            WHERE c.oid = to_regclass(@Table)
            """);
        await using var ofCommand = command.ConfigureAwait(false);
        command.Parameters.AddWithValue("Table", table.From);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofReader = reader.ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? (reader.GetString(0), reader.GetFieldValue<string[]>(1)) : (null, []);
    }

    private static async Task<List<string[]>> ReadIndexesAsync(SqlRelation table, Func<string, NpgsqlCommand> commandOf, CancellationToken cancellationToken)
    {
        var command = commandOf("""
            SELECT ARRAY(
                SELECT a.attname::text
                FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attribute, place)
                JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attribute
                WHERE k.place <= i.indnkeyatts
                ORDER BY k.place)
            FROM pg_index AS i
            JOIN pg_class AS c ON c.oid = i.indexrelid
            JOIN pg_am AS m ON m.oid = c.relam
            WHERE i.indrelid = to_regclass(@Table) AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND m.amname = 'btree'
            """);
        await using var ofCommand = command.ConfigureAwait(false);
        command.Parameters.AddWithValue("Table", table.From);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofReader = reader.ConfigureAwait(false);
        var indexes = new List<string[]>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) indexes.Add(reader.GetFieldValue<string[]>(0));
        return indexes;
    }
}
