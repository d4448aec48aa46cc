using System.Buffers;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace MlOps.DataValidation;

/// <summary>Copies rows of record batches into new ones, whose memory is used again for the next: they are valid until <see cref="Reuse"/>.</summary>
internal sealed class RowTaker
{
    private readonly List<byte[]> _rented = [];

    /// <summary>Takes back the memory of all batches that were made.</summary>
    public void Reuse()
    {
        foreach (var rented in _rented) ArrayPool<byte>.Shared.Return(rented);
        _rented.Clear();
    }

    public RecordBatch Take(RecordBatch batch, IReadOnlyList<RowRun> runs)
    {
        var rows = runs.Sum(r => r.Length);
        return new(batch.Schema, batch.Arrays.Select(a => Take(a, runs, rows)), rows);
    }

    private IArrowArray Take(IArrowArray array, IReadOnlyList<RowRun> runs, int rows)
    {
        var data = array.Data;
        return data.DataType switch
        {
            NullType => new NullArray(rows),
            BooleanType => Build(data, rows, Presence(data, runs, rows), Flags(data.Buffers[1].Span, data.Offset, runs, rows)),
            StringType or BinaryType => Texts(data, runs, rows),
            DictionaryType type => Coded(data, ((FixedWidthType)type.IndexType).BitWidth / 8, runs, rows),
            FixedWidthType type when type.BitWidth % 8 == 0 => Build(data, rows, Presence(data, runs, rows), Fixed(data, type.BitWidth / 8, runs, rows)),
            _ => Slices(array, runs, rows),
        };
    }

    private static IArrowArray Build(ArrayData data, int rows, ArrowBuffer presence, params ArrowBuffer[] values) =>
        ArrowArrayFactory.BuildArray(new ArrayData(data.DataType, rows, presence.IsEmpty ? 0 : -1, 0, [presence, .. values]));

    private IArrowArray Coded(ArrayData data, int width, IReadOnlyList<RowRun> runs, int rows) =>
        ArrowArrayFactory.BuildArray(new ArrayData(data.DataType, rows, -1, 0, [Presence(data, runs, rows), Fixed(data, width, runs, rows)], null, data.Dictionary));

    private ArrowBuffer Presence(ArrayData data, IReadOnlyList<RowRun> runs, int rows) =>
        data.Buffers[0].IsEmpty || data.NullCount == 0 ? ArrowBuffer.Empty : Flags(data.Buffers[0].Span, data.Offset, runs, rows);

    private ArrowBuffer Flags(ReadOnlySpan<byte> bits, int offset, IReadOnlyList<RowRun> runs, int rows)
    {
        var taken = Rent((rows + 7) / 8);
        taken.Span.Clear();
        var flags = taken.Span;
        var next = 0;
        foreach (var run in runs)
        {
            for (var row = 0; row < run.Length; row++, next++)
            {
                var from = offset + run.Start + row;
                if (((bits[from >> 3] >> (from & 7)) & 1) != 0) flags[next >> 3] |= (byte)(1 << (next & 7));
            }
        }

        return new(taken);
    }

    private ArrowBuffer Fixed(ArrayData data, int width, IReadOnlyList<RowRun> runs, int rows)
    {
        var taken = Rent(checked(rows * width));
        var to = taken.Span;
        var source = data.Buffers[1].Span[(data.Offset * width)..];
        var next = 0;
        foreach (var run in runs)
        {
            source.Slice(run.Start * width, run.Length * width).CopyTo(to[next..]);
            next += run.Length * width;
        }

        return new(taken);
    }

    private IArrowArray Texts(ArrayData data, IReadOnlyList<RowRun> runs, int rows)
    {
        var offsets = MemoryMarshal.Cast<byte, int>(data.Buffers[1].Span)[data.Offset..];
        var ends = Rent((rows + 1) * sizeof(int));
        var to = MemoryMarshal.Cast<byte, int>(ends.Span);
        to[0] = 0;
        var (row, bytes) = (0, 0);
        foreach (var run in runs)
        {
            var shift = bytes - offsets[run.Start];
            for (var i = 1; i <= run.Length; i++) to[++row] = offsets[run.Start + i] + shift;
            bytes = to[row];
        }

        var texts = Rent(bytes);
        var next = 0;
        foreach (var run in runs)
        {
            var part = data.Buffers[2].Span[offsets[run.Start]..offsets[run.Start + run.Length]];
            part.CopyTo(texts.Span[next..]);
            next += part.Length;
        }

        return Build(data, rows, Presence(data, runs, rows), new ArrowBuffer(ends), new ArrowBuffer(texts));
    }

    private Memory<byte> Rent(int bytes)
    {
        var rented = ArrayPool<byte>.Shared.Rent(bytes);
        _rented.Add(rented);
        return rented.AsMemory(0, bytes);
    }

    // Types that a dataset does not hold, such as lists: slower, but any.
    private static IArrowArray Slices(IArrowArray array, IReadOnlyList<RowRun> runs, int rows)
    {
        if (rows == 0) return ArrowArrayFactory.Slice(array, 0, 0);
        var parts = runs.Select(r => ArrowArrayFactory.Slice(array, r.Start, r.Length)).ToList();
        return ArrowArrayConcatenator.Concatenate(parts);
    }
}
