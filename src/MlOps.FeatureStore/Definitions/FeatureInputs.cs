using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>What the function of a computed feature reads: the inputs of one row, by the name of the feature or of the column of the request.</summary>
public readonly ref struct FeatureInputs
{
    private readonly IReadOnlyDictionary<string, int> _places;
    private readonly ReadOnlySpan<FeatureValue> _values;

    /// <summary>Takes the inputs of a row.</summary>
    /// <param name="places">The place of each name: feature or view:feature of an input, and columns of the request.</param>
    /// <param name="values">The values.</param>
    public FeatureInputs(IReadOnlyDictionary<string, int> places, ReadOnlySpan<FeatureValue> values)
    {
        ArgumentNullException.ThrowIfNull(places);
        _places = places;
        _values = values;
    }

    /// <summary>Gets an input.</summary>
    /// <param name="name">The feature, as feature or, where two views have one of that name, as view:feature; or the column of the request.</param>
    /// <exception cref="DataException">There is no such input.</exception>
    public FeatureValue this[string name] => _places.TryGetValue(name, out var place)
        ? _values[place]
        : throw new DataException($"There is no input '{name}'. There is: {string.Join(", ", _places.Keys)}. Name it among the inputs or the columns of the request.") { Column = name };
}
