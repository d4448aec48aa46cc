using System.Numerics;
using System.Runtime.InteropServices;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Reads and builds columns of datasets. Every array may be a slice of a longer one.</summary>
/// <remarks>
/// The eight types are held in four ways: as integers (Boolean, Int64, Date in days, Timestamp in microseconds), doubles, 128-bit integers (Decimal, in 10^-18) and
/// bytes (String in UTF-8, Binary). Presence is a bitmap, lowest bit first, that starts at row 0; null stands for all rows.
/// </remarks>
internal static class Columns
{
    /// <summary>Gives which rows hold a value. NaN does not.</summary>
    public static byte[]? Present(IArrowArray column)
    {
        var present = Valid(column);
        if (column is not DoubleArray doubles) return present;
        var values = doubles.Values;
        for (var i = 0; i < values.Length; i++)
        {
            if (!double.IsNaN(values[i])) continue;
            present ??= AllSet(values.Length);
            Clear(present, i);
        }

        return present;
    }

    /// <summary>Gives which rows are not null.</summary>
    public static byte[]? Valid(IArrowArray column)
    {
        var data = column.Data;
        if (data.Length == 0 || data.Buffers[0].IsEmpty || data.GetNullCount() == 0) return null;
        return Bits(data.Buffers[0].Span, data.Offset, data.Length);
    }

    public static bool IsSet(byte[]? bits, int row) => bits is null || ((bits[row >> 3] >> (row & 7)) & 1) != 0;

    public static void Set(byte[] bits, int row) => bits[row >> 3] |= (byte)(1 << (row & 7));

    public static void Clear(byte[] bits, int row) => bits[row >> 3] &= (byte)~(1 << (row & 7));

    public static int CountSet(byte[]? bits, int length)
    {
        if (bits is null) return length;
        var count = 0;
        foreach (var b in bits) count += BitOperations.PopCount(b);
        return count;
    }

    public static byte[] AllSet(int length)
    {
        var bits = new byte[(length + 7) / 8];
        bits.AsSpan().Fill(0xFF);
        if ((length & 7) != 0) bits[^1] = (byte)((1 << (length & 7)) - 1);
        return bits;
    }

    /// <summary>Reads a Boolean, Int64, Date or Timestamp column.</summary>
    public static ReadOnlySpan<long> Integers(IArrowArray column)
    {
        switch (column)
        {
            case Int64Array values:
                return values.Values;
            case TimestampArray values:
                return values.Values;
            case Date32Array values:
                var days = values.Values;
                var widened = new long[days.Length];
                for (var i = 0; i < days.Length; i++) widened[i] = days[i];
                return widened;
            default:
                var data = column.Data;
                var flags = new long[data.Length];
                var bits = data.Length == 0 ? [] : Bits(data.Buffers[1].Span, data.Offset, data.Length);
                for (var i = 0; i < flags.Length; i++) flags[i] = (bits[i >> 3] >> (i & 7)) & 1;
                return flags;
        }
    }

    public static ReadOnlySpan<double> Doubles(IArrowArray column) => ((DoubleArray)column).Values;

    public static ReadOnlySpan<Int128> Decimals(IArrowArray column) =>
        MemoryMarshal.Cast<byte, Int128>(column.Data.Buffers[1].Span).Slice(column.Data.Offset, column.Data.Length);

    /// <summary>Reads one value of a String or Binary column; a missing value has no bytes.</summary>
    public static ReadOnlySpan<byte> Bytes(IArrowArray column, int row) => ((BinaryArray)column).GetBytes(row);

