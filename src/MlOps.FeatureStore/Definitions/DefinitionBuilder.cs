namespace MlOps.FeatureStore;

/// <summary>What can be said of every definition: who answers for it, what it is, and tags.</summary>
/// <typeparam name="TSelf">The builder itself.</typeparam>
public abstract class DefinitionBuilder<TSelf>
    where TSelf : DefinitionBuilder<TSelf>
{
    private readonly SortedDictionary<string, string> _tags = new(StringComparer.Ordinal);

    private protected DefinitionBuilder(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
    }

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    private protected string? Owner { get; private set; }

    private protected string? Description { get; private set; }

    private protected IReadOnlyDictionary<string, string> Tags => _tags;

    /// <summary>Says who answers for it: a team or a person.</summary>
    /// <param name="owner">Who.</param>
    /// <returns>This builder.</returns>
    public TSelf OwnedBy(string owner)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(owner);
        Owner = owner;
        return (TSelf)this;
    }

    /// <summary>Says what it is, for people.</summary>
    /// <param name="description">A sentence.</param>
    /// <returns>This builder.</returns>
    public TSelf Describe(string description)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(description);
        Description = description;
        return (TSelf)this;
    }

    /// <summary>Puts a tag on it. The prediction log drops the keys of entities and the features of views that are tagged <c>personal</c> or <c>secret</c>, unless it is told otherwise.</summary>
    /// <param name="name">The name of the tag.</param>
    /// <param name="value">Its value.</param>
    /// <returns>This builder.</returns>
    public TSelf Tag(string name, string value = "true")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(value);
        _tags[name] = value;
        return (TSelf)this;
    }
}

/// <summary>Something in the making that has features: a view over events, or a computed one.</summary>
public interface IFeatureGroup
{
    /// <summary>Gets the name of the view.</summary>
    string Name { get; }
}
