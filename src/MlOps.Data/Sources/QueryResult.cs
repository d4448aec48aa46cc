using System.Data.Common;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Reads the rows of a query into batches.</summary>
internal sealed class QueryResult(DbDataReader reader)
{
    private readonly QueryColumn[] _columns = [.. Enumerable.Range(0, reader.FieldCount).Select(i => QueryColumn.Create(reader, i))];
    private Schema? _schema;
    private long _rows;
    private bool _ended;

    /// <summary>Gives the next batch; null after the last. A result without rows gives one empty batch.</summary>
    public async Task<RecordBatch?> NextAsync(CancellationToken cancellationToken)
    {
        if (_columns.Length == 0) throw new DataException("The query gives no columns. Acquire data with a SELECT.") { DataSource = "query" };
        var count = 0;
        while (!_ended && count < ColumnBuffer.Rows && !System.Array.Exists(_columns, c => c.IsLarge))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                _ended = true;
                break;
            }

            count++;
            foreach (var column in _columns) Read(column, _rows + count);
        }

        if (count == 0 && _schema is not null) return null;
        foreach (var column in _columns) column.Settle();
        _schema ??= new DatasetSchema(_columns.Select(c => new MlOps.Core.Column(c.Name, c.Buffer.Type))).ToArrow();
        _rows += count;
        return new(_schema, _columns.Select(c => c.Buffer.Take()), count);
    }

    private void Read(QueryColumn column, long row)
    {
        try
        {
            column.Read(reader);
        }
        catch (Exception e) when (e is DataException or InvalidCastException or OverflowException or FormatException)
        {
            throw BatchBuilder.Error("query", row, column.Name, e.Message, e);
        }
    }
}
