using System.Numerics;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Copies rows of record batches into new ones, whose memory is used again for the next: they are valid until <see cref="Reuse"/>.</summary>
internal sealed class RowTaker
{
    private readonly List<byte[]> _buffers = [];
    private int _used;

    /// <summary>Takes back the memory of all batches that were made.</summary>
    public void Reuse() => _used = 0;

    /// <summary>Gives memory that is used again, like that of the batches. Its content means nothing.</summary>
    /// <remarks>Batches of one schema ask for the same buffers in the same order, so each finds one that is large enough.</remarks>
    public Memory<byte> Rent(int bytes)
    {
        if (_used == _buffers.Count) _buffers.Add([]);
        if (_buffers[_used].Length < bytes) _buffers[_used] = GC.AllocateUninitializedArray<byte>((int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)bytes), (uint)System.Array.MaxLength));
        return _buffers[_used++].AsMemory(0, bytes);
    }

    public RecordBatch Take(RecordBatch batch, ReadOnlySpan<RowRun> runs)
    {
        var rows = 0;
        foreach (ref readonly var run in runs) rows += run.Length;
        var taken = new IArrowArray[batch.ColumnCount];
        for (var i = 0; i < taken.Length; i++) taken[i] = Take(batch.Column(i), runs, rows);
        return new(batch.Schema, taken, rows);
    }

    private IArrowArray Take(IArrowArray array, ReadOnlySpan<RowRun> runs, int rows)
    {
        var data = array.Data;
        return data.DataType switch
        {
            NullType => new NullArray(rows),
            BooleanType => Build(data, rows, Presence(data, runs, rows), Flags(data.Buffers[1].Span, data.Offset, runs, rows)),
            StringType or BinaryType => Texts(data, runs, rows),
            DictionaryType type => Coded(data, ((FixedWidthType)type.IndexType).BitWidth / 8, runs, rows),
            FixedWidthType { BitWidth: 64 } => Build(data, rows, Presence(data, runs, rows), Words(data, runs, rows)),
            FixedWidthType type when type.BitWidth % 8 == 0 => Build(data, rows, Presence(data, runs, rows), Fixed(data, type.BitWidth / 8, runs, rows)),
            _ => Slices(array, runs, rows),
        };
    }

    private static IArrowArray Build(ArrayData data, int rows, ArrowBuffer presence, params ArrowBuffer[] values) =>
        ArrowArrayFactory.BuildArray(new ArrayData(data.DataType, rows, presence.IsEmpty ? 0 : -1, 0, [presence, .. values]));

    private IArrowArray Coded(ArrayData data, int width, ReadOnlySpan<RowRun> runs, int rows) =>
        ArrowArrayFactory.BuildArray(new ArrayData(data.DataType, rows, -1, 0, [Presence(data, runs, rows), Fixed(data, width, runs, rows)], null, data.Dictionary));

    private ArrowBuffer Presence(ArrayData data, ReadOnlySpan<RowRun> runs, int rows) =>
        data.Buffers[0].IsEmpty || data.NullCount == 0 ? ArrowBuffer.Empty : Flags(data.Buffers[0].Span, data.Offset, runs, rows);

    private ArrowBuffer Flags(ReadOnlySpan<byte> bits, int offset, ReadOnlySpan<RowRun> runs, int rows)
    {
        var taken = Rent((rows + 7) / 8);
        taken.Span.Clear();
        var flags = taken.Span;
        var next = 0;
        foreach (ref readonly var run in runs)
        {
            for (var row = 0; row < run.Length; row++, next++)
            {
                var from = offset + run.Start + row;
                if (((bits[from >> 3] >> (from & 7)) & 1) != 0) flags[next >> 3] |= (byte)(1 << (next & 7));
            }
        }

        return new(taken);
    }

    // Rejected rows stand alone as a rule, and are copied without a call for each.
    private ArrowBuffer Words(ArrayData data, ReadOnlySpan<RowRun> runs, int rows)
    {
        var taken = Rent(checked(rows * sizeof(long)));
        var to = MemoryMarshal.Cast<byte, long>(taken.Span);
        var source = MemoryMarshal.Cast<byte, long>(data.Buffers[1].Span)[data.Offset..];
        var next = 0;
        foreach (ref readonly var run in runs)
        {
            if (run.Length == 1) to[next] = source[run.Start];
            else source.Slice(run.Start, run.Length).CopyTo(to[next..]);
            next += run.Length;
        }

        return new(taken);
    }

    private ArrowBuffer Fixed(ArrayData data, int width, ReadOnlySpan<RowRun> runs, int rows)
    {
        var taken = Rent(checked(rows * width));
        var to = taken.Span;
        var source = data.Buffers[1].Span[(data.Offset * width)..];
        var next = 0;
        foreach (ref readonly var run in runs)
        {
            source.Slice(run.Start * width, run.Length * width).CopyTo(to[next..]);
            next += run.Length * width;
        }

        return new(taken);
    }

    private IArrowArray Texts(ArrayData data, ReadOnlySpan<RowRun> runs, int rows)
    {
        var offsets = MemoryMarshal.Cast<byte, int>(data.Buffers[1].Span)[data.Offset..];
        var ends = Rent((rows + 1) * sizeof(int));
        var to = MemoryMarshal.Cast<byte, int>(ends.Span);
        to[0] = 0;
        var (row, bytes) = (0, 0);
        foreach (ref readonly var run in runs)
        {
            var shift = bytes - offsets[run.Start];
            for (var i = 1; i <= run.Length; i++) to[++row] = offsets[run.Start + i] + shift;
            bytes = to[row];
        }

        var texts = Rent(bytes);
        var next = 0;
        foreach (ref readonly var run in runs)
        {
            var part = data.Buffers[2].Span[offsets[run.Start]..offsets[run.Start + run.Length]];
            part.CopyTo(texts.Span[next..]);
            next += part.Length;
        }

        return Build(data, rows, Presence(data, runs, rows), new ArrowBuffer(ends), new ArrowBuffer(texts));
    }

    // Types that a dataset does not hold, such as lists: slower, but any.
    private static IArrowArray Slices(IArrowArray array, ReadOnlySpan<RowRun> runs, int rows)
    {
        if (rows == 0) return ArrowArrayFactory.Slice(array, 0, 0);
        var parts = new List<IArrowArray>(runs.Length);
        foreach (ref readonly var run in runs) parts.Add(ArrowArrayFactory.Slice(array, run.Start, run.Length));
        return ArrowArrayConcatenator.Concatenate(parts, ArrowMemory.Managed);
    }
}
