using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data.Tests;

/// <summary>Small tables of objects as record batches and back. Decimals travel as their text, days as DateOnly, moments as DateTimeOffset.</summary>
internal static class Table
{
    public static RecordBatch Of(params (string Name, ColumnType Type, object?[] Values)[] columns) => new(
        new DatasetSchema(columns.Select(c => new Core.Column(c.Name, c.Type))).ToArrow(),
        columns.Select(c => ArrayOf(c.Type, c.Values)),
        columns.Length == 0 ? 0 : columns[0].Values.Length);

    public static IArrowArray ArrayOf(ColumnType type, params object?[] values)
    {
        switch (type)
        {
            case ColumnType.Boolean:
                var flags = new BooleanArray.Builder();
                foreach (var v in values) _ = v is null ? flags.AppendNull() : flags.Append((bool)v);
                return flags.Build();
            case ColumnType.Int64:
                var integers = new Int64Array.Builder();
                foreach (var v in values) _ = v is null ? integers.AppendNull() : integers.Append(Convert.ToInt64(v));
                return integers.Build();
            case ColumnType.Float64:
                var doubles = new DoubleArray.Builder();
                foreach (var v in values) _ = v is null ? doubles.AppendNull() : doubles.Append(Convert.ToDouble(v));
                return doubles.Build();
            case ColumnType.Decimal:
                var decimals = new Decimal128Array.Builder(new(38, 18));
                foreach (var v in values) _ = v is null ? decimals.AppendNull() : decimals.Append(Convert.ToDecimal(v));
                return decimals.Build();
            case ColumnType.String:
                var texts = new StringArray.Builder();
                foreach (var v in values) _ = v is null ? texts.AppendNull() : texts.Append((string)v);
                return texts.Build();
            case ColumnType.Date:
                var days = new Date32Array.Builder();
                foreach (var v in values) _ = v is null ? days.AppendNull() : days.Append(((DateOnly)v).ToDateTime(TimeOnly.MinValue));
                return days.Build();
            case ColumnType.Timestamp:
                var moments = new TimestampArray.Builder((Apache.Arrow.Types.TimestampType)DatasetSchema.ToArrow(ColumnType.Timestamp));
                foreach (var v in values) _ = v is null ? moments.AppendNull() : moments.Append((DateTimeOffset)v);
                return moments.Build();
            default:
                var bytes = new BinaryArray.Builder();
                foreach (var v in values) _ = v is null ? bytes.AppendNull() : bytes.Append(((byte[])v).AsSpan());
                return bytes.Build();
        }
    }

    public static object? At(IArrowArray column, int row) => column.IsNull(row) ? null : column switch
    {
        BooleanArray a => a.GetValue(row),
        Int64Array a => a.GetValue(row),
        DoubleArray a => a.GetValue(row),
        Decimal128Array a => a.GetValue(row),
        StringArray a => a.GetString(row),
        Date32Array a => a.GetDateOnly(row),
        TimestampArray a => a.GetTimestamp(row),
        BinaryArray a => a.GetBytes(row).ToArray(),
        _ => throw new InvalidOperationException(column.GetType().Name),
    };

    public static object?[] Column(RecordBatch batch, string name)
    {
        var column = batch.Column(batch.Schema.FieldsList.ToList().FindIndex(f => f.Name == name));
        return [.. Enumerable.Range(0, batch.Length).Select(row => At(column, row))];
    }

    public static IReadOnlyList<string> Names(RecordBatch batch) => [.. batch.Schema.FieldsList.Select(f => f.Name)];

    public static async IAsyncEnumerable<RecordBatch> Stream(params RecordBatch[] batches)
    {
        await Task.CompletedTask;
        foreach (var batch in batches) yield return batch;
    }

    /// <summary>Cuts a batch into slices.</summary>
    public static async IAsyncEnumerable<RecordBatch> Cut(RecordBatch batch, int size)
    {
        await Task.CompletedTask;
        for (var start = 0; start < Math.Max(1, batch.Length); start += size)
        {
            var length = Math.Min(size, batch.Length - start);
            yield return new(batch.Schema, batch.Arrays.Select(a => ArrowArrayFactory.Slice(a, start, length)), length);
        }
    }
}
