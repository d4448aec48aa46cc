using Apache.Arrow;

namespace MlOps.Core;

/// <summary>A database that holds features and joins them itself, so that nothing but the result leaves it. Thread-safe.</summary>
public interface ISqlWarehouse
{
    /// <summary>Gets the name that feature views call it by.</summary>
    string Name { get; }

    /// <summary>Gets how SQL is written for it.</summary>
    SqlDialect Dialect { get; }

    /// <summary>Opens a session: temporary tables live as long as it does.</summary>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <returns>The session; the caller disposes of it.</returns>
    /// <exception cref="StoreException">The database does not answer.</exception>
    Task<ISqlSession> OpenAsync(CancellationToken cancellationToken = default);
}

/// <summary>One conversation with a warehouse, which sees one state of its data. Not thread-safe.</summary>
/// <remarks>Nothing that it changes outlives it: what it created is temporary, and what it wrote elsewhere is undone.</remarks>
public interface ISqlSession : IAsyncDisposable
{
    /// <summary>Describes a table or query without running it.</summary>
    /// <param name="text">The name of a table, or a query.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The columns, and for a table how its rows are ordered and found.</returns>
    /// <exception cref="DataException">There is no such table, or the query is wrong.</exception>
    Task<SqlRelation> DescribeAsync(string text, CancellationToken cancellationToken = default);

    /// <summary>Creates a temporary table and fills it.</summary>
    /// <param name="table">Its name, unquoted.</param>
    /// <param name="schema">Its columns.</param>
    /// <param name="rows">Batches with the types of the schema.</param>
    /// <param name="cancellationToken">Stops the filling.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="DataException">A value cannot be held by the table.</exception>
    Task<long> WriteTemporaryAsync(string table, DatasetSchema schema, IAsyncEnumerable<RecordBatch> rows, CancellationToken cancellationToken = default);

    /// <summary>Runs a command that gives no rows.</summary>
    /// <param name="sql">The command.</param>
    /// <param name="cancellationToken">Stops the command.</param>
    /// <returns>When it ran.</returns>
    /// <exception cref="DataException">The command is wrong.</exception>
    Task ExecuteAsync(string sql, CancellationToken cancellationToken = default);

    /// <summary>Runs a query, streaming.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="parameters">The parameters, by name without a sign; null for none. Moments are passed as <see cref="DateTimeOffset"/>.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>Batches whose types are those of <see cref="ColumnType"/>; at least one, which may be empty.</returns>
    /// <exception cref="DataException">The query is wrong.</exception>
    IAsyncEnumerable<RecordBatch> QueryAsync(string sql, IReadOnlyDictionary<string, object?>? parameters = null, CancellationToken cancellationToken = default);
}
