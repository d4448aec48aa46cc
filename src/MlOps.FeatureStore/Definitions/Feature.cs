using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>One feature of a view.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type of its values.</param>
public sealed record Feature(string Name, ColumnType Type)
{
    /// <summary>Gets the column of the source that holds it.</summary>
    public string Column { get; init; } = Name;

    /// <summary>Gets how it is computed from the events of a window; null when it is a column of the newest event.</summary>
    public Aggregation? Aggregation { get; init; }

    /// <summary>Gets what it is, for people.</summary>
    public string? Description { get; init; }

    /// <summary>Gets tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}
