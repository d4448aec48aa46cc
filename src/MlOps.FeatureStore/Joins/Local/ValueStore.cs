using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Core;
using Array = System.Array;

namespace MlOps.FeatureStore;

/// <summary>Holds one value of a column for each slot, as they lie in Arrow arrays.</summary>
internal abstract class ValueStore
{
    private bool[]? _missing;

    private ValueStore(int slots, IArrowType type) => (Slots, Type) = (slots, type);

    /// <summary>Gets the number of slots.</summary>
    protected int Slots { get; }

    /// <summary>Gets the type of the values.</summary>
    protected IArrowType Type { get; }

    /// <summary>Makes a store.</summary>
    /// <param name="type">The type of the values.</param>
    /// <param name="slots">The number of slots.</param>
    /// <returns>The store; values of slots that were not filled mean nothing.</returns>
    public static ValueStore Of(ColumnType type, int slots) => type switch
    {
        ColumnType.Boolean => new Flags(slots),
        ColumnType.Date => new Fixed<int>(slots, DatasetSchema.ToArrow(type)),
        ColumnType.Int64 or ColumnType.Float64 or ColumnType.Timestamp => new Fixed<long>(slots, DatasetSchema.ToArrow(type)),
        ColumnType.Decimal => new Fixed<Int128>(slots, DatasetSchema.ToArrow(type)),
        _ => new Bytes(slots, DatasetSchema.ToArrow(type)),
    };

    /// <summary>Gives about how many bytes a slot takes.</summary>
    /// <param name="type">The type of the values.</param>
    /// <returns>The bytes; for texts, which vary, a guess.</returns>
    public static int BytesOfSlot(ColumnType type) => type switch
    {
        ColumnType.Boolean => 2,
        ColumnType.Date => 5,
        ColumnType.Decimal => 17,
        ColumnType.String or ColumnType.Binary => 48,
        _ => 9,
    };

    /// <summary>Takes values; of several for one slot the last stays.</summary>
    /// <param name="column">The column.</param>
    /// <param name="rows">The rows of the column.</param>
    /// <param name="slots">The slot of each.</param>
    public void Put(IArrowArray column, ReadOnlySpan<int> rows, ReadOnlySpan<int> slots)
    {
        PutValues(column, rows, slots);
        if (column.NullCount > 0) _missing ??= new bool[Slots];
        if (_missing is null) return;
        for (var i = 0; i < rows.Length; i++) _missing[slots[i]] = column.IsNull(rows[i]);
    }

    /// <summary>Gives values.</summary>
    /// <param name="slots">The slots; one below zero gives a missing value.</param>
    /// <returns>An array of its own memory.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public IArrowArray Take(ReadOnlySpan<int> slots)
    {
        var bits = new byte[(slots.Length + 7) / 8];
        var missing = 0;
        for (var i = 0; i < slots.Length; i++)
        {
            var slot = slots[i];
            if (slot >= 0 && (_missing is null || !_missing[slot])) bits[i >> 3] |= (byte)(1 << (i & 7));
            else missing++;
        }

        return ArrowArrayFactory.BuildArray(new ArrayData(Type, slots.Length, missing, 0, [missing == 0 ? ArrowBuffer.Empty : new(bits), .. TakeValues(slots)]));
    }

    private protected abstract void PutValues(IArrowArray column, ReadOnlySpan<int> rows, ReadOnlySpan<int> slots);

    private protected abstract ArrowBuffer[] TakeValues(ReadOnlySpan<int> slots);

