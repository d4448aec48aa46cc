using System.Buffers;
using System.Runtime.InteropServices;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Builds a String or Binary column, value by value.</summary>
internal sealed class BytesBuilder(int length)
{
    private readonly int[] _offsets = new int[length + 1];
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private int _count;

    public void Add(ReadOnlySpan<byte> value)
    {
        _bytes.Write(value);
        _offsets[++_count] = _bytes.WrittenCount;
    }

    public IArrowArray Build(ColumnType type, byte[]? present) =>
        Columns.Build(type, length, present, MemoryMarshal.AsBytes(_offsets.AsSpan()).ToArray(), _bytes.WrittenSpan.ToArray());
}
