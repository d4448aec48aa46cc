using System.Runtime.CompilerServices;
using Apache.Arrow;
using DuckDB.NET.Native;
using MlOps.Core;

namespace MlOps.DuckDb;

/// <summary>One connection of a warehouse.</summary>
internal sealed class DuckDbWarehouseSession(string warehouse, DuckDbSession session) : ISqlSession
{
    private static readonly DuckDbDialect Dialect = DuckDbDialect.Instance;

    public Task<SqlRelation> DescribeAsync(string text, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        return Run(cancellationToken).DoAsync(() => Describe(text));
    }

    public async Task<long> WriteTemporaryAsync(string table, DatasetSchema schema, IAsyncEnumerable<RecordBatch> rows, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(table);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(rows);
        var run = Run(cancellationToken);
        using var appender = await run.DoAsync(() => new ArrowAppender(session, table, schema)).ConfigureAwait(false);
        await foreach (var batch in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
            await run.DoAsync(() => { appender.Append(batch); return true; }).ConfigureAwait(false);
        return await run.DoAsync(appender.End).ConfigureAwait(false);
    }

    public Task ExecuteAsync(string sql, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        return Run(cancellationToken).DoAsync(() => { session.Execute(sql); return true; });
    }

    public async IAsyncEnumerable<RecordBatch> QueryAsync(
        string sql, IReadOnlyDictionary<string, object?>? parameters = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        var run = Run(cancellationToken);
        using var result = await run.DoAsync(() => session.Query(sql, parameters, widens: true)).ConfigureAwait(false);
        await foreach (var batch in run.ReadAsync(result).ConfigureAwait(false)) yield return batch;
    }

    public ValueTask DisposeAsync()
    {
        session.Dispose();
        return default;
    }

    private SqlRelation Describe(string text)
    {
        var from = Dialect.From(text);
        var columns = new List<SqlColumn>();
        using (var result = session.Query($"DESCRIBE SELECT * FROM {from} AS q"))
        {
            while (result.Next() is { } batch)
            {
                var (names, types) = ((StringArray)batch.Column(0), (StringArray)batch.Column(1));
                for (var i = 0; i < batch.Length; i++) columns.Add(Column(names.GetString(i), types.GetString(i)));
            }
        }

        return new(from, columns) { RowOrder = SqlDialect.IsTable(text) && HasRowNumbers(from) ? ["rowid"] : [] };
    }

    private static SqlColumn Column(string name, string native)
    {
        var type = WideColumn.TypeOf(native);
        return new(name, type, native, type is ColumnType.Boolean or ColumnType.Int64 or ColumnType.Date or ColumnType.Timestamp || native == "VARCHAR");
    }

    // A table has them, a view has not.
    private bool HasRowNumbers(string table)
    {
        try
        {
            using var result = session.Query($"SELECT rowid FROM {table} LIMIT 0");
            return true;
        }
        catch (DuckDbError)
        {
            return false;
        }
    }

    private Interruptible Run(CancellationToken cancellationToken) => new(session, ToError, cancellationToken);

    private DataException ToError(DuckDbError e) => e.Type switch
    {
        DuckDBErrorType.OutOfMemory => Error($"The warehouse '{warehouse}' needs more memory than it may use. Raise MlOps:Warehouses:{warehouse}:MemoryLimit. {e.Summary}", e),
        DuckDBErrorType.Conversion or DuckDBErrorType.OutOfRange => Error($"The query of warehouse '{warehouse}' failed: a value does not fit the type that it is cast to.", e), // the engine's message holds the value
        _ when e.Type == DuckDBErrorType.Permission || e.Message.Contains("disabled by configuration", StringComparison.Ordinal) => Error($"The query of warehouse '{warehouse}' reaches for something other than its tables: {e.Summary}", e),
        _ => Error($"The query of warehouse '{warehouse}' failed: {e.Summary}", e),
    };

    private DataException Error(string message, DuckDbError e) => new(message, e) { DataSource = warehouse };
}
