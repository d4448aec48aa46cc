using System.Data.Common;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>The result of a query.</summary>
/// <remarks>The connection stands in a private field on purpose: what it captured may hold a password, and must not be recorded as a parameter.</remarks>
internal sealed record QuerySource : IDataSource
{
    private readonly Func<DbConnection> _connect;

    public QuerySource(Func<DbConnection> connect, string sql, IReadOnlyDictionary<string, object?>? parameters)
    {
        _connect = connect;
        Sql = sql;
        Parameters = parameters;
    }

    public string Sql { get; }

    public IReadOnlyDictionary<string, object?>? Parameters { get; }

    public DatasetOrigin Origin => new("query", Sql);

    public async IAsyncEnumerable<RecordBatch> ReadAsync(IServiceProvider services, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var connection = _connect();
        await using var ownedConnection = connection.ConfigureAwait(false);
        var command = connection.CreateCommand();
        await using var ownedCommand = command.ConfigureAwait(false);
        var reader = await TryAsync(() => OpenAsync(connection, command, cancellationToken), cancellationToken).ConfigureAwait(false);
        await using var ownedReader = reader.ConfigureAwait(false);
        var result = new QueryResult(reader);
        while (await TryAsync(() => result.NextAsync(cancellationToken), cancellationToken).ConfigureAwait(false) is { } batch) yield return batch;
    }

    private async Task<DbDataReader> OpenAsync(DbConnection connection, DbCommand command, CancellationToken cancellationToken)
    {
        if (connection.State == System.Data.ConnectionState.Closed) await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
#pragma warning disable CA2100 // the query is the author's; values go through parameters
        command.CommandText = Sql;
#pragma warning restore CA2100
        foreach (var (name, value) in Parameters ?? new Dictionary<string, object?>())
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<TResult> TryAsync<TResult>(Func<Task<TResult>> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (DbException e)
        {
            cancellationToken.ThrowIfCancellationRequested(); // providers report a stopped query as an error of theirs
            var message = $"The query failed: {e.Message}";
            throw e.IsTransient ? new TransientDataException(message, e) { DataSource = "query" } : new DataException(message, e) { DataSource = "query" };
        }
    }
}
