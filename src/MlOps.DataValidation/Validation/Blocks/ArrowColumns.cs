using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using ArrowUnit = Apache.Arrow.Types.TimeUnit;

namespace MlOps.DataValidation;

/// <summary>Reads rows of Arrow columns into blocks. Where the layouts agree nothing is copied.</summary>
internal static class ArrowColumns
{
    /// <summary>Says how the values of an Arrow type are held.</summary>
    public static CellKind KindOf(IArrowType type) => type switch
    {
        NullType => CellKind.Nothing,
        BooleanType => CellKind.Boolean,
        Int8Type or Int16Type or Int32Type or Int64Type or UInt8Type or UInt16Type or UInt32Type => CellKind.Integer,
        UInt64Type or Decimal128Type => CellKind.Decimal,
        HalfFloatType or FloatType or DoubleType => CellKind.Number,
        StringType or LargeStringType or StringViewType => CellKind.Text,
        DictionaryType { ValueType: StringType } => CellKind.Text,
        Date32Type or Date64Type => CellKind.Date,
        TimestampType => CellKind.Moment,
        BinaryType => CellKind.Binary,
        _ => CellKind.Other,
    };

    /// <summary>Reads some rows of a column.</summary>
    public static void Read(IArrowArray array, int start, int rows, BlockColumn column)
    {
        var valid = column.Start(rows);
        Presence(array, start, rows, valid, column);
        switch (array)
        {
            case Int64Array or DoubleArray:
                column.Direct(array.Data.Buffers[1].Memory.Slice((array.Data.Offset + start) * 8, rows * 8));
                break;
            case BooleanArray:
                Expand(array.Data.Buffers[1].Span, array.Data.Offset + start, column.WritableIntegers());
                break;
            case Date32Array dates:
                Each(dates.Values.Slice(start, rows), column.WritableIntegers(), static day => day * Microseconds.PerDay);
                break;
            case Date64Array dates:
                Each(dates.Values.Slice(start, rows), column.WritableIntegers(), static milliseconds => milliseconds * 1000);
                break;
            case TimestampArray moments:
                Timestamps(moments, start, rows, column);
                break;
            case StringArray texts:
                Texts(texts, start, rows, column);
                break;
            case Decimal128Array decimals:
                var scaled = column.WritableDecimals();
                foreach (var row in new RowsOf(column.Valid)) scaled[row] = Decimals.Read(decimals, start + row);
                break;
            case BinaryArray binary:
                var offsets = binary.ValueOffsets.Slice(start, rows + 1);
                offsets.CopyTo(column.WritableOffsets());
                column.SetBytes(binary.ValueBuffer.Memory);
                break;
            default:
                Widen(array, start, rows, column);
                break;
        }
    }

    private static void Presence(IArrowArray array, int start, int rows, Span<ulong> valid, BlockColumn column)
    {
        var data = array.Data;
        if (column.Kind == CellKind.Nothing) valid.Clear();
        else if (array is DictionaryArray or { NullCount: 0 } || data.Buffers.Length == 0 || data.Buffers[0].IsEmpty) Nested(array, start, rows, valid);
        else Bits.Copy(data.Buffers[0].Span, data.Offset + start, rows, valid);
        column.SetIncomplete();
    }

    // A dictionary's index may be missing, and so may the value that it stands for.
    private static void Nested(IArrowArray array, int start, int rows, Span<ulong> valid)
    {
        if (array is not DictionaryArray dictionary) return;
        valid.Clear();
        for (var row = 0; row < rows; row++)
        {
            if (IndexOf(dictionary, start + row) is { } index && !dictionary.Dictionary.IsNull(index)) Bits.Set(valid, row);
        }
    }

    private static int? IndexOf(DictionaryArray dictionary, int row) => dictionary.Indices.IsNull(row) ? null : dictionary.Indices switch
    {
        Int8Array i => i.Values[row],
        UInt8Array i => i.Values[row],
        Int16Array i => i.Values[row],
        UInt16Array i => i.Values[row],
        Int32Array i => i.Values[row],
        UInt32Array i => checked((int)i.Values[row]),
        Int64Array i => checked((int)i.Values[row]),
        _ => null,
    };

