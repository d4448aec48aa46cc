using System.Globalization;
using System.Text;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Reads the values of an Arrow column, whatever type it was sent as.</summary>
internal static class ColumnReader
{
    /// <summary>Finds a column by its exact name; null when there is none.</summary>
    public static IArrowArray? Find(RecordBatch batch, string name)
    {
        for (var i = 0; i < batch.ColumnCount; i++)
        {
            if (batch.Schema.GetFieldByIndex(i).Name == name) return batch.Column(i);
        }

        return null;
    }

    /// <summary>Gives a value as a number; NaN when it is missing or no number.</summary>
    public static double Number(IArrowArray column, int row) => column switch
    {
        DoubleArray d => d.GetValue(row) ?? double.NaN,
        Int64Array n => n.GetValue(row) ?? double.NaN,
        BooleanArray b => b.GetValue(row) switch { true => 1, false => 0, null => double.NaN },
        Decimal128Array m => m.GetSqlDecimal(row)?.ToDouble() ?? double.NaN,
        StringArray s => double.TryParse(s.GetString(row), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN,
        _ => double.NaN,
    };

    /// <summary>Adds values of a column to counts of categories.</summary>
    /// <param name="column">The column.</param>
    /// <param name="count">How many rows there are.</param>
    /// <param name="type">The type of the column in training.</param>
    /// <param name="counter">Where to count.</param>
    public static void Count(IArrowArray column, int count, ColumnType type, CategoryCounter counter)
    {
        Span<char> buffer = stackalloc char[256];
        for (var row = 0; row < count; row++)
        {
            // Most text is counted without making a string of it.
            if (type == ColumnType.String && column is StringArray texts && texts.GetBytes(row, out var isNull) is var utf8 && !isNull && utf8.Length <= buffer.Length)
                counter.Add(buffer[..Encoding.UTF8.GetChars(utf8, buffer)]);
            else if (Text(column, type, row) is { } text) counter.Add(text);
            else counter.AddMissing();
        }
    }

    /// <summary>Gives a value as the text by which categories are told apart; null when it is missing.</summary>
    public static string? Text(IArrowArray column, ColumnType type, int row) => column switch
    {
        BooleanArray b => b.GetValue(row) switch { true => "true", false => "false", null => null },
        Int64Array n when type == ColumnType.Boolean => n.GetValue(row) switch { null => null, 0 => "false", 1 => "true", var other => other.Value.ToString(CultureInfo.InvariantCulture) },
        Int64Array n => n.GetValue(row)?.ToString(CultureInfo.InvariantCulture),
        DoubleArray d => d.GetValue(row)?.ToString("R", CultureInfo.InvariantCulture),
        StringArray s => s.GetString(row) switch
        {
            "1" when type == ColumnType.Boolean => "true", // truth values that came as several types
            "0" when type == ColumnType.Boolean => "false",
            var text => text,
        },
        _ => null,
    };
}
