using System.Data.Common;
using Dapper;

namespace MlOps.Relational;

/// <summary>One transaction on one connection.</summary>
internal sealed class Session(RelationalDatabase database, DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
{
    internal RelationalDatabase Database => database;

    /// <summary>Reads rows into objects whose properties are named as the columns.</summary>
    internal async Task<List<T>> QueryAsync<T>(string sql, object? parameters = null) =>
        (await connection.QueryAsync<T>(Command(sql, parameters)).ConfigureAwait(false)).AsList();

    /// <summary>Reads the first row, or the first value of it; the default when there is none.</summary>
    internal Task<T?> FirstAsync<T>(string sql, object? parameters = null) => connection.QueryFirstOrDefaultAsync<T?>(Command(sql, parameters));

    /// <summary>Runs a command.</summary>
    /// <returns>How many rows it changed.</returns>
    internal Task<int> ExecuteAsync(string sql, object? parameters = null) => connection.ExecuteAsync(Command(sql, parameters));

    /// <summary>Runs one prepared command for each row.</summary>
    /// <param name="sql">The command.</param>
    /// <param name="names">Its parameters.</param>
    /// <param name="rows">The values, in the order of the parameters.</param>
    /// <param name="onChanged">Is told for each row how many rows the command changed; null when nobody wants to know.</param>
    internal async Task ExecuteEachAsync(string sql, string[] names, IEnumerable<object[]> rows, Func<object[], int, Task>? onChanged = null)
    {
        DbCommand? command = null;
        try
        {
            foreach (var row in rows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var isFirst = command is null;
                command ??= Prepare(sql, names);
                for (var i = 0; i < names.Length; i++) command.Parameters[i].Value = row[i];
                if (isFirst) await command.PrepareAsync(cancellationToken).ConfigureAwait(false); // now that the parameters have types
                var changed = await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                if (onChanged is not null) await onChanged(row, changed).ConfigureAwait(false);
            }
        }
        finally
        {
            if (command is not null) await command.DisposeAsync().ConfigureAwait(false);
        }
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
