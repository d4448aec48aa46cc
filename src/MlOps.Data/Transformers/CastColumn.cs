using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Turns a column into another type.</summary>
/// <param name="Column">The column.</param>
/// <param name="Type">The type that it is to have.</param>
/// <param name="InvalidAsMissing">
/// Whether a value that has no counterpart in the type becomes missing. By default it is an error that names the row, and not the value, which may be personal.
/// </param>
/// <remarks>
/// <para>
/// Text is read as invariant text: <c>true</c>, <c>false</c>, 1 or 0; digits with a sign and, for the fractions, a point; ISO 8601 days and moments, UTC without an offset.
/// Every type has such a text in return. Spaces around it and thousands separators are not read.
/// </para>
/// <para>
/// A fraction becomes an integer only when nothing is lost; an integer or decimal becomes the nearest double; a double the nearest decimal. A truth value is 1 or 0.
/// A day becomes its midnight in UTC and a moment its day in UTC. Between text and bytes stands UTF-8. NaN is missing. Other pairs are refused.
/// </para>
/// </remarks>
[method: JsonConstructor]
public sealed record CastColumn(string Column, ColumnType Type, bool InvalidAsMissing = false) : IDataTransformer
{
    private const NumberStyles IntegerStyle = NumberStyles.AllowLeadingSign;
    private const NumberStyles FractionStyle = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <inheritdoc/>
    public DatasetSchema GetOutputSchema(DatasetSchema input)
    {
        ArgumentNullException.ThrowIfNull(input);
        RequirePair(input[Column].Type);
        return new(input.Select(c => c.Name == Column ? c with { Type = Type } : c));
    }

    /// <inheritdoc/>
    /// <exception cref="DataException">A value has no counterpart in the type; row and column are named.</exception>
    public RecordBatch Apply(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var index = Batches.IndexOf(batch, Column);
        var column = batch.Column(index);
        var from = ColumnTypes.TypeOf(column);
        RequirePair(from);
        return from == Type ? batch : Batches.With(batch, index, Cast(column, from));
    }

    private void RequirePair(ColumnType from)
    {
        var times = from is ColumnType.Date or ColumnType.Timestamp;
        var allowed = from == Type || from == ColumnType.String || Type == ColumnType.String
            || (times && Type is ColumnType.Date or ColumnType.Timestamp)
            || ((from.IsNumber() || from == ColumnType.Boolean) && (Type.IsNumber() || Type == ColumnType.Boolean));
        if (!allowed) throw new DataException($"Column '{Column}' is {from} and cannot become {Type}. Cast to String in between if that is meant.") { Column = Column };
    }

    private IArrowArray Cast(IArrowArray column, ColumnType from)
    {
        var present = Columns.Present(column) ?? Columns.AllSet(column.Length);
        if (Type is ColumnType.Float64)
        {
            var doubles = new double[column.Length];
            for (var row = 0; row < doubles.Length; row++)
            {
                if (Columns.IsSet(present, row) && !TryDouble(column, from, row, out doubles[row])) Refuse(present, row, from);
            }

            return Columns.OfDoubles(doubles, present);
        }

        if (Type is ColumnType.Decimal)
        {
            var decimals = new Int128[column.Length];
            for (var row = 0; row < decimals.Length; row++)
            {
                if (Columns.IsSet(present, row) && !TryDecimal(column, from, row, out decimals[row])) Refuse(present, row, from);
            }

            return Columns.OfDecimals(decimals, present);
        }

        if (Type is ColumnType.String or ColumnType.Binary)
        {
            var bytes = new BytesBuilder(column.Length);
            for (var row = 0; row < column.Length; row++)
            {
                var text = Columns.IsSet(present, row) ? Text(column, from, row) : [];
                if (from == ColumnType.Binary && !Utf8.IsValid(text))
                {
                    Refuse(present, row, from);
                    text = [];
                }

                bytes.Add(text);
            }

            return bytes.Build(Type, present);
        }

        var integers = new long[column.Length];
        for (var row = 0; row < integers.Length; row++)
        {
            if (!Columns.IsSet(present, row) || TryInteger(column, from, row, out integers[row])) continue;
            Refuse(present, row, from);
            integers[row] = 0;
        }

        return Columns.OfIntegers(Type, integers, present);
    }

