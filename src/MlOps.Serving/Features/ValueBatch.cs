using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Serving;

/// <summary>Makes record batches of columns of values.</summary>
internal static class ValueBatch
{
    public static RecordBatch Of(IReadOnlyList<PushedColumn> columns, Dictionary<string, IReadOnlyList<FeatureValue>> values, int rows)
    {
        var schema = new DatasetSchema(columns.Select(c => new Column(c.Name, c.Type ?? TypeOf(values[c.Name]))));
        return new(schema.ToArrow(), schema.Select(c => Array(c.Type, values[c.Name])), rows);
    }

    private static ColumnType TypeOf(IReadOnlyList<FeatureValue> values) => values.FirstOrDefault(v => !v.IsMissing) is { IsMissing: false } value ? value.Type : ColumnType.String;

    private static IArrowArray Array(ColumnType type, IReadOnlyList<FeatureValue> values)
    {
        switch (type)
        {
            case ColumnType.Boolean:
                var flags = new BooleanArray.Builder();
                foreach (var value in values) _ = value.IsMissing ? flags.AppendNull() : flags.Append(value.Bits != 0);
                return flags.Build(ArrowMemory.Managed);
            case ColumnType.Int64:
                var integers = new Int64Array.Builder();
                foreach (var value in values) integers.Append(value.IsMissing ? null : value.Bits);
                return integers.Build(ArrowMemory.Managed);
            case ColumnType.Float64:
                var numbers = new DoubleArray.Builder();
                foreach (var value in values) numbers.Append(value.IsMissing ? null : value.ToDouble());
                return numbers.Build(ArrowMemory.Managed);
            case ColumnType.Decimal:
                var decimals = new Decimal128Array.Builder(new(38, 18));
                foreach (var value in values) _ = value.IsMissing ? decimals.AppendNull() : decimals.Append((decimal)value.Object!);
                return decimals.Build(ArrowMemory.Managed);
            case ColumnType.Date:
                var days = new Date32Array.Builder();
                foreach (var value in values) _ = value.IsMissing ? days.AppendNull() : days.Append((DateOnly)value.ToObject()!);
                return days.Build(ArrowMemory.Managed);
            case ColumnType.Timestamp:
                var times = new TimestampArray.Builder((Apache.Arrow.Types.TimestampType)DatasetSchema.ToArrow(ColumnType.Timestamp));
                foreach (var value in values) _ = value.IsMissing ? times.AppendNull() : times.Append(value.ToTimestamp());
                return times.Build(ArrowMemory.Managed);
            case ColumnType.Binary:
                var bytes = new BinaryArray.Builder();
                foreach (var value in values) _ = value.IsMissing ? bytes.AppendNull() : bytes.Append(((byte[])value.Object!).AsSpan());
                return bytes.Build(ArrowMemory.Managed);
            default:
                var texts = new StringArray.Builder();
                foreach (var value in values) texts.Append((string?)value.Object);
                return texts.Build(ArrowMemory.Managed);
        }
    }
}
