using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Core;
using MlOps.Testing;
using Column = MlOps.Core.Column;

namespace MlOps.Training.Tests;

/// <summary>Makes datasets out of plain .NET values; null is missing.</summary>
internal static class Rows
{
    public static async Task<Dataset> WriteAsync(this InMemoryDatasetStore store, string name, params (string Name, ColumnType Type, object?[] Values)[] columns) =>
        await store.WriteAsync(name, new("rows", name), new[] { Batch(columns) }.ToAsyncEnumerable(), cancellationToken: TestContext.Current.CancellationToken);

    public static RecordBatch Batch(params (string Name, ColumnType Type, object?[] Values)[] columns) => new(
        new DatasetSchema(columns.Select(c => new Column(c.Name, c.Type))).ToArrow(),
        columns.Select(c => Array(c.Type, c.Values)),
        columns[0].Values.Length);

    public static object?[] Boxed<T>(this IEnumerable<T> values) => [.. values.Select(v => (object?)v)];

    private static IArrowArray Array(ColumnType type, object?[] values)
    {
        TBuilder Fill<TBuilder>(TBuilder builder, Action<TBuilder, object> append, Action<TBuilder> appendNull)
        {
            foreach (var value in values)
            {
                if (value is null) appendNull(builder);
                else append(builder, value);
            }

            return builder;
        }

        return type switch
        {
            ColumnType.Boolean => Fill(new BooleanArray.Builder(), (b, v) => b.Append((bool)v), b => b.AppendNull()).Build(),
            ColumnType.Int64 => Fill(new Int64Array.Builder(), (b, v) => b.Append(Convert.ToInt64(v, null)), b => b.AppendNull()).Build(),
            ColumnType.Float64 => Fill(new DoubleArray.Builder(), (b, v) => b.Append(Convert.ToDouble(v, null)), b => b.AppendNull()).Build(),
            ColumnType.Decimal => Fill(new Decimal128Array.Builder(new Decimal128Type(38, 18)), (b, v) => b.Append((decimal)v), b => b.AppendNull()).Build(),
            ColumnType.String => Fill(new StringArray.Builder(), (b, v) => b.Append((string)v), b => b.AppendNull()).Build(),
            ColumnType.Date => Fill(new Date32Array.Builder(), (b, v) => b.Append((DateTime)v), b => b.AppendNull()).Build(),
            ColumnType.Timestamp => Fill(new TimestampArray.Builder((TimestampType)DatasetSchema.ToArrow(type)), (b, v) => b.Append(new DateTimeOffset((DateTime)v, TimeSpan.Zero)), b => b.AppendNull()).Build(),
            _ => Fill(new BinaryArray.Builder(), (b, v) => b.Append(((byte[])v).AsSpan()), b => b.AppendNull()).Build(),
        };
    }
}
