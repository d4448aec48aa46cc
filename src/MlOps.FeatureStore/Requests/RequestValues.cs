using System.Globalization;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Takes values out of the tensors of requests and puts features into such.</summary>
internal static class RequestValues
{
    /// <summary>Takes the values of a column.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="column">The column that is wanted.</param>
    /// <returns>A value for each row.</returns>
    /// <exception cref="ModelInputException">The tensor has another width or type, or a value does not fit.</exception>
    public static IReadOnlyList<FeatureValue> Read(Tensor tensor, Column column)
    {
        if (tensor.Width != 1) throw new ModelInputException($"Input '{tensor.Name}' has {tensor.Width} elements a row; features are found by one. Use the shape [rows, 1].", tensor.Name);
        var values = new FeatureValue[tensor.Rows];
        for (var i = 0; i < values.Length; i++) values[i] = tensor.IsMissing(i) ? default : Read(tensor, i, column);
        return values;
    }

    /// <summary>Puts a feature into a tensor of the form that a column of its type has in a request.</summary>
    /// <param name="name">What the input is called.</param>
    /// <param name="vectors">The features.</param>
    /// <param name="feature">Which of them.</param>
    /// <returns>The tensor, of width 1, missing where there is no value.</returns>
    public static Tensor Write(string name, FeatureVectors vectors, int feature)
    {
        var values = Enumerable.Range(0, vectors.Count).Select(entity => vectors[entity, feature]).ToArray();
        switch (ModelSignature.TypeOf(vectors.Columns[feature].Type))
        {
            case TensorType.Bool: return Tensor.Of(name, Array.ConvertAll(values, v => !v.IsMissing && v.ToBoolean()), Missing(values));
            case TensorType.Int64: return Tensor.Of(name, Array.ConvertAll(values, v => v.IsMissing ? 0 : v.ToInt64()), Missing(values));
            case TensorType.Float64: return Tensor.Of(name, Array.ConvertAll(values, v => v is { IsMissing: false, Type: ColumnType.Decimal } ? (double)(decimal)v.Object! : v.ToDouble()));
            case TensorType.Float32: return Tensor.Of(name, Array.ConvertAll(values, v => (float)v.ToDouble()));
            default: return Tensor.Of(name, Array.ConvertAll(values, TextOf));
        }
    }

    private static FeatureValue Read(Tensor tensor, int row, Column column) => (column.Type, tensor) switch
    {
        (ColumnType.Boolean, Tensor<bool> flags) => flags.Values[row],
        (ColumnType.Int64, Tensor<long> integers) => integers.Values[row],
        (ColumnType.Float64, Tensor<double> numbers) => numbers.Values[row],
        (ColumnType.Float64, Tensor<float> numbers) => (double)numbers.Values[row],
        (ColumnType.Float64, Tensor<long> integers) => (double)integers.Values[row],
        (ColumnType.String, Tensor<string?> texts) => texts.Values[row],
        (ColumnType.Date, Tensor<string?> texts) when IsoTime.TryParseDay(texts.Values[row], out var day) => FeatureValue.FromBits(ColumnType.Date, day),
        (ColumnType.Timestamp, Tensor<string?> texts) when IsoTime.TryParseMoment(texts.Values[row], out var moment) => FeatureValue.FromBits(ColumnType.Timestamp, moment),
        _ => throw new ModelInputException($"Input '{column.Name}', element {row}, is no {column.Type}, by which features are found.", column.Name),
    };

    private static bool[]? Missing(FeatureValue[] values) => Array.Exists(values, v => v.IsMissing) ? Array.ConvertAll(values, v => v.IsMissing) : null;

    private static string? TextOf(FeatureValue value) => value.ToObject() switch
    {
        null => null,
        string text => text,
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTimeOffset moment => moment.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
        byte[] bytes => Convert.ToBase64String(bytes),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture),
    };
}