    private void Refuse(byte[] present, int row, ColumnType from)
    {
        if (!InvalidAsMissing)
        {
            throw new DataException($"Column '{Column}' holds a {from} there that is no {Type}. Mend it in the source, or let such values become missing with InvalidAsMissing.")
            {
                Column = Column,
                Row = row + 1,
            };
        }

        Columns.Clear(present, row);
    }

    private bool TryInteger(IArrowArray column, ColumnType from, int row, out long value)
    {
        switch (from)
        {
            case ColumnType.String:
                return TryInteger(Columns.Bytes(column, row), out value);
            case ColumnType.Float64:
                var number = ((DoubleArray)column).Values[row];
                value = number is >= long.MinValue and < 9223372036854775808d ? (long)number : 0;
                return value == number && InRange(value);
            case ColumnType.Decimal:
                var scaled = Columns.Decimals(column)[row];
                value = (long)(scaled / DecimalText.One);
                return value * DecimalText.One == scaled && InRange(value);
            default:
                value = At(column, row);
                if (from == ColumnType.Date && Type == ColumnType.Timestamp) value *= CalendarText.MicrosecondsPerDay;
                if (from == ColumnType.Timestamp && Type == ColumnType.Date) value = CalendarText.FloorDivide(value, CalendarText.MicrosecondsPerDay);
                return InRange(value);
        }
    }

    private bool TryInteger(ReadOnlySpan<byte> text, out long value)
    {
        if (Type == ColumnType.Int64) return long.TryParse(text, IntegerStyle, CultureInfo.InvariantCulture, out value);
        Span<char> chars = stackalloc char[64];
        value = 0;
        if (text.Length > chars.Length) return false;
        chars = chars[..Encoding.UTF8.GetChars(text, chars)];
        if (Type == ColumnType.Date) return CalendarText.TryParseDate(chars, out value);
        if (Type == ColumnType.Timestamp) return CalendarText.TryParseTimestamp(chars, out value);
        value = chars is "1" || chars.Equals("true", StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        return value == 1 || chars is "0" || chars.Equals("false", StringComparison.OrdinalIgnoreCase);
    }

    private bool InRange(long value) => Type != ColumnType.Boolean || value is 0 or 1;

    private static bool TryDouble(IArrowArray column, ColumnType from, int row, out double value)
    {
        value = from switch
        {
            ColumnType.Decimal => DecimalText.ToDouble(Columns.Decimals(column)[row]),
            ColumnType.String => 0,
            _ => At(column, row),
        };
        return from != ColumnType.String || double.TryParse(Columns.Bytes(column, row), FractionStyle, CultureInfo.InvariantCulture, out value);
    }

    private static bool TryDecimal(IArrowArray column, ColumnType from, int row, out Int128 value)
    {
        switch (from)
        {
            case ColumnType.Float64:
                return DecimalText.TryFromDouble(((DoubleArray)column).Values[row], out value);
            case ColumnType.String:
                var text = Columns.Bytes(column, row);
                Span<char> chars = stackalloc char[128];
                value = 0;
                return text.Length <= chars.Length && DecimalText.TryParse(chars[..Encoding.UTF8.GetChars(text, chars)], out value);
            default:
                value = At(column, row) * DecimalText.One;
                return true;
        }
    }

    private static ReadOnlySpan<byte> Text(IArrowArray column, ColumnType from, int row) => from switch
    {
        ColumnType.Float64 => Encoding.UTF8.GetBytes(((DoubleArray)column).Values[row].ToString("R", CultureInfo.InvariantCulture)),
        ColumnType.Decimal => Encoding.UTF8.GetBytes(DecimalText.Format(Columns.Decimals(column)[row])),
        ColumnType.String or ColumnType.Binary => Columns.Bytes(column, row),
        _ => Encoding.UTF8.GetBytes(DataValue.OfInteger(from, At(column, row)).Text),
    };

    private static long At(IArrowArray column, int row) => column switch
    {
        Int64Array values => values.Values[row],
        TimestampArray values => values.Values[row],
        Date32Array values => values.Values[row],
        _ => ((BooleanArray)column).GetValue(row) == true ? 1 : 0,
    };
}