    private sealed class Fixed<T>(int slots, IArrowType type) : ValueStore(slots, type)
        where T : unmanaged
    {
        private readonly T[] _values = new T[slots];

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private protected override void PutValues(IArrowArray column, ReadOnlySpan<int> rows, ReadOnlySpan<int> slots)
        {
            var values = MemoryMarshal.Cast<byte, T>(column.Data.Buffers[1].Span)[column.Data.Offset..];
            for (var i = 0; i < rows.Length; i++) _values[slots[i]] = values[rows[i]];
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private protected override ArrowBuffer[] TakeValues(ReadOnlySpan<int> slots)
        {
            var bytes = new byte[slots.Length * Unsafe.SizeOf<T>()];
            var target = MemoryMarshal.Cast<byte, T>(bytes.AsSpan());
            for (var i = 0; i < slots.Length; i++)
            {
                if (slots[i] >= 0) target[i] = _values[slots[i]];
            }

            return [new(bytes)];
        }
    }

    private sealed class Flags(int slots) : ValueStore(slots, BooleanType.Default)
    {
        private readonly bool[] _values = new bool[slots];

        private protected override void PutValues(IArrowArray column, ReadOnlySpan<int> rows, ReadOnlySpan<int> slots)
        {
            var bits = column.Data.Buffers[1].Span;
            for (var i = 0; i < rows.Length; i++) _values[slots[i]] = BitUtility.GetBit(bits, column.Data.Offset + rows[i]);
        }

        private protected override ArrowBuffer[] TakeValues(ReadOnlySpan<int> slots)
        {
            var bits = new byte[(slots.Length + 7) / 8];
            for (var i = 0; i < slots.Length; i++)
            {
                if (slots[i] >= 0 && _values[slots[i]]) BitUtility.SetBit(bits, i);
            }

            return [new(bits)];
        }
    }

    /// <summary>Texts lie in one array one after the other. A value that is replaced leaves a gap, unless the new one fits into its place; gaps are closed when they take half of the array.</summary>
    private sealed class Bytes(int slots, IArrowType type) : ValueStore(slots, type)
    {
        private readonly int[] _starts = new int[slots];
        private readonly int[] _lengths = new int[slots];
        private byte[] _bytes = new byte[1024];
        private int _used;
        private int _gaps;

        private protected override void PutValues(IArrowArray column, ReadOnlySpan<int> rows, ReadOnlySpan<int> slots)
        {
            var values = (BinaryArray)column;
            for (var i = 0; i < rows.Length; i++) Put(values.GetBytes(rows[i]), slots[i]);
        }

        private protected override ArrowBuffer[] TakeValues(ReadOnlySpan<int> slots)
        {
            var ends = new byte[(slots.Length + 1) * sizeof(int)];
            var target = MemoryMarshal.Cast<byte, int>(ends.AsSpan());
            for (var i = 0; i < slots.Length; i++) target[i + 1] = checked(target[i] + (slots[i] < 0 ? 0 : _lengths[slots[i]]));
            var taken = new byte[target[slots.Length]];
            for (var i = 0; i < slots.Length; i++)
            {
                if (slots[i] >= 0) _bytes.AsSpan(_starts[slots[i]], _lengths[slots[i]]).CopyTo(taken.AsSpan(target[i]));
            }

            return [new(ends), new(taken)];
        }

        private void Put(ReadOnlySpan<byte> value, int slot)
        {
            if (value.Length > _lengths[slot])
            {
                _gaps += _lengths[slot];
                _lengths[slot] = 0;
                if (value.Length > _bytes.Length - _used) MakeRoom(value.Length);
                _starts[slot] = _used;
                _used += value.Length;
            }
            else
            {
                _gaps += _lengths[slot] - value.Length;
            }

            _lengths[slot] = value.Length;
            value.CopyTo(_bytes.AsSpan(_starts[slot]));
        }

        private void MakeRoom(int more)
        {
            var needed = (long)_used - _gaps + more;
            if (needed > Array.MaxLength) throw new DataException("The texts of one feature take more than two gigabytes. Lower the memory budget of the join, so that it works in parts.");
            var bytes = new byte[(int)Math.Min(Math.Max(needed * 2, _bytes.Length), Array.MaxLength)];
            var used = 0;
            for (var slot = 0; slot < Slots; slot++)
            {
                _bytes.AsSpan(_starts[slot], _lengths[slot]).CopyTo(bytes.AsSpan(used));
                _starts[slot] = used;
                used += _lengths[slot];
            }

            (_bytes, _used, _gaps) = (bytes, used, 0);
        }
    }
}
