using Apache.Arrow;

namespace MlOps.Training;

/// <summary>A few thousand rows, converted to what ML.NET reads. Used again and again.</summary>
internal sealed class Block
{
    /// <summary>Small enough to stay in the second-level cache.</summary>
    public const int MaxRows = 8192;

    private readonly string _source;
    private readonly BlockColumn?[] _columns;

    public Block(string source, IEnumerable<(int Index, BlockColumn Column)> columns, int width)
    {
        _source = source;
        _columns = new BlockColumn?[width];
        foreach (var (index, column) in columns) _columns[index] = column;
    }

    /// <summary>Gets the place of the block in the data, from 0.</summary>
    public long Index { get; private set; }

    /// <summary>Gets the row, from 0, at which the block starts.</summary>
    public long FirstRow { get; private set; }

    public int Rows { get; private set; }

    public BlockColumn? this[int column] => _columns[column];

    /// <summary>Converts rows of a batch. Whatever is read is copied, for the batch's buffers may be used again.</summary>
    public void Fill(RecordBatch batch, int offset, int rows, long index, long firstRow)
    {
        (Index, FirstRow, Rows) = (index, firstRow, rows);
        foreach (var column in _columns)
        {
            if (column is null) continue;
            var at = batch.Schema.GetFieldIndex(column.Name);
            if (at < 0) throw new MlOps.Core.DataException($"The rows of '{_source}' have no column '{column.Name}', although their schema does.") { DataSource = _source, Column = column.Name };
            column.Fill(batch.Column(at), offset, rows, firstRow, _source);
        }
    }
}
