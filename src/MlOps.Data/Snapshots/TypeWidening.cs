using System.Numerics;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Data;

/// <summary>Turns the Arrow types of a source into those that a dataset holds.</summary>
internal static class TypeWidening
{
    private const string NoDay = "is no day between the years 1 and 9999";

    public static DatasetSchema Widen(Schema schema) => new(schema.FieldsList.Select(f => new Column(f.Name, TypeOf(f.DataType, f.Name))));

    public static RecordBatch Widen(RecordBatch batch, Schema schema, long rowsBefore)
    {
        var columns = new IArrowArray[batch.ColumnCount];
        for (var i = 0; i < columns.Length; i++) columns[i] = Widen(batch.Column(i), schema.GetFieldByIndex(i).Name, rowsBefore);
        return new(schema, columns, batch.Length);
    }

    private static ColumnType TypeOf(IArrowType type, string column) => type switch
    {
        BooleanType => ColumnType.Boolean,
        Int8Type or Int16Type or Int32Type or Int64Type or UInt8Type or UInt16Type or UInt32Type or UInt64Type => ColumnType.Int64,
        HalfFloatType or FloatType or DoubleType => ColumnType.Float64,
        Decimal128Type => ColumnType.Decimal,
        StringType => ColumnType.String,
        Date32Type or Date64Type => ColumnType.Date,
        TimestampType => ColumnType.Timestamp,
        BinaryType => ColumnType.Binary,
        _ => throw new DataException($"Column '{column}' has the Arrow type {type.Name}, which a dataset does not hold. Leave it out, or turn it into plain columns in the source.") { Column = column },
    };

    private static IArrowArray Widen(IArrowArray array, string column, long rowsBefore) => array switch
    {
        Int64Array or DoubleArray or StringArray or BooleanArray => array,
        Int8Array a => Integers(array, a.Values),
        Int16Array a => Integers(array, a.Values),
        Int32Array a => Integers(array, a.Values),
        UInt8Array a => Integers(array, a.Values),
        UInt16Array a => Integers(array, a.Values),
        UInt32Array a => Integers(array, a.Values),
        UInt64Array a => Convert(array, ColumnType.Int64, a.Values, v => v <= long.MaxValue ? (long)v : null, column, rowsBefore, "is beyond the largest 64-bit integer. Cast it to a decimal or a text in the source"),
        HalfFloatArray a => Doubles(array, a.Values),
        FloatArray a => Doubles(array, a.Values),
        Decimal128Array a => Decimals(a, column, rowsBefore),
        Date32Array a => Days(a, column, rowsBefore),
        Date64Array a => Convert(array, ColumnType.Date, a.Values, v => CalendarText.FloorDivide(v, 86_400_000) is var d && IsDay(d) ? d : null, column, rowsBefore, NoDay),
        TimestampArray a => Timestamps(a, column, rowsBefore),
        BinaryArray => array,
        _ => throw new DataException($"Column '{column}' cannot be read.") { Column = column },
    };

    private static IArrowArray Integers<T>(IArrowArray array, ReadOnlySpan<T> values)
        where T : IBinaryInteger<T>
    {
        var widened = new long[values.Length];
        for (var i = 0; i < widened.Length; i++) widened[i] = long.CreateTruncating(values[i]);
        return Columns.OfIntegers(ColumnType.Int64, widened, Columns.Valid(array));
    }

    private static IArrowArray Doubles<T>(IArrowArray array, ReadOnlySpan<T> values)
        where T : IFloatingPoint<T>
    {
        var widened = new double[values.Length];
        for (var i = 0; i < widened.Length; i++) widened[i] = double.CreateTruncating(values[i]);
        return Columns.OfDoubles(widened, Columns.Valid(array));
    }

