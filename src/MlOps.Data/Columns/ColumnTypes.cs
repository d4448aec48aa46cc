using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

internal static class ColumnTypes
{
    /// <summary>Gets the type of a column of a dataset.</summary>
    public static ColumnType TypeOf(IArrowArray column) => column switch
    {
        BooleanArray => ColumnType.Boolean,
        Int64Array => ColumnType.Int64,
        DoubleArray => ColumnType.Float64,
        Decimal128Array => ColumnType.Decimal,
        StringArray => ColumnType.String,
        Date32Array => ColumnType.Date,
        TimestampArray => ColumnType.Timestamp,
        BinaryArray => ColumnType.Binary,
        _ => throw new DataException($"A column has the Arrow type {column.Data.DataType.Name}, which a dataset does not hold. Read it through the dataset store."),
    };

    /// <summary>Says whether the type is one of the three that count.</summary>
    public static bool IsNumber(this ColumnType type) => type is ColumnType.Int64 or ColumnType.Float64 or ColumnType.Decimal;

    /// <summary>Says whether values have an order and differences, so that they have a mean and quantiles.</summary>
    public static bool IsMeasured(this ColumnType type) => type.IsNumber() || type is ColumnType.Date or ColumnType.Timestamp;

    /// <summary>Says whether <see cref="Columns.Integers"/> reads the type.</summary>
    public static bool IsInteger(this ColumnType type) => type is ColumnType.Boolean or ColumnType.Int64 or ColumnType.Date or ColumnType.Timestamp;
}
