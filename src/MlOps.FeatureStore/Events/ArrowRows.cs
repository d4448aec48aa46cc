using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Takes rows of Arrow arrays whose types are those of <see cref="ColumnType"/>, without looking at values one by one as objects.</summary>
internal static class ArrowRows
{
    /// <summary>Gives some rows, in the given order.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="rows">The rows.</param>
    /// <returns>A batch of its own memory.</returns>
    public static RecordBatch Take(RecordBatch batch, ReadOnlySpan<int> rows)
    {
        var columns = new IArrowArray[batch.ColumnCount];
        for (var i = 0; i < columns.Length; i++) columns[i] = Take(batch.Column(i), rows);
        return new(batch.Schema, columns, rows.Length);
    }

    /// <summary>Gives some rows of a column, in the given order.</summary>
    /// <param name="array">The column.</param>
    /// <param name="rows">The rows; one below zero gives a missing value.</param>
    /// <returns>An array of its own memory.</returns>
    /// <exception cref="DataException">The array has a type that a dataset does not hold.</exception>
    public static IArrowArray Take(IArrowArray array, ReadOnlySpan<int> rows)
    {
        var data = array.Data;
        var (validity, missing) = Validity(array, rows);
        ArrowBuffer[] buffers = data.DataType switch
        {
            BooleanType => [validity, Bits(data, rows)],
            Date32Type => [validity, Fixed<int>(data, rows)],
            Int64Type or DoubleType or TimestampType => [validity, Fixed<long>(data, rows)],
            Decimal128Type => [validity, Fixed<Int128>(data, rows)],
            StringType or BinaryType => Bytes(data, rows, validity),
            _ => throw new DataException($"Arrow type {data.DataType.Name} is not one that a dataset holds."),
        };
        return ArrowArrayFactory.BuildArray(new ArrayData(data.DataType, rows.Length, missing, 0, buffers));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (ArrowBuffer Buffer, int Missing) Validity(IArrowArray array, ReadOnlySpan<int> rows)
    {
        var bits = array.NullCount == 0 ? default : array.Data.Buffers[0].Span;
        var offset = array.Data.Offset;
        byte[]? taken = null;
        var missing = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            if (row >= 0 && (bits.IsEmpty || BitUtility.GetBit(bits, offset + row))) continue;
            if (taken is null) (taken = new byte[(rows.Length + 7) / 8]).AsSpan().Fill(0xff);
            BitUtility.ClearBit(taken, i);
            missing++;
        }

        return (taken is null ? ArrowBuffer.Empty : new(taken), missing);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ArrowBuffer Fixed<T>(ArrayData data, ReadOnlySpan<int> rows)
        where T : unmanaged
    {
        var values = MemoryMarshal.Cast<byte, T>(data.Buffers[1].Span)[data.Offset..];
        var taken = new byte[rows.Length * Unsafe.SizeOf<T>()];
        var target = MemoryMarshal.Cast<byte, T>(taken.AsSpan());
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] >= 0) target[i] = values[rows[i]];
        }

        return new(taken);
    }

    private static ArrowBuffer Bits(ArrayData data, ReadOnlySpan<int> rows)
    {
        var values = data.Buffers[1].Span;
        var taken = new byte[(rows.Length + 7) / 8];
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] >= 0 && BitUtility.GetBit(values, data.Offset + rows[i])) BitUtility.SetBit(taken, i);
        }

        return new(taken);
    }

    private static ArrowBuffer[] Bytes(ArrayData data, ReadOnlySpan<int> rows, ArrowBuffer validity)
    {
        var offsets = MemoryMarshal.Cast<byte, int>(data.Buffers[1].Span)[data.Offset..];
        var values = data.Buffers[2].Span;
        var ends = new byte[(rows.Length + 1) * sizeof(int)];
        var target = MemoryMarshal.Cast<byte, int>(ends.AsSpan());
        for (var i = 0; i < rows.Length; i++) target[i + 1] = checked(target[i] + (rows[i] < 0 ? 0 : offsets[rows[i] + 1] - offsets[rows[i]]));
        var taken = new byte[target[rows.Length]];
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] >= 0) values[offsets[rows[i]]..offsets[rows[i] + 1]].CopyTo(taken.AsSpan(target[i]));
        }

        return [validity, new(ends), new(taken)];
    }
}