    public static IArrowArray OfIntegers(ColumnType type, long[] values, byte[]? present)
    {
        switch (type)
        {
            case ColumnType.Boolean:
                var bits = new byte[(values.Length + 7) / 8];
                for (var i = 0; i < values.Length; i++) bits[i >> 3] |= (byte)((values[i] & 1) << (i & 7));
                return Build(type, values.Length, present, bits);
            case ColumnType.Date:
                var days = new int[values.Length];
                for (var i = 0; i < values.Length; i++) days[i] = (int)values[i];
                return Build(type, values.Length, present, MemoryMarshal.AsBytes(days.AsSpan()).ToArray());
            default:
                return Build(type, values.Length, present, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        }
    }

    public static IArrowArray OfDoubles(double[] values, byte[]? present) =>
        Build(ColumnType.Float64, values.Length, present, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public static IArrowArray OfDecimals(Int128[] values, byte[]? present) =>
        Build(ColumnType.Decimal, values.Length, present, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>Builds the column that says which rows of another are missing.</summary>
    public static IArrowArray OfMissing(byte[]? present, int length)
    {
        var bits = AllSet(length);
        if (present is null) bits.AsSpan().Clear();
        else for (var i = 0; i < bits.Length; i++) bits[i] &= (byte)~present[i];
        return Build(ColumnType.Boolean, length, null, bits);
    }

    /// <summary>Builds a column without values.</summary>
    public static IArrowArray Empty(ColumnType type, int length)
    {
        var none = new byte[(length + 7) / 8];
        return type switch
        {
            ColumnType.Boolean => Build(type, length, none, new byte[none.Length]),
            ColumnType.Date => Build(type, length, none, new byte[length * 4]),
            ColumnType.Decimal => Build(type, length, none, new byte[length * 16]),
            ColumnType.String or ColumnType.Binary => Build(type, length, none, new byte[(length + 1) * 4], []),
            _ => Build(type, length, none, new byte[length * 8]),
        };
    }

    /// <summary>Builds the column of some rows of another, in the given order.</summary>
    public static IArrowArray Take(IArrowArray column, ReadOnlySpan<int> rows)
    {
        var type = ColumnTypes.TypeOf(column);
        byte[]? present = null;
        if (Valid(column) is { } valid)
        {
            present = new byte[(rows.Length + 7) / 8];
            for (var i = 0; i < rows.Length; i++)
            {
                if (IsSet(valid, rows[i])) Set(present, i);
            }
        }

        if (type is ColumnType.Int64 or ColumnType.Timestamp) return OfIntegers(type, Take(Integers(column), rows), present);
        if (type is ColumnType.Float64) return OfDoubles(Take(Doubles(column), rows), present);
        if (type is ColumnType.Decimal) return OfDecimals(Take(Decimals(column), rows), present);
        if (type.IsInteger()) return OfIntegers(type, Take(Integers(column), rows), present);
        var bytes = new BytesBuilder(rows.Length);
        foreach (var row in rows) bytes.Add(Bytes(column, row));
        return bytes.Build(type, present);
    }

    /// <summary>Builds the column of some rows of another, in the given order; a negative row is missing.</summary>
    public static IArrowArray TakeOrMissing(IArrowArray column, ReadOnlySpan<int> rows)
    {
        if (rows.IndexOfAnyInRange(int.MinValue, -1) < 0) return Take(column, rows);
        var type = ColumnTypes.TypeOf(column);
        if (column.Length == 0) return Empty(type, rows.Length);
        var places = new int[rows.Length];
        for (var i = 0; i < rows.Length; i++) places[i] = Math.Max(rows[i], 0);
        var data = Take(column, places).Data;
        var present = data.GetNullCount() == 0 ? AllSet(rows.Length) : Bits(data.Buffers[0].Span, 0, rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] < 0) Clear(present, i);
        }

        return Build(type, rows.Length, present, [.. data.Buffers.Skip(1).Select(b => b.Span.ToArray())]);
    }

    public static IArrowArray Build(ColumnType type, int length, byte[]? present, params ReadOnlySpan<byte[]> buffers)
    {
        var missing = length - CountSet(present, length);
        var all = new ArrowBuffer[buffers.Length + 1];
        all[0] = missing == 0 ? ArrowBuffer.Empty : new(present);
        for (var i = 0; i < buffers.Length; i++) all[i + 1] = new(buffers[i]);
        return ArrowArrayFactory.BuildArray(new ArrayData(DatasetSchema.ToArrow(type), length, missing, 0, all));
    }

    private static T[] Take<T>(ReadOnlySpan<T> values, ReadOnlySpan<int> rows)
    {
        var taken = new T[rows.Length];
        for (var i = 0; i < rows.Length; i++) taken[i] = values[rows[i]];
        return taken;
    }

    private static byte[] Bits(ReadOnlySpan<byte> source, int offset, int length)
    {
        var bits = new byte[(length + 7) / 8];
        var (first, shift) = (offset >> 3, offset & 7);
        for (var i = 0; i < bits.Length; i++)
        {
            var pair = source[first + i] | (first + i + 1 < source.Length ? source[first + i + 1] << 8 : 0);
            bits[i] = (byte)(pair >> shift);
        }

        if ((length & 7) != 0) bits[^1] &= (byte)((1 << (length & 7)) - 1);
        return bits;
    }
}
