using System.Globalization;

namespace MlOps.Core;

/// <summary>Makes the input of a model of features that were read.</summary>
public static class FeatureTensors
{
    /// <summary>Gives one tensor for each feature, named as it, with one row for each entity: what a model takes that was trained on the same feature service.</summary>
    /// <param name="vectors">The features.</param>
    /// <returns>The tensors. A value that is not present is missing; decimals become fractions, days and moments text in ISO 8601.</returns>
    /// <exception cref="DataException">A feature is made of bytes, which no model takes.</exception>
    public static Tensor[] ToTensors(this FeatureVectors vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        var tensors = new Tensor[vectors.Columns.Count];
        for (var i = 0; i < tensors.Length; i++) tensors[i] = ToTensor(vectors, i);
        return tensors;
    }

    /// <summary>Gives the tensor of one feature, as <see cref="ToTensors"/> does.</summary>
    /// <param name="vectors">The features.</param>
    /// <param name="feature">The feature, from 0.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="DataException">The feature is made of bytes, which no model takes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such feature.</exception>
    public static Tensor ToTensor(this FeatureVectors vectors, int feature)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentOutOfRangeException.ThrowIfNegative(feature);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(feature, vectors.Columns.Count);
        var column = vectors.Columns[feature];
        switch (column.Type)
        {
            case ColumnType.Boolean:
                return Tensor.Of(column.Name, Each(vectors, feature, static v => !v.IsMissing && v.Bits != 0), Missing(vectors, feature));
            case ColumnType.Int64:
                return Tensor.Of(column.Name, Each(vectors, feature, static v => v.Bits), Missing(vectors, feature));
            case ColumnType.Float64:
                return Tensor.Of(column.Name, Each(vectors, feature, static v => v.ToDouble()));
            case ColumnType.Decimal:
                return Tensor.Of(column.Name, Each(vectors, feature, static v => v.IsMissing ? double.NaN : (double)(decimal)v.Object!));
            case ColumnType.Binary:
                throw new DataException($"Feature '{column.Name}' is made of bytes, and no model takes bytes. Compute a feature of another type from it.") { Column = column.Name };
            default:
                return Tensor.Of(column.Name, Each(vectors, feature, static v => v.ToObject() switch
                {
                    null => null,
                    DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                    DateTimeOffset moment => moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
                    var text => (string)text,
                }));
        }
    }

    private static T[] Each<T>(FeatureVectors vectors, int feature, Func<FeatureValue, T> value)
    {
        var values = new T[vectors.Count];
        for (var e = 0; e < values.Length; e++) values[e] = value(vectors[e, feature]);
        return values;
    }

    private static bool[]? Missing(FeatureVectors vectors, int feature)
    {
        bool[]? missing = null;
        for (var e = 0; e < vectors.Count; e++)
        {
            if (vectors.StatusOf(e, feature) is not FeatureStatus.Present) (missing ??= new bool[vectors.Count])[e] = true;
        }

        return missing;
    }
}
