using Apache.Arrow;
using Apache.Arrow.Types;

namespace MlOps.DataValidation.Tests;

/// <summary>Batches for tests, built from lists of values; null is missing.</summary>
internal static class Batches
{
    public static RecordBatch Of(params (string Name, IArrowArray Values)[] columns) =>
        new(new Schema(columns.Select(c => new Field(c.Name, c.Values.Data.DataType, true)), null), columns.Select(c => c.Values), columns[0].Values.Length);

    public static DoubleArray Reals(params double?[] values) => values.Aggregate(new DoubleArray.Builder(), (b, v) => v is { } x ? b.Append(x) : b.AppendNull()).Build();

    public static Int64Array Integers(params long?[] values) => values.Aggregate(new Int64Array.Builder(), (b, v) => v is { } x ? b.Append(x) : b.AppendNull()).Build();

    public static StringArray Texts(params string?[] values) => values.Aggregate(new StringArray.Builder(), (b, v) => v is null ? b.AppendNull() : b.Append(v)).Build();

    public static BooleanArray Booleans(params bool?[] values) => values.Aggregate(new BooleanArray.Builder(), (b, v) => v is { } x ? b.Append(x) : b.AppendNull()).Build();

    public static TimestampArray Times(params DateTimeOffset?[] values) =>
        values.Aggregate(new TimestampArray.Builder(new TimestampType(TimeUnit.Microsecond, "UTC")), (b, v) => v is { } x ? b.Append(x) : b.AppendNull()).Build();

    public static Date32Array Days(params DateTime?[] values) => values.Aggregate(new Date32Array.Builder(), (b, v) => v is { } x ? b.Append(x) : b.AppendNull()).Build();

    public static ListArray Lists(params string?[]?[] values)
    {
        var builder = new ListArray.Builder(StringType.Default);
        var items = (StringArray.Builder)builder.ValueBuilder;
        foreach (var list in values)
        {
            if (list is null)
            {
                builder.AppendNull();
                continue;
            }

            builder.Append();
            foreach (var item in list) items.Append(item);
        }

        return builder.Build();
    }

    public static async IAsyncEnumerable<T> Stream<T>(params T[] items)
    {
        await Task.CompletedTask;
        foreach (var item in items) yield return item;
    }

    public static RecordBatch Slice(RecordBatch batch, int offset, int length) => new(batch.Schema, batch.Arrays.Select(a => ArrowArrayFactory.Slice(a, offset, length)), length);
}