    private static IArrowArray Decimals(Decimal128Array array, string column, long rowsBefore)
    {
        var scale = ((Decimal128Type)array.Data.DataType).Scale;
        if (array.Data.DataType is Decimal128Type { Precision: 38, Scale: 18 }) return array;
        var valid = Columns.Valid(array);
        var values = Columns.Decimals(array);
        var widened = new Int128[values.Length];
        var (factor, divisor) = (Power(18 - scale), Power(scale - 18));
        for (var i = 0; i < widened.Length; i++)
        {
            if (!Columns.IsSet(valid, i)) continue;
            var scaled = (BigInteger)values[i] * factor;
            var (whole, rest) = BigInteger.DivRem(scaled, divisor);
            if (!rest.IsZero || whole < (BigInteger)Int128.MinValue || whole > (BigInteger)Int128.MaxValue || !DecimalText.InRange((Int128)whole))
                throw Refused(column, rowsBefore + i, "does not fit 20 digits before and 18 after the point. Round or cast it in the source");
            widened[i] = (Int128)whole;
        }

        return Columns.OfDecimals(widened, valid);
    }

    private static BigInteger Power(int exponent) => exponent <= 0 ? BigInteger.One : BigInteger.Pow(10, exponent);

    private static Date32Array Days(Date32Array array, string column, long rowsBefore)
    {
        var valid = Columns.Valid(array);
        var days = array.Values;
        for (var i = 0; i < days.Length; i++)
        {
            if (!IsDay(days[i]) && Columns.IsSet(valid, i)) throw Refused(column, rowsBefore + i, NoDay);
        }

        return array;
    }

    private static bool IsDay(long day) => day >= -CalendarText.EpochDay && day <= DateOnly.MaxValue.DayNumber - CalendarText.EpochDay;

    private static IArrowArray Timestamps(TimestampArray array, string column, long rowsBefore)
    {
        var type = (TimestampType)array.Data.DataType;
        const string Beyond = "is no time between the years 1 and 9999";
        var (first, last) = (CalendarText.ToMicroseconds(DateTime.MinValue), CalendarText.ToMicroseconds(DateTime.MaxValue));
        if (type.Unit == TimeUnit.Microsecond)
        {
            // Nothing to convert: the same values are looked at and passed on.
            var values = array.Values;
            var valid = Columns.Valid(array);
            for (var i = AreWithin(values, first, last) ? values.Length : 0; i < values.Length; i++)
            {
                if ((values[i] < first || values[i] > last) && Columns.IsSet(valid, i)) throw Refused(column, rowsBefore + i, Beyond);
            }

            return new TimestampArray(new ArrayData(DatasetSchema.ToArrow(ColumnType.Timestamp), array.Length, array.NullCount, array.Offset, array.Data.Buffers));
        }

        return Convert(array, ColumnType.Timestamp, array.Values, v => InMicroseconds(v, type.Unit) is { } us && us >= first && us <= last ? us : null, column, rowsBefore, Beyond);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool AreWithin(ReadOnlySpan<long> values, long first, long last)
    {
        var beyond = false;
        foreach (var value in values) beyond |= value < first | value > last;
        return !beyond;
    }

    private static long? InMicroseconds(long value, TimeUnit unit)
    {
        if (unit == TimeUnit.Nanosecond) return CalendarText.FloorDivide(value, 1000);
        var wide = (Int128)value * (unit == TimeUnit.Second ? 1_000_000 : 1000);
        return wide >= long.MinValue && wide <= long.MaxValue ? (long)wide : null;
    }

    private static IArrowArray Convert<TSource>(
        IArrowArray array, ColumnType type, ReadOnlySpan<TSource> values, Func<TSource, long?> convert, string column, long rowsBefore, string why)
    {
        var valid = Columns.Valid(array);
        var converted = new long[values.Length];
        for (var i = 0; i < converted.Length; i++)
        {
            if (Columns.IsSet(valid, i)) converted[i] = convert(values[i]) ?? throw Refused(column, rowsBefore + i, why);
        }

        return Columns.OfIntegers(type, converted, valid);
    }

    private static DataException Refused(string column, long rowsBefore, string why) =>
        new($"Row {rowsBefore + 1}: the value of column '{column}' {why}.") { Column = column, Row = rowsBefore + 1 };
}
