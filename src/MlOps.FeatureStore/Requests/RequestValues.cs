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

    /// <summary>Puts a feature into a tensor of the form that a column of its type has in a request: bytes, which no model looks at, as Base64.</summary>
    /// <param name="vectors">The features.</param>
    /// <param name="feature">Which of them.</param>
    /// <returns>The tensor, of width 1, missing where there is no value.</returns>
    public static Tensor Write(FeatureVectors vectors, int feature) => vectors.Columns[feature] is { Type: ColumnType.Binary } column
        ? Tensor.Of(column.Name, [.. Enumerable.Range(0, vectors.Count).Select(entity => vectors[entity, feature].Object is byte[] bytes ? Convert.ToBase64String(bytes) : null)])
        : vectors.ToTensor(feature);

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
}
