using System.Globalization;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Collects rows into batches and knows which row it is at.</summary>
internal sealed class BatchBuilder(DatasetSchema schema, string source)
{
    private readonly Schema _arrow = schema.ToArrow();
    private long _row = 1;
    private int _count;
    private bool _any;

    public ColumnBuffer[] Columns { get; } = [.. schema.Select(c => ColumnBuffer.Create(c.Type))];

    /// <summary>Gets whether a batch is still to come: rows, or the empty one that shows the columns.</summary>
    public bool HasMore => _count > 0 || !_any;

    /// <summary>Ends a row.</summary>
    /// <returns>Whether the batch is full.</returns>
    public bool EndRow()
    {
        _row++;
        return ++_count == ColumnBuffer.Rows || System.Array.Exists(Columns, c => c.IsLarge);
    }

    public RecordBatch Take()
    {
        var batch = new RecordBatch(_arrow, Columns.Select(c => c.Take()), _count);
        _count = 0;
        _any = true;
        return batch;
    }

    /// <summary>Says where an error about a value happened.</summary>
    public DataException Error(int? column, DataException e) => Error(source, _row, column is { } i ? schema[i].Name : null, e.Message, e);

    public static DataException Error(string source, long row, string? column, string message, Exception e)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"{source}, row {row}") + (column is null ? "" : $", column '{column}'");
        return new DataException($"{place}: {message}", e) { DataSource = source, Row = row, Column = column };
    }
}
