using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlOps.Training;

/// <summary>Walks over blocks, in their order or shuffled within windows.</summary>
internal sealed class ArrowCursor(DataViewSchema schema, bool[] active, BlockReader reader, Random? shuffle) : DataViewRowCursor
{
    /// <summary>How many rows are shuffled together.</summary>
    public const int WindowRows = 16 * Block.MaxRows;

    // The blocks at hand: one, or those that are shuffled together.
    private readonly List<Block> _window = [];
    private readonly List<Action> _bindings = [];
    private (int Block, int Row)[] _order = [];
    private int _next;
    private int _block;
    private int _row = -1;
    private long _position = -1;
    private bool _ended;
    private bool _disposed;

    public override DataViewSchema Schema => schema;

    public override long Position => _position;

    // Rows of a set of cursors are put back in order by it; a shuffled cursor stands alone.
    public override long Batch => shuffle is null && _window.Count > 0 ? _window[0].Index : 0;

    public override bool IsColumnActive(DataViewSchema.Column column) => column.Index < active.Length && active[column.Index];

    public override bool MoveNext()
    {
        if (_ended) return false;
        if (shuffle is null ? MoveInOrder() : MoveShuffled(shuffle))
        {
            _position++;
            return true;
        }

        _ended = true;
        _position = -1;
        return false;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column)) throw new InvalidOperationException($"Column '{column.Name}' was not asked for when the cursor was made.");
        if (typeof(TValue) != column.Type.RawType)
            throw new InvalidOperationException($"Column '{column.Name}' holds {column.Type.RawType.Name}, not {typeof(TValue).Name}.");
        TValue[] Values(Block block) => ((BlockColumn<TValue>)block[column.Index]!).Values;
        if (shuffle is null)
        {
            TValue[] values = [];
            Bind(() => values = Values(_window[0]));
            return (ref TValue value) => value = values[_row];
        }

        TValue[][] window = [];
        Bind(() => window = [.. _window.Select(Values)]);
        return (ref TValue value) => value = window[_block][_row];
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() =>
        (ref DataViewRowId value) => value = new((ulong)(_window[_block].FirstRow + _row), 0);

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = _ended = true;
            reader.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool MoveInOrder()
    {
        if (_window.Count > 0 && ++_row < _window[0].Rows) return true;
        _row = 0;
        return FillWindow(1);
    }

    private bool MoveShuffled(Random random)
    {
        if (_next == _order.Length)
        {
            if (!FillWindow(WindowRows)) return false;
            _order = [.. _window.SelectMany((block, i) => Enumerable.Range(0, block.Rows).Select(row => (i, row)))];
            random.Shuffle(_order);
            _next = 0;
        }

        (_block, _row) = _order[_next++];
        return true;
    }

    private bool FillWindow(int rows)
    {
        foreach (var block in _window) reader.Return(block);
        _window.Clear();
        for (var taken = 0; taken < rows && reader.Take() is { } block; taken += block.Rows) _window.Add(block);
        if (_window.Count == 0) return false;
        foreach (var binding in _bindings) binding();
        return true;
    }

    private void Bind(Action binding)
    {
        _bindings.Add(binding);
        if (_window.Count > 0) binding();
    }
}
