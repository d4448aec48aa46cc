using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Training;

/// <summary>Sample rows as a request would carry them, and back.</summary>
internal static class SampleTensors
{
    private const string DateFormat = "yyyy-MM-dd";
    private const string TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>Reads the first rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="columns">The columns to take.</param>
    /// <param name="count">How many rows.</param>
    /// <returns>One tensor a column, as it is read back from a bundle: infinities have become missing.</returns>
    public static async Task<IReadOnlyList<Tensor>> ReadAsync(IAsyncEnumerable<RecordBatch> rows, DatasetSchema columns, int count)
    {
        var values = columns.Select(_ => new List<object?>()).ToArray();
        var taken = 0;
        await foreach (var batch in rows.ConfigureAwait(false))
        {
            var take = Math.Min(count - taken, batch.Length);
            for (var c = 0; c < columns.Count; c++)
            {
                var array = batch.Column(columns[c].Name);
                for (var i = 0; i < take; i++) values[c].Add(Read(array, i));
            }

            taken += take;
            if (taken == count) break;
        }

        var tensors = columns.Select((column, c) => ToTensor(column, values[c])).ToList();
        return BundleSamples.Read(new BundleSamples(tensors, []).ToBytes()).Inputs;
    }

    /// <summary>Makes a batch of tensors.</summary>
    /// <param name="schema">The columns.</param>
    /// <param name="tensors">The tensors, one a column and in that order.</param>
    public static RecordBatch ToBatch(DatasetSchema schema, IReadOnlyList<Tensor> tensors) =>
        new(schema.ToArrow(), schema.Select((column, i) => ToArray(column.Type, tensors[i])), tensors[0].Rows);

    private static object? Read(IArrowArray array, int i) => array.IsNull(i) ? null : array switch
    {
        BooleanArray a => a.GetValue(i),
        Int64Array a => a.Values[i],
        DoubleArray a => a.Values[i],
        Decimal128Array a => Decimals.Read(a, i),
        StringArray a => a.GetString(i),
        Date32Array a => DateTime.UnixEpoch.AddDays(a.Values[i]).ToString(DateFormat, CultureInfo.InvariantCulture),
        TimestampArray a => DateTime.UnixEpoch.AddTicks(a.Values[i] * TimeSpan.TicksPerMicrosecond).ToString(TimestampFormat, CultureInfo.InvariantCulture),
        BinaryArray a => Convert.ToBase64String(a.GetBytes(i)),
        _ => throw new DataException($"A dataset does not hold {array.Data.DataType.Name}."),
    };

    private static Tensor ToTensor(Column column, List<object?> values)
    {
        var missing = values.Exists(v => v is null) ? values.Select(v => v is null).ToArray() : null;
        return ModelSignature.TypeOf(column.Type) switch
        {
            TensorType.Bool => Tensor.Of(column.Name, values.Select(v => v is true).ToArray(), missing),
            TensorType.Int64 => Tensor.Of(column.Name, values.Select(v => v as long? ?? 0).ToArray(), missing),
            TensorType.Float64 => Tensor.Of(column.Name, values.Select(v => v as double? ?? double.NaN).ToArray()),
            _ => Tensor.Of(column.Name, values.Select(v => v as string).ToArray()),
        };
    }

    private static IArrowArray ToArray(ColumnType type, Tensor tensor)
    {
        T Append<T>(T builder, Action<T, object> append, Action<T> appendNull)
        {
            for (var i = 0; i < tensor.Rows; i++)
            {
                if (tensor.GetValue(i) is { } value) append(builder, value);
                else appendNull(builder);
            }

            return builder;
        }

        return type switch
        {
            ColumnType.Boolean => Append(new BooleanArray.Builder(), (b, v) => b.Append((bool)v), b => b.AppendNull()).Build(ArrowMemory.Managed),
            ColumnType.Int64 => Append(new Int64Array.Builder(), (b, v) => b.Append((long)v), b => b.AppendNull()).Build(ArrowMemory.Managed),
            ColumnType.Float64 => Append(new DoubleArray.Builder(), (b, v) => b.Append((double)v), b => b.AppendNull()).Build(ArrowMemory.Managed),
            ColumnType.Decimal => Append(new Decimal128Array.Builder((Decimal128Type)DatasetSchema.ToArrow(type)), (b, v) => b.Append(Decimals.FromDouble((double)v)), b => b.AppendNull()).Build(ArrowMemory.Managed),
            ColumnType.String => Append(new StringArray.Builder(), (b, v) => b.Append((string)v), b => b.AppendNull()).Build(ArrowMemory.Managed),
            ColumnType.Date => Append(new Date32Array.Builder(), (b, v) => b.Append(Parse(v, DateFormat).DateTime), b => b.AppendNull()).Build(ArrowMemory.Managed),
            ColumnType.Timestamp => Append(new TimestampArray.Builder((TimestampType)DatasetSchema.ToArrow(type)), (b, v) => b.Append(Parse(v, TimestampFormat)), b => b.AppendNull()).Build(ArrowMemory.Managed),
            _ => Append(new BinaryArray.Builder(), (b, v) => b.Append(Convert.FromBase64String((string)v).AsSpan()), b => b.AppendNull()).Build(ArrowMemory.Managed),
        };
    }

    private static DateTimeOffset Parse(object text, string format) => DateTimeOffset.ParseExact((string)text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
