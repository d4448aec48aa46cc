using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using DuckDB.NET.Native;
using MlOps.Core;

namespace MlOps.DuckDb;

/// <summary>Collects the values of a column of text or bytes.</summary>
internal sealed class BytesBuffer
{
    private readonly BitBuffer _present = new();
    private byte[] _offsets = new byte[(RowBatch.Rows + 1) * sizeof(int)];
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(RowBatch.Rows);
    private int _length;

    public int ByteCount { get; private set; }

    public void Add(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Next(value.Length));
        End(present: true, value.Length);
    }

    public void AddNull() => End(present: false);

    /// <summary>Adds the texts of one of the engine's vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void AddRange(DuckDBString* texts, ulong* present, int count)
    {
        var size = 0L;
        for (var i = 0; i < count; i++) size += IsPresent(present, i) ? texts[i].Length : 0;
        var bytes = Next((int)Math.Min(size, int.MaxValue));
        while ((_length + count + 1) * sizeof(int) > _offsets.Length) System.Array.Resize(ref _offsets, _offsets.Length * 2);
        var offsets = MemoryMarshal.Cast<byte, int>(_offsets.AsSpan()).Slice(_length + 1, count);
        var end = 0;
        for (var i = 0; i < count; i++)
        {
            if (IsPresent(present, i))
            {
                var text = new ReadOnlySpan<byte>(texts[i].Data, texts[i].Length);
                text.CopyTo(bytes[end..]);
                end += text.Length;
            }

            offsets[i] = ByteCount + end;
        }

        ByteCount += end;
        _length += count;
        _present.AddMask(present, count);
    }

    /// <summary>Gives room at the end for one value, to be written by the caller and closed with <see cref="End"/>.</summary>
    public Span<byte> Next(int size)
    {
        var needed = (long)ByteCount + size;
        if (needed > System.Array.MaxLength) throw new DataException("The text of a few thousand rows takes more than 2 GB. Leave that column out or shorten it.");
        if (needed > _bytes.Length) System.Array.Resize(ref _bytes, (int)Math.Min(System.Array.MaxLength, Math.Max(needed, _bytes.Length * 2L)));
        return _bytes.AsSpan(ByteCount, size);
    }

    public void End(bool present, int size = 0)
    {
        ByteCount += size;
        _length++;
        if ((_length + 1) * sizeof(int) > _offsets.Length) System.Array.Resize(ref _offsets, _offsets.Length * 2);
        MemoryMarshal.Cast<byte, int>(_offsets.AsSpan())[_length] = ByteCount;
        _present.Add(present);
    }

    /// <summary>Hands the values over as an array and starts anew.</summary>
    public ArrayData Take(IArrowType type)
    {
        var missing = _present.UnsetCount;
        var present = _present.Take();
        var data = new ArrayData(
            type, _length, missing, 0, [missing == 0 ? ArrowBuffer.Empty : present, new ArrowBuffer(_offsets), new ArrowBuffer(_bytes.AsMemory(0, ByteCount))]);
        _offsets = new byte[(RowBatch.Rows + 1) * sizeof(int)];
        _bytes = GC.AllocateUninitializedArray<byte>(Math.Max(RowBatch.Rows, ByteCount));
        _length = 0;
        ByteCount = 0;
        return data;
    }

    private static unsafe bool IsPresent(ulong* present, int row) => present is null || (present[row >> 6] >> (row & 63) & 1) != 0;
}
