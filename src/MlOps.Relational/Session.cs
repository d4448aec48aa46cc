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

    /// <summary>Runs one command for each row, in as few round trips as the dialect can.</summary>
    /// <param name="sql">The command.</param>
    /// <param name="names">Its parameters.</param>
    /// <param name="rows">The values, in the order of the parameters.</param>
    /// <param name="onChanged">Is told for each row how many rows the command changed; null when nobody wants to know.</param>
    internal Task ExecuteEachAsync(string sql, string[] names, IEnumerable<object[]> rows, Func<object[], int, Task>? onChanged = null) =>
        database.ExecuteEachAsync(connection, transaction, sql, names, rows, onChanged, cancellationToken);

    private CommandDefinition Command(string sql, object? parameters) => new(sql, parameters, transaction, cancellationToken: cancellationToken);
}
