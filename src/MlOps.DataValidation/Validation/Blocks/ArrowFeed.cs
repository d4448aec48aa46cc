using Apache.Arrow;
using Apache.Arrow.Types;

namespace MlOps.DataValidation;

/// <summary>Cuts record batches into blocks.</summary>
internal sealed class ArrowFeed(Block block, Schema schema)
{
    private readonly int[] _sources = Find(block, schema);
    private RecordBatch? _batch;
    private int _next;
    private int _end;

    public Block Block => block;

    /// <summary>Gets the row of the batch at which the block starts.</summary>
    public int Start0 { get; private set; }

    public static IReadOnlyList<DataColumn> ColumnsOf(Schema schema) =>
        [.. schema.FieldsList.Select(f => new DataColumn(f.Name, ArrowColumns.KindOf(f.DataType), f.DataType is TimestampType time ? !string.IsNullOrEmpty(time.Timezone) : null))];

    public void Start(RecordBatch batch) => Start(batch, 0, batch.Length);

    /// <summary>Takes some rows of a batch.</summary>
    public void Start(RecordBatch batch, int from, int rows) => (_batch, _next, _end) = (batch, from, from + rows);

    /// <summary>Fills the block with the next rows.</summary>
    /// <returns>False after the last.</returns>
    public bool Next()
    {
        if (_batch is null || _next >= _end) return false;
        Start0 = _next;
        block.Length = Math.Min(Block.MaxRows, _end - _next);
        for (var i = 0; i < _sources.Length; i++)
        {
            if (_sources[i] >= 0) ArrowColumns.Read(_batch.Column(_sources[i]), _next, block.Length, block.Columns[i]);
            else block.Columns[i].Start(block.Length).Clear();
        }

        _next += block.Length;
        return true;
    }

    // A column that is gone, or of another type, is read as missing; the pass was told.
    private static int[] Find(Block block, Schema schema)
    {
        var columns = ColumnsOf(schema);
        return [.. block.Columns.Select(c => Index(columns, c))];
    }

    private static int Index(IReadOnlyList<DataColumn> columns, BlockColumn column)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Name == column.Name) return columns[i].Kind == column.Kind ? i : -1;
        }

        return -1;
    }
}