    private static void Expand(ReadOnlySpan<byte> bits, int offset, Span<long> values)
    {
        for (var i = 0; i < values.Length; i++) values[i] = (bits[(offset + i) >> 3] >> ((offset + i) & 7)) & 1;
    }

    private static void Timestamps(TimestampArray moments, int start, int rows, BlockColumn column)
    {
        var values = moments.Values.Slice(start, rows);
        switch (((TimestampType)moments.Data.DataType).Unit)
        {
            case ArrowUnit.Microsecond:
                column.Direct(moments.ValueBuffer.Memory.Slice((moments.Offset + start) * 8, rows * 8));
                break;
            case ArrowUnit.Second:
                Each(values, column.WritableIntegers(), static v => v * 1_000_000);
                break;
            case ArrowUnit.Millisecond:
                Each(values, column.WritableIntegers(), static v => v * 1000);
                break;
            default:
                Each(values, column.WritableIntegers(), static v => (v - (((v % 1000) + 1000) % 1000)) / 1000);
                break;
        }
    }

    private static void Texts(StringArray texts, int start, int rows, BlockColumn column)
    {
        var bounds = texts.ValueOffsets.Slice(start, rows + 1);
        if (column.TryCode(bounds, texts.ValueBuffer.Span)) return;
        var (from, to) = (bounds[0], bounds[rows]);
        var bytes = texts.ValueBuffer.Span[from..to];
        if (Ascii.IsValid(bytes))
        {
            Encoding.Latin1.GetChars(bytes, column.WritableChars(bytes.Length));
            var offsets = column.WritableOffsets();
            for (var i = 0; i <= rows; i++) offsets[i] = bounds[i] - from;
            return;
        }

        var chars = column.WritableChars(bytes.Length);
        var ends = column.WritableOffsets();
        ends[0] = 0;
        for (var row = 0; row < rows; row++)
            ends[row + 1] = ends[row] + Encoding.UTF8.GetChars(bytes[(bounds[row] - from)..(bounds[row + 1] - from)], chars[ends[row]..]);
    }

    private static void Widen(IArrowArray array, int start, int rows, BlockColumn column)
    {
        switch (array)
        {
            case Int8Array a:
                Each(a.Values.Slice(start, rows), column.WritableIntegers(), static v => v);
                break;
            case Int16Array a:
                Each(a.Values.Slice(start, rows), column.WritableIntegers(), static v => v);
                break;
            case Int32Array a:
                Each(a.Values.Slice(start, rows), column.WritableIntegers(), static v => v);
                break;
            case UInt8Array a:
                Each(a.Values.Slice(start, rows), column.WritableIntegers(), static v => v);
                break;
            case UInt16Array a:
                Each(a.Values.Slice(start, rows), column.WritableIntegers(), static v => v);
                break;
            case UInt32Array a:
                Each(a.Values.Slice(start, rows), column.WritableIntegers(), static v => v);
                break;
            case UInt64Array a:
                Each(a.Values.Slice(start, rows), column.WritableDecimals(), static v => (decimal)v);
                break;
            case HalfFloatArray a:
                Each(a.Values.Slice(start, rows), column.WritableNumbers(), static v => (double)v);
                break;
            case FloatArray a:
                Each(a.Values.Slice(start, rows), column.WritableNumbers(), static v => v);
                break;
            case LargeStringArray a:
                for (var row = 0; row < rows; row++) column.AddText(row, a.GetString(start + row));
                break;
            case StringViewArray a:
                for (var row = 0; row < rows; row++) column.AddText(row, a.GetString(start + row));
                break;
            case DictionaryArray { Dictionary: StringArray values } a:
                if (column.TryCode(values))
                {
                    var codes = column.WritableCodes();
                    for (var row = 0; row < rows; row++) codes[row] = IndexOf(a, start + row) is { } index ? column.CodeOf(index) : 0;
                    break;
                }

                for (var row = 0; row < rows; row++) column.AddText(row, IndexOf(a, start + row) is { } index ? values.GetString(index) : null);
                break;
        }
    }

    private static void Each<TFrom, TTo>(ReadOnlySpan<TFrom> from, Span<TTo> to, Func<TFrom, TTo> convert)
    {
        for (var i = 0; i < from.Length; i++) to[i] = convert(from[i]);
    }
}
