using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace MlOps.DataValidation;

/// <summary>Copies rows of record batches into new ones.</summary>
internal static class RowTaker
{
    public static RecordBatch Take(RecordBatch batch, IReadOnlyList<RowRun> runs)
    {
        var rows = runs.Sum(r => r.Length);
        return new(batch.Schema, batch.Arrays.Select(a => Take(a, runs, rows)), rows);
    }

    private static IArrowArray Take(IArrowArray array, IReadOnlyList<RowRun> runs, int rows)
    {
        var data = array.Data;
        return data.DataType switch
        {
            NullType => new NullArray(rows),
            BooleanType => Build(data, rows, Presence(data, runs, rows), Flags(data.Buffers[1].Span, data.Offset, runs, rows)),
            StringType or BinaryType => Texts(data, runs, rows),
            FixedWidthType type when type.BitWidth % 8 == 0 => Build(data, rows, Presence(data, runs, rows), Fixed(data, type.BitWidth / 8, runs, rows)),
            _ => Slices(array, runs, rows),
        };
    }

    private static IArrowArray Build(ArrayData data, int rows, ArrowBuffer presence, params ArrowBuffer[] values) =>
        ArrowArrayFactory.BuildArray(new ArrayData(data.DataType, rows, presence.IsEmpty ? 0 : -1, 0, [presence, .. values]));

    private static ArrowBuffer Presence(ArrayData data, IReadOnlyList<RowRun> runs, int rows) =>
        data.Buffers[0].IsEmpty || data.NullCount == 0 ? ArrowBuffer.Empty : Flags(data.Buffers[0].Span, data.Offset, runs, rows);

    private static ArrowBuffer Flags(ReadOnlySpan<byte> bits, int offset, IReadOnlyList<RowRun> runs, int rows)
    {
        var taken = new byte[(rows + 7) / 8];
        var next = 0;
        foreach (var run in runs)
        {
            for (var row = 0; row < run.Length; row++, next++)
            {
                var from = offset + run.Start + row;
                if (((bits[from >> 3] >> (from & 7)) & 1) != 0) taken[next >> 3] |= (byte)(1 << (next & 7));
            }
        }

        return new(taken);
    }

    private static ArrowBuffer Fixed(ArrayData data, int width, IReadOnlyList<RowRun> runs, int rows)
    {
        var taken = GC.AllocateUninitializedArray<byte>(rows * width);
        var source = data.Buffers[1].Span[(data.Offset * width)..];
        var next = 0;
        foreach (var run in runs)
        {
            source.Slice(run.Start * width, run.Length * width).CopyTo(taken.AsSpan(next));
            next += run.Length * width;
        }

        return new(taken);
    }

    private static IArrowArray Texts(ArrayData data, IReadOnlyList<RowRun> runs, int rows)
    {
        var offsets = MemoryMarshal.Cast<byte, int>(data.Buffers[1].Span)[data.Offset..];
        var ends = new byte[(rows + 1) * sizeof(int)];
        var to = MemoryMarshal.Cast<byte, int>(ends.AsSpan());
        var (row, bytes) = (0, 0);
        foreach (var run in runs)
        {
            var shift = bytes - offsets[run.Start];
            for (var i = 1; i <= run.Length; i++) to[++row] = offsets[run.Start + i] + shift;
            bytes = to[row];
        }

        var texts = GC.AllocateUninitializedArray<byte>(bytes);
        var next = 0;
        foreach (var run in runs)
        {
            var part = data.Buffers[2].Span[offsets[run.Start]..offsets[run.Start + run.Length]];
            part.CopyTo(texts.AsSpan(next));
            next += part.Length;
        }

        return Build(data, rows, Presence(data, runs, rows), new ArrowBuffer(ends), new ArrowBuffer(texts));
    }

    // Types that a dataset does not hold, such as lists: slower, but any.
    private static IArrowArray Slices(IArrowArray array, IReadOnlyList<RowRun> runs, int rows)
    {
        if (rows == 0) return ArrowArrayFactory.Slice(array, 0, 0);
        var parts = runs.Select(r => ArrowArrayFactory.Slice(array, r.Start, r.Length)).ToList();
        return ArrowArrayConcatenator.Concatenate(parts);
    }
}
