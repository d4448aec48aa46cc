using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace MlOps.DuckDb;

/// <summary>Collects the values of a column whose values all take the same number of bytes.</summary>
internal sealed class FixedBuffer<T>
    where T : unmanaged
{
    private readonly BitBuffer _present = new();
    private byte[] _values = Rent(RowBatch.Rows);
    private int _length;

    public void Add(T value)
    {
        Next(1)[0] = value;
        _present.Add(true);
    }

    public void AddNull()
    {
        Next(1)[0] = default;
        _present.Add(false);
    }

    public unsafe void AddRange(ReadOnlySpan<T> values, ulong* present)
    {
        values.CopyTo(Next(values.Length));
        _present.AddMask(present, values.Length);
    }

    public unsafe void AddRange<TSource>(ReadOnlySpan<TSource> values, ulong* present, Func<TSource, T> convert)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (present is null || (present[i >> 6] >> (i & 63) & 1) != 0) Add(convert(values[i]));
            else AddNull();
        }
    }

    /// <summary>Hands the values over as an array and starts anew. Nothing of it is used again, so the array may be kept.</summary>
    public ArrayData Take(IArrowType type)
    {
        var missing = _present.UnsetCount;
        var present = _present.Take();
        var data = new ArrayData(type, _length, missing, 0, [missing == 0 ? ArrowBuffer.Empty : present, new ArrowBuffer(_values)]);
        _values = Rent(RowBatch.Rows);
        _length = 0;
        return data;
    }

    private unsafe Span<T> Next(int count)
    {
        var needed = (_length + count) * sizeof(T);
        if (needed > _values.Length) System.Array.Resize(ref _values, Math.Max(needed, _values.Length * 2));
        var next = MemoryMarshal.Cast<byte, T>(_values.AsSpan())[_length..(_length + count)];
        _length += count;
        return next;
    }

    private static unsafe byte[] Rent(int rows) => GC.AllocateUninitializedArray<byte>(rows * sizeof(T));
}
