using System.Data.Common;
using Dapper;

namespace MlOps.Relational;

/// <summary>One transaction on one connection.</summary>
internal sealed class Session(RelationalDatabase database, DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
{
    internal RelationalDatabase Database => database;

    internal DbConnection Connection => connection;

    internal DbTransaction Transaction => transaction;

    internal CancellationToken CancellationToken => cancellationToken;

    /// <summary>Reads rows into objects whose properties are named as the columns.</summary>
    internal async Task<List<T>> QueryAsync<T>(string sql, object? parameters = null) =>
        (await connection.QueryAsync<T>(Command(sql, parameters)).ConfigureAwait(false)).AsList();

    /// <summary>Reads the first row, or the first value of it; the default when there is none.</summary>
    internal Task<T?> FirstAsync<T>(string sql, object? parameters = null) => connection.QueryFirstOrDefaultAsync<T?>(Command(sql, parameters));

    /// <summary>Runs a command.</summary>
    /// <returns>How many rows it changed.</returns>
    internal Task<int> ExecuteAsync(string sql, object? parameters = null) => connection.ExecuteAsync(Command(sql, parameters));

    /// <summary>Inserts rows.</summary>
    /// <returns>How many rows were inserted or changed.</returns>
    internal Task<int> InsertAsync(BulkInsert insert, IReadOnlyList<object?[]> rows) => rows.Count == 0 ? Task.FromResult(0) : database.InsertAsync(this, insert, rows);

    /// <summary>Inserts rows one by one with one prepared command.</summary>
    /// <returns>How many rows were inserted or changed.</returns>
    internal async Task<int> InsertEachAsync(BulkInsert insert, IReadOnlyList<object?[]> rows)
    {
        var names = Array.ConvertAll(insert.Columns, column => column.Name);
        var command = Prepare($"""
            INSERT INTO {insert.Table} ({string.Join(", ", names)})
            VALUES ({string.Join(", ", names.Select(name => "@" + name))})
            {insert.OnConflict}
            """, names);
        await using var _ = command.ConfigureAwait(false);
        var changed = 0;
        for (var row = 0; row < rows.Count; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < names.Length; i++) command.Parameters[i].Value = rows[row][i] ?? DBNull.Value;
            if (row == 0) await command.PrepareAsync(cancellationToken).ConfigureAwait(false); // now that the parameters have types
            changed += await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        return changed;
    }

    /// <summary>Reads one row as its values.</summary>
    internal async Task<IReadOnlyList<object?>> RowAsync(string sql, object parameters)
    {
        var reader = await connection.ExecuteReaderAsync(Command(sql, parameters)).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) return [];
        var values = new object?[reader.FieldCount];
        for (var i = 0; i < values.Length; i++) values[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
        return values;
    }

    private DbCommand Prepare(string sql, string[] names)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        foreach (var name in names)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@" + name;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private CommandDefinition Command(string sql, object? parameters) => new(sql, parameters, transaction, cancellationToken: cancellationToken);
}
