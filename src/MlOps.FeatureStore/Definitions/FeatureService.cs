namespace MlOps.FeatureStore;

/// <summary>The features that a model is trained on and served with: named, versioned, in a fixed order.</summary>
/// <param name="Name">The name.</param>
/// <param name="Version">The version, from 1. Two versions stand side by side, so that a model in service keeps its features while the next one learns from others.</param>
/// <param name="Features">The features, in order.</param>
public sealed record FeatureService(string Name, int Version, IReadOnlyList<FeatureReference> Features)
{
    /// <summary>Gets what it is, for people.</summary>
    public string? Description { get; init; }

    /// <summary>Gets who answers for it.</summary>
    public string? Owner { get; init; }

    /// <summary>Gets tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}

/// <summary>Names a feature.</summary>
/// <param name="View">The view.</param>
/// <param name="Feature">The feature.</param>
public sealed record FeatureReference(string View, string Feature)
{
    /// <summary>Gets how the feature is called in the output.</summary>
    public string Name { get; init; } = Feature;

    /// <summary>Gets the columns of the entity rows or keys of the request that hold the join keys, by join key, where one view is asked for twice: origin and destination are both airports.</summary>
    public IReadOnlyDictionary<string, string> KeyColumns { get; init; } = new Dictionary<string, string>();

    /// <summary>Reads view:feature.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The reference.</returns>
    /// <exception cref="MlOps.Core.DataException">It has not the form view:feature.</exception>
    public static FeatureReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < text.Length - 1
            ? new(text[..colon], text[(colon + 1)..])
            : throw new MlOps.Core.DataException($"'{text}' names no feature. Write view:feature.");
    }

    /// <summary>Gives view:feature.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"{View}:{Feature}";
}
