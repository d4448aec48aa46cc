using System.Globalization;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Rows of data as a request for predictions carries them.</summary>
internal static class InputTensors
{
    /// <summary>Makes a tensor of each input column that the rows have.</summary>
    public static IReadOnlyList<Tensor> Of(RecordBatch rows, DatasetSchema inputs)
    {
        var tensors = new List<Tensor>(inputs.Count);
        foreach (var column in inputs)
        {
            if (ColumnReader.Find(rows, column.Name) is { } values) tensors.Add(Of(column.Name, ModelSignature.TypeOf(column.Type), values, rows.Length));
        }

        return tensors;
    }

    private static Tensor Of(string name, TensorType type, IArrowArray values, int count)
    {
        var missing = new bool[count];
        for (var i = 0; i < count; i++) missing[i] = values.IsNull(i);
        switch (type)
        {
            case TensorType.Bool:
                var booleans = new bool[count];
                for (var i = 0; i < count; i++) booleans[i] = ColumnReader.Number(values, i) > 0;
                return Tensor.Of(name, booleans, missing);
            case TensorType.Int64:
                var integers = new long[count];
                for (var i = 0; i < count; i++) integers[i] = values is Int64Array whole ? whole.GetValue(i) ?? 0 : missing[i] ? 0 : (long)ColumnReader.Number(values, i);
                return Tensor.Of(name, integers, missing);
            case TensorType.Float64:
                var fractions = new double[count];
                for (var i = 0; i < count; i++) fractions[i] = ColumnReader.Number(values, i);
                return Tensor.Of(name, fractions);
            default:
                var texts = new string?[count];
                for (var i = 0; i < count; i++) texts[i] = Text(values, i);
                return Tensor.Of(name, texts);
        }
    }

    private static string? Text(IArrowArray values, int row) => values switch
    {
        _ when values.IsNull(row) => null,
        Date32Array days => DateTime.UnixEpoch.AddDays(days.Values[row]).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimestampArray times => DateTime.UnixEpoch.AddTicks(times.Values[row] * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        BinaryArray bytes and not StringArray => Convert.ToBase64String(bytes.GetBytes(row)),
        _ => ColumnReader.AnyText(values, row),
    };
}
