using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlOps.MLNet;

/// <summary>The row that ML.NET reads, over slots that change in place.</summary>
internal sealed class InputRow(DataViewSchema schema, InputSlot[] slots) : DataViewRow
{
    private long _position = -1;

    public override DataViewSchema Schema => schema;

    public override long Position => _position;

    public override long Batch => 0;

    /// <summary>Shows a row of what the slots are bound to. Each row has a position of its own, for ML.NET remembers what it computed by position.</summary>
    public void Move(int row)
    {
        foreach (var slot in slots) slot.Move(row);
        _position++;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => true;

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        slots[column.Index].Getter as ValueGetter<TValue>
        ?? throw new InvalidOperationException($"Column '{column.Name}' of the model is {column.Type.RawType}, not {typeof(TValue)}.");

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new((ulong)_position, 0);
}
