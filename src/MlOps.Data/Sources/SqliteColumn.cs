using System.Data.Common;
using System.Globalization;
using System.Numerics;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>A column of SQLite, where each value has a type of its own. The declared type of the column decides, else the values of the first batch.</summary>
internal sealed class SqliteColumn : QueryColumn
{
    private readonly List<object?> _seen = [];

    public SqliteColumn(DbDataReader reader, string name, int index)
        : base(name, index)
    {
        if (IsDeclared(reader, index) && Declared(reader.GetDataTypeName(index)) is { } type) Buffer = ColumnBuffer.Create(type);
    }

    public override void Read(DbDataReader reader)
    {
        if (!IsSettled) _seen.Add(reader.IsDBNull(Index) ? null : reader.GetValue(Index));
        else if (reader.IsDBNull(Index)) Buffer.AddNull();
        else if (reader.GetFieldType(Index) is var type && type == typeof(long)) Add(reader.GetInt64(Index));
        else if (type == typeof(double)) Add(reader.GetDouble(Index));
        else if (type == typeof(string)) Add(reader.GetString(Index));
        else Add(reader.GetFieldValue<byte[]>(Index));
    }

    public override void Settle()
    {
        if (IsSettled) return;
        Buffer = ColumnBuffer.Create(Common());
        for (var i = 0; i < _seen.Count; i++)
        {
            try
            {
                AddAny(_seen[i]);
            }
            catch (DataException e)
            {
                throw BatchBuilder.Error("query", i + 1, Name, e.Message, e);
            }
        }

        _seen.Clear();
    }

    private static bool IsDeclared(DbDataReader reader, int index) => reader.GetColumnSchema()[index].IsExpression != true;

    private static ColumnType? Declared(string type)
    {
        return type.ToUpperInvariant() switch
        {
            var t when Has(t, "BOOL") => ColumnType.Boolean,
            var t when Has(t, "INT") => ColumnType.Int64,
            var t when Has(t, "DATETIME", "TIMESTAMP") => ColumnType.Timestamp,
            var t when Has(t, "DATE") => ColumnType.Date,
            var t when Has(t, "CHAR", "CLOB", "TEXT") => ColumnType.String,
            var t when Has(t, "REAL", "FLOA", "DOUB") => ColumnType.Float64,
            var t when Has(t, "DECIMAL", "NUMERIC") => ColumnType.Decimal,
            _ => null, // also BLOB, which the provider says of columns without a type
        };

        static bool Has(string type, params ReadOnlySpan<string> parts)
        {
            foreach (var part in parts)
            {
                if (type.Contains(part, StringComparison.Ordinal)) return true;
            }

            return false;
        }
    }

    private ColumnType Common()
    {
        if (_seen.Exists(v => v is string)) return ColumnType.String;
        if (_seen.Exists(v => v is byte[])) return ColumnType.Binary;
        if (_seen.Exists(v => v is double)) return ColumnType.Float64;
        return _seen.Exists(v => v is long) ? ColumnType.Int64 : ColumnType.String;
    }

    private void AddAny(object? value)
    {
        switch (value)
        {
            case null:
                Buffer.AddNull();
                break;
            case long number:
                Add(number);
                break;
            case double number:
                Add(number);
                break;
            case string text:
                Add(text);
                break;
            default:
                Add((byte[])value);
                break;
        }
    }

    private void Add(long value)
    {
        switch (Buffer)
        {
            case IntegerBuffer integers when Buffer.Type == ColumnType.Int64 || (Buffer.Type == ColumnType.Boolean && value is 0 or 1):
                integers.Add(value);
                break;
            case DoubleBuffer doubles when (BigInteger)(double)value == value:
                doubles.Add(value);
                break;
            case DecimalBuffer decimals:
                decimals.Add(value * DecimalText.One);
                break;
            default:
                throw DoesNotFit("an integer");
        }
    }

    private void Add(double value)
    {
        switch (Buffer)
        {
            case DoubleBuffer doubles:
                doubles.Add(value);
                break;
            case DecimalBuffer decimals when DecimalText.TryParse(value.ToString("R", CultureInfo.InvariantCulture), out var exact):
                decimals.Add(exact);
                break;
            default:
                throw DoesNotFit("a binary fraction");
        }
    }

    private void Add(string value)
    {
        switch (Buffer)
        {
            case BytesBuffer texts when Buffer.Type == ColumnType.String:
                texts.Add(value);
                break;
            case DecimalBuffer decimals when DecimalText.TryParse(value, out var exact):
                decimals.Add(exact);
                break;
            case IntegerBuffer days when Buffer.Type == ColumnType.Date && CalendarText.TryParseDate(value, out var day):
                days.Add(day);
                break;
            case IntegerBuffer times when Buffer.Type == ColumnType.Timestamp && CalendarText.TryParseTimestamp(value, out var time):
                times.Add(time);
                break;
            default:
                throw DoesNotFit("a text");
        }
    }

    private void Add(byte[] value)
    {
        if (Buffer is not BytesBuffer bytes || Buffer.Type != ColumnType.Binary) throw DoesNotFit("a blob");
        bytes.Add(value);
    }

    private DataException DoesNotFit(string what) =>
        new($"The row holds {what} that cannot stand in a column of type {Buffer.Type}. Repair the row, or cast the column in the query.");
}
