using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Something that features are about: a driver, an airport, a customer in a shop.</summary>
/// <param name="Name">The name.</param>
/// <param name="Keys">The join keys, one or several, with their types: Int64, String, Date, Timestamp or Boolean. A row whose key is missing belongs to no entity.</param>
public sealed record Entity(string Name, IReadOnlyList<Column> Keys)
{
    /// <summary>Gets what it is, for people.</summary>
    public string? Description { get; init; }

    /// <summary>Gets who answers for it.</summary>
    public string? Owner { get; init; }

    /// <summary>Gets tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}
