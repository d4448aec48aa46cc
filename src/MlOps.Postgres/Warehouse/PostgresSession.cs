using System.Data;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;
using Npgsql;
using Column = MlOps.Core.Column;
using DataException = MlOps.Core.DataException;

namespace MlOps.Postgres;

/// <summary>One transaction of a warehouse.</summary>
internal sealed class PostgresSession(string warehouse, NpgsqlConnection connection, NpgsqlTransaction transaction) : ISqlSession
{
    private const int RowsAtOnce = 8192;

    private static readonly PostgresDialect Dialect = PostgresDialect.Instance;

    public Task<SqlRelation> DescribeAsync(string text, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        return DoAsync(async () =>
        {
            var from = Dialect.From(text);
            var relation = new SqlRelation(from, await ReadColumnsAsync(from, cancellationToken).ConfigureAwait(false));
            return SqlDialect.IsTable(text) ? await PostgresCatalog.CompleteAsync(relation, Command, cancellationToken).ConfigureAwait(false) : relation;
        });
    }

    public Task<long> WriteTemporaryAsync(string table, DatasetSchema schema, IAsyncEnumerable<RecordBatch> rows, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(table);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(rows);
        return DoAsync(async () =>
        {
            var columns = string.Join(", ", schema.Select(c => $"{Dialect.Quote(c.Name)} {Dialect.TypeOf(c.Type)}"));
            await RunAsync($"CREATE TEMPORARY TABLE {Dialect.Quote(table)} ({columns}) ON COMMIT DROP", cancellationToken).ConfigureAwait(false);
            return await PostgresCopy.WriteAsync(connection, $"COPY {Dialect.Quote(table)} FROM STDIN (FORMAT BINARY)", schema, rows, cancellationToken).ConfigureAwait(false);
        });
    }

    public Task ExecuteAsync(string sql, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        return DoAsync(async () => await RunAsync(sql, cancellationToken).ConfigureAwait(false));
    }

    public async IAsyncEnumerable<RecordBatch> QueryAsync(
        string sql, IReadOnlyDictionary<string, object?>? parameters = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        var command = Command(sql);
        await using var ofCommand = command.ConfigureAwait(false);
        foreach (var (name, value) in parameters ?? new Dictionary<string, object?>())
            command.Parameters.AddWithValue(name, value switch { null => DBNull.Value, DateTimeOffset time => time.ToUniversalTime(), _ => value });
        var reader = await DoAsync(async () => await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        await using var ofReader = reader.ConfigureAwait(false);
        var names = Columns(reader);
        foreach (var column in names.Where(c => c.Type is null))
            throw new DataException($"Column '{column.Name}' has the type {column.NativeType}, which a dataset does not hold. Leave it out, or turn it into plain columns in the query.") { Column = column.Name, DataSource = warehouse };
        var schema = new DatasetSchema(names.Select(c => new Column(c.Name, c.Type!.Value)));
        var arrow = schema.ToArrow();
        var columns = names.Select(c => PostgresColumn.Create(c.Name, c.Type!.Value, c.NativeType)).ToArray();
        for (var isFirst = true; ; isFirst = false)
        {
            var batch = await DoAsync(() => NextAsync(reader, arrow, columns, cancellationToken)).ConfigureAwait(false);
            if (batch.Length > 0 || isFirst) yield return batch;
            if (batch.Length < RowsAtOnce) yield break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await transaction.DisposeAsync().ConfigureAwait(false); // which undoes it
        }
        catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
        {
            // The connection is gone, and the server has undone it by itself.
        }

        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<RecordBatch> NextAsync(NpgsqlDataReader reader, Schema schema, PostgresColumn[] columns, CancellationToken cancellationToken)
    {
        var rows = 0;
        while (rows < RowsAtOnce && await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            for (var i = 0; i < columns.Length; i++) columns[i].Append(reader, i);
            rows++;
        }

        return new(schema, columns.Select(c => c.Take()), rows);
    }

    private static List<SqlColumn> Columns(NpgsqlDataReader reader) =>
        [.. Enumerable.Range(0, reader.FieldCount).Select(i => PostgresColumn.Describe(reader.GetName(i), reader.GetPostgresType(i)))];

    private async Task<List<SqlColumn>> ReadColumnsAsync(string from, CancellationToken cancellationToken)
    {
        var command = Command($"SELECT * FROM {from} AS q");
        await using var ofCommand = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(CommandBehavior.SchemaOnly, cancellationToken).ConfigureAwait(false);
        await using var ofReader = reader.ConfigureAwait(false);
        return Columns(reader);
    }

    private async Task<int> RunAsync(string sql, CancellationToken cancellationToken)
    {
        var command = Command(sql);
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private NpgsqlCommand Command(string sql) => new(sql, connection, transaction);

    private async Task<T> DoAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not MlOpsException and not OperationCanceledException && PostgresErrors.TranslateQuery(e, warehouse) is { } ours)
        {
            throw ours;
        }
    }
}
