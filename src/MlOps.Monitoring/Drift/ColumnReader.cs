using System.Globalization;
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

    /// <summary>Gives a value as text, whatever its type; null when it is missing.</summary>
    public static string? AnyText(IArrowArray column, int row) => Text(column, ColumnType.String, row);

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
