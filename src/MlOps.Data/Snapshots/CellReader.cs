using System.Text;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Data;

/// <summary>Reads one value of a column. The row is counted within the batch; the rows before it name the row in errors.</summary>
internal delegate T CellReader<out T>(IArrowArray column, int row, long rowsBefore);

/// <summary>Makes the code that reads the values of a column as a .NET type.</summary>
internal static class CellReaders
{
    /// <summary>Makes a <see cref="CellReader{T}"/> of the wanted type.</summary>
    public static Delegate Create(Type wanted, bool allowsNull, Column column)
    {
        var bare = Nullable.GetUnderlyingType(wanted) ?? wanted;
        var read = Plain(bare, column)
            ?? throw new DataException($"Column '{column.Name}' is {column.Type}, which cannot be read as {bare.Name}. Change the type of the member, or cast the column.") { Column = column.Name };
        if (bare != wanted) return (Delegate)Wrap(nameof(NullableValue), bare, read, column);
        if (allowsNull && !bare.IsValueType) return (Delegate)Wrap(nameof(NullableReference), bare, read, column);
        return (Delegate)Wrap(nameof(Required), bare, read, column);
    }

    private static Delegate? Plain(Type type, Column column) => (column.Type, Type.GetTypeCode(type)) switch
    {
        (ColumnType.String, _) when type.IsEnum => (Delegate)Wrap(nameof(Enumeration), type, null, column),
        (ColumnType.Boolean, TypeCode.Boolean) => new CellReader<bool>((c, i, _) => ((BooleanArray)c).GetValue(i)!.Value),
        (ColumnType.Int64, TypeCode.Int64) => new CellReader<long>((c, i, _) => ((Int64Array)c).Values[i]),
        (ColumnType.Int64, TypeCode.Int32) => new CellReader<int>((c, i, b) => Narrow(((Int64Array)c).Values[i], int.MinValue, int.MaxValue, column, i + b, (int v) => v)),
        (ColumnType.Int64, TypeCode.Int16) => new CellReader<short>((c, i, b) => Narrow(((Int64Array)c).Values[i], short.MinValue, short.MaxValue, column, i + b, v => (short)v)),
        (ColumnType.Int64, TypeCode.Byte) => new CellReader<byte>((c, i, b) => Narrow(((Int64Array)c).Values[i], byte.MinValue, byte.MaxValue, column, i + b, v => (byte)v)),
        (ColumnType.Int64, TypeCode.Double) => new CellReader<double>((c, i, _) => ((Int64Array)c).Values[i]),
        (ColumnType.Int64, TypeCode.Single) => new CellReader<float>((c, i, _) => ((Int64Array)c).Values[i]),
        (ColumnType.Int64, TypeCode.Decimal) => new CellReader<decimal>((c, i, _) => ((Int64Array)c).Values[i]),
        (ColumnType.Float64, TypeCode.Double) => new CellReader<double>((c, i, _) => ((DoubleArray)c).Values[i]),
        (ColumnType.Float64, TypeCode.Single) => new CellReader<float>((c, i, _) => (float)((DoubleArray)c).Values[i]),
        (ColumnType.Decimal, TypeCode.Decimal) => new CellReader<decimal>((c, i, b) => ToDecimal(Columns.Decimals(c)[i], column, i + b)),
        (ColumnType.Decimal, TypeCode.Double) => new CellReader<double>((c, i, _) => DecimalText.ToDouble(Columns.Decimals(c)[i])),
        (ColumnType.String, TypeCode.String) => new CellReader<string>((c, i, _) => Encoding.UTF8.GetString(Columns.Bytes(c, i))),
        (ColumnType.String, _) when type == typeof(Guid) => new CellReader<Guid>((c, i, b) => Guid.TryParse(Encoding.UTF8.GetString(Columns.Bytes(c, i)), out var id) ? id : throw Unfit(column, i + b, "is no GUID")),
        (ColumnType.Timestamp, TypeCode.DateTime) => new CellReader<DateTime>((c, i, _) => CalendarText.ToDateTime(((TimestampArray)c).Values[i])),
        (ColumnType.Timestamp, _) when type == typeof(DateTimeOffset) => new CellReader<DateTimeOffset>((c, i, _) => new(CalendarText.ToDateTime(((TimestampArray)c).Values[i]), TimeSpan.Zero)),
        (ColumnType.Date, TypeCode.DateTime) => new CellReader<DateTime>((c, i, _) => DateTime.UnixEpoch.AddDays(((Date32Array)c).Values[i])),
        (ColumnType.Date, _) when type == typeof(DateOnly) => new CellReader<DateOnly>((c, i, _) => DateOnly.FromDayNumber(CalendarText.EpochDay + ((Date32Array)c).Values[i])),
        (ColumnType.Binary, _) when type == typeof(byte[]) => new CellReader<byte[]>((c, i, _) => Columns.Bytes(c, i).ToArray()),
        _ => null,
    };

    private static object Wrap(string method, Type type, Delegate? read, Column column) =>
        typeof(CellReaders).GetMethod(method, System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!
            .MakeGenericMethod(type).Invoke(null, read is null ? [column] : [read, column])!;

    private static CellReader<T> Required<T>(CellReader<T> read, Column column) => (c, i, b) =>
        c.IsNull(i) ? throw Unfit(column, i + b, $"is missing, and {typeof(T).Name} cannot hold that. Make the member nullable, or impute the column") : read(c, i, b);

    private static CellReader<T?> NullableValue<T>(CellReader<T> read, Column column)
        where T : struct => (c, i, b) => c.IsNull(i) ? null : read(c, i, b);

    private static CellReader<T?> NullableReference<T>(CellReader<T> read, Column column)
        where T : class => (c, i, b) => c.IsNull(i) ? null : read(c, i, b);

    private static CellReader<T> Enumeration<T>(Column column)
        where T : struct => (c, i, b) =>
        Enum.TryParse<T>(Encoding.UTF8.GetString(Columns.Bytes(c, i)), ignoreCase: true, out var value) ? value : throw Unfit(column, i + b, $"is no {typeof(T).Name}");

    private static T Narrow<T>(long value, long least, long most, Column column, long row, Func<int, T> narrow) =>
        value >= least && value <= most ? narrow((int)value) : throw Unfit(column, row, $"does not fit {typeof(T).Name}");

    private static decimal ToDecimal(Int128 value, Column column, long row)
    {
        try
        {
            return decimal.Parse(DecimalText.Format(value), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (OverflowException)
        {
            throw Unfit(column, row, "does not fit Decimal");
        }
    }

    private static DataException Unfit(Column column, long row, string why) =>
        new($"Row {row + 1}: the value of column '{column.Name}' {why}.") { Column = column.Name, Row = row + 1 };
}
