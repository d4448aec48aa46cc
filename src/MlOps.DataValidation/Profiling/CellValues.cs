using System.Globalization;
using Apache.Arrow;

namespace MlOps.DataValidation;

/// <summary>Single cells of Arrow arrays.</summary>
internal static class CellValues
{
    /// <summary>Gives a number; null when the array holds none.</summary>
    public static double? Number(IArrowArray array, int row) => array switch
    {
        DoubleArray values => values.Values[row],
        FloatArray values => values.Values[row],
        Int64Array values => values.Values[row],
        Int32Array values => values.Values[row],
        Int16Array values => values.Values[row],
        Int8Array values => values.Values[row],
        UInt8Array values => values.Values[row],
        UInt16Array values => values.Values[row],
        UInt32Array values => values.Values[row],
        UInt64Array values => values.Values[row],
        BooleanArray values => values.GetValue(row) == true ? 1 : 0,
        Decimal128Array values => (double)values.GetSqlDecimal(row)!.Value.ToDouble(),
        _ => null,
    };

    /// <summary>Gives the invariant text of a value; null for a missing one.</summary>
    public static string? Text(IArrowArray array, int row)
    {
        if (array.IsNull(row)) return null;
        return array switch
        {
            StringArray values => values.GetString(row),
            LargeStringArray values => values.GetString(row),
            BooleanArray values => values.GetValue(row) == true ? "true" : "false",
            Int64Array values => values.Values[row].ToString(CultureInfo.InvariantCulture),
            Date32Array values => values.GetDateOnly(row)!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            TimestampArray values => values.GetTimestamp(row)!.Value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture),
            DictionaryArray values => Text(values.Dictionary, (int)(Number(values.Indices, row) ?? 0)),
            _ => Number(array, row)?.ToString("R", CultureInfo.InvariantCulture) ?? $"{array.Data.DataType.Name}",
        };
    }
}
