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
    private const int InlineBytes = 12;
    private readonly BitBuffer _present = new();
    private byte[] _offsets = NewOffsets();
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
        // A short text lies inside of its struct. All of that place is copied, which needs no loop, so the last one may write beyond its end.
        long size = InlineBytes;
        for (var i = 0; i < count; i++) size += IsPresent(present, i) ? texts[i].Length : 0;
        var bytes = Next((int)Math.Min(size, int.MaxValue));
        while ((_length + count + 1) * sizeof(int) > _offsets.Length) System.Array.Resize(ref _offsets, _offsets.Length * 2);
        var offsets = MemoryMarshal.Cast<byte, int>(_offsets.AsSpan()).Slice(_length + 1, count);
        var end = 0;
        for (var i = 0; i < count; i++)
        {
            if (IsPresent(present, i))
            {
                var data = (byte*)texts[i].Data;
                var length = texts[i].Length;
                if (length <= InlineBytes)
                {
                    ref var to = ref Unsafe.Add(ref MemoryMarshal.GetReference(bytes), end);
                    Unsafe.WriteUnaligned(ref to, Unsafe.ReadUnaligned<long>(data));
                    Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, sizeof(long)), Unsafe.ReadUnaligned<int>(data + sizeof(long)));
                }
                else
                {
                    new ReadOnlySpan<byte>(data, length).CopyTo(bytes[end..]);
                }

                end += length;
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
        _offsets = NewOffsets();
        _bytes = GC.AllocateUninitializedArray<byte>(Math.Max(RowBatch.Rows, ByteCount));
        _length = 0;
        ByteCount = 0;
        return data;
    }

    private static byte[] NewOffsets()
    {
        var offsets = GC.AllocateUninitializedArray<byte>((RowBatch.Rows + 1) * sizeof(int));
        offsets.AsSpan(0, sizeof(int)).Clear();
        return offsets;
    }

    private static unsafe bool IsPresent(ulong* present, int row) => present is null || (present[row >> 6] >> (row & 63) & 1) != 0;
}
