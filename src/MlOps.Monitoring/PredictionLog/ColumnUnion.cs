using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Monitoring;

/// <summary>Brings rows of several schemas under one: columns by name, what a file lacks is missing, types that differ are widened.</summary>
internal static class ColumnUnion
{
    /// <summary>Unites the columns: inputs first, then outputs, each in the order in which they first appear, then those of the log itself.</summary>
    public static DatasetSchema Unite(IEnumerable<DatasetSchema> schemas)
    {
        var types = new Dictionary<string, ColumnType>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach (var column in schemas.SelectMany(s => s))
        {
            if (types.TryGetValue(column.Name, out var known)) types[column.Name] = Widen(known, column.Type);
            else
            {
                types[column.Name] = column.Type;
                order.Add(column.Name);
            }
        }

        return new DatasetSchema(order
            .Where(n => !PredictionColumns.IsOwn(n))
            .OrderBy(n => n.StartsWith(PredictionColumns.OutputPrefix, StringComparison.Ordinal))
            .Select(n => new Column(n, types[n]))
            .Concat(PredictionColumns.Own)
            .Append(new(PredictionColumns.Truth, ColumnType.Float64))
            .Append(new(PredictionColumns.TruthTime, ColumnType.Timestamp)));
    }

    /// <summary>Takes some rows of a column as another type.</summary>
    /// <param name="column">The column; null when the file has none of this name.</param>
    /// <param name="rows">The rows to take, or null for all.</param>
    /// <param name="count">How many rows that is.</param>
    /// <param name="type">The type that comes out.</param>
    public static IArrowArray Take(IArrowArray? column, IReadOnlyList<int>? rows, int count, ColumnType type)
    {
        if (column is not null && rows is null && column.Data.DataType.TypeId == DatasetSchema.ToArrow(type).TypeId) return column;
        int At(int i) => rows is null ? i : rows[i];
        switch (type)
        {
            case ColumnType.Boolean:
                var booleans = new BooleanArray.Builder();
                for (var i = 0; i < count; i++)
                {
                    if (column is BooleanArray b && b.GetValue(At(i)) is { } value) booleans.Append(value);
                    else booleans.AppendNull();
                }

                return booleans.Build(ArrowMemory.Managed);
            case ColumnType.Int64:
                var integers = new Int64Array.Builder();
                for (var i = 0; i < count; i++) integers.Append(column is Int64Array n ? n.GetValue(At(i)) : null);
                return integers.Build(ArrowMemory.Managed);
            case ColumnType.Float64:
                var fractions = new DoubleArray.Builder();
                for (var i = 0; i < count; i++) fractions.Append(column switch { DoubleArray d => d.GetValue(At(i)), Int64Array n => n.GetValue(At(i)), _ => null });
                return fractions.Build(ArrowMemory.Managed);
            case ColumnType.Timestamp:
                var times = new TimestampArray.Builder((TimestampType)DatasetSchema.ToArrow(ColumnType.Timestamp));
                for (var i = 0; i < count; i++)
                {
                    if (column is TimestampArray t && t.GetTimestamp(At(i)) is { } value) times.Append(value);
                    else times.AppendNull();
                }

                return times.Build(ArrowMemory.Managed);
            default:
                var texts = new StringArray.Builder();
                for (var i = 0; i < count; i++)
                {
                    texts.Append(column switch
                    {
                        StringArray s => s.GetString(At(i)),
                        BooleanArray b => b.GetValue(At(i)) switch { true => "true", false => "false", null => null },
                        Int64Array n => n.GetValue(At(i))?.ToString(CultureInfo.InvariantCulture),
                        DoubleArray d => d.GetValue(At(i))?.ToString("R", CultureInfo.InvariantCulture),
                        _ => null,
                    });
                }

                return texts.Build(ArrowMemory.Managed);
        }
    }

    private static ColumnType Widen(ColumnType one, ColumnType other)
    {
        if (one == other) return one;
        return one is ColumnType.Int64 or ColumnType.Float64 && other is ColumnType.Int64 or ColumnType.Float64 ? ColumnType.Float64 : ColumnType.String;
    }
}
