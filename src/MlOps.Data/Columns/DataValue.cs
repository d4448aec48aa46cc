using System.Globalization;
using System.Text;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>One value of a column, as it stands in the parameters and the fitted state of a step. Numbers, texts, days and times convert to it by themselves.</summary>
/// <param name="Type">The type of the value.</param>
/// <param name="Text">
/// The value as invariant text: <c>true</c>, <c>42</c>, <c>0.5</c>, <c>2001-01-31</c>, <c>2001-01-31T12:00:00Z</c>; bytes in Base64.
/// It is what a bundle holds, so that a person can read it.
/// </param>
public sealed record DataValue(ColumnType Type, string Text)
{
    private const string TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'";

    /// <summary>Makes a value of a truth value.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator DataValue(bool value) => new(ColumnType.Boolean, value ? "true" : "false");

    /// <summary>Makes a value of an integer.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator DataValue(long value) => new(ColumnType.Int64, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Makes a value of a binary fraction.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator DataValue(double value) => new(ColumnType.Float64, value.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>Makes a value of a decimal fraction.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator DataValue(decimal value) => new(ColumnType.Decimal, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Makes a value of a text.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator DataValue(string value) => new(ColumnType.String, value);

    /// <summary>Makes a value of a day.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator DataValue(DateOnly value) => new(ColumnType.Date, value.ToString("O", CultureInfo.InvariantCulture));

    /// <summary>Makes a value of a moment.</summary>
    /// <param name="value">The value; it is kept in UTC, to the microsecond.</param>
    public static implicit operator DataValue(DateTimeOffset value) => new(ColumnType.Timestamp, value.UtcDateTime.ToString(TimestampFormat, CultureInfo.InvariantCulture));

    /// <summary>Makes a value of bytes.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator DataValue(byte[] value) => new(ColumnType.Binary, Convert.ToBase64String(value));

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Makes a value of the number by which a Boolean, Int64, Date or Timestamp column holds it. A time that no calendar has becomes the nearest that it has.</summary>
    internal static DataValue OfInteger(ColumnType type, long value) => type switch
    {
        ColumnType.Boolean => value != 0,
        ColumnType.Date => DateOnly.FromDayNumber((int)Math.Clamp(value + CalendarText.EpochDay, 0, DateOnly.MaxValue.DayNumber)),
        ColumnType.Timestamp => new DateTimeOffset(CalendarText.ToDateTime(value)),
        _ => value,
    };

    /// <summary>Makes a value of the number of 10^-18 by which a Decimal column holds it.</summary>
    internal static DataValue OfDecimal(Int128 value) => new(ColumnType.Decimal, DecimalText.Format(value));

    /// <summary>Makes a value of the bytes by which a String or Binary column holds it.</summary>
    internal static DataValue OfBytes(ColumnType type, ReadOnlySpan<byte> value) =>
        type == ColumnType.String ? Encoding.UTF8.GetString(value) : value.ToArray();

    /// <summary>Reads a value that is there.</summary>
    internal static DataValue At(IArrowArray column, int row) => ColumnTypes.TypeOf(column) switch
    {
        ColumnType.Float64 => Columns.Doubles(column)[row],
        ColumnType.Decimal => OfDecimal(Columns.Decimals(column)[row]),
        ColumnType.String => OfBytes(ColumnType.String, Columns.Bytes(column, row)),
        ColumnType.Binary => OfBytes(ColumnType.Binary, Columns.Bytes(column, row)),
        var type => OfInteger(type, Columns.Integers(column)[row]),
    };

    /// <summary>Checks that the value can stand in a column; a number may be written in any of the numeric types as long as nothing is lost.</summary>
    /// <exception cref="DataException">It cannot.</exception>
    internal void RequireFor(string column, ColumnType type)
    {
        var numbers = Type.IsNumber() && type.IsNumber();
        var fits = (Type == type || numbers) && type switch
        {
            ColumnType.Float64 => TryDouble(out _),
            ColumnType.Decimal => DecimalText.TryParse(Text, out _),
            ColumnType.String => true,
            ColumnType.Binary => Convert.TryFromBase64String(Text, new byte[Text.Length], out _),
            _ => TryInteger(type, out _),
        };
        if (!fits) throw new DataException($"Column '{column}' holds {type}; the value given for it is {Type} and cannot stand there. Give one of the column's type.") { Column = column };
    }

    internal long Integer(ColumnType type) => TryInteger(type, out var value) ? value : throw Unreadable(type);

    internal double Double() => TryDouble(out var value) ? value : throw Unreadable(ColumnType.Float64);

    internal Int128 Decimal() => DecimalText.TryParse(Text, out var value) ? value : throw Unreadable(ColumnType.Decimal);

    internal byte[] Bytes(ColumnType type) => type == ColumnType.String ? Encoding.UTF8.GetBytes(Text) : Convert.FromBase64String(Text);

    private bool TryInteger(ColumnType type, out long value)
    {
        switch (type)
        {
            case ColumnType.Boolean:
                value = Text == "true" ? 1 : 0;
                return Text is "true" or "false";
            case ColumnType.Date:
                return CalendarText.TryParseDate(Text, out value);
            case ColumnType.Timestamp:
                return CalendarText.TryParseTimestamp(Text, out value);
            default:
                if (long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)) return true;
                if (!DecimalText.TryParse(Text, out var exact) || exact % DecimalText.One != 0) return false; // 3.0
                exact /= DecimalText.One;
                value = (long)exact;
                return value == exact;
        }
    }

    private bool TryDouble(out double value) => double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    private DataException Unreadable(ColumnType type) => new($"A stored value of type {Type} cannot be read as {type}. Fit the step again.");
}
