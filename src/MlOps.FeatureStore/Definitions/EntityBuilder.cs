using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Says what identifies an entity.</summary>
public sealed class EntityBuilder : DefinitionBuilder<EntityBuilder>
{
    private readonly List<Column> _keys = [];
    private readonly List<string> _errors;

    internal EntityBuilder(string name, List<string> errors)
        : base(name) => _errors = errors;

    /// <summary>Adds a join key. Several keys together identify the entity, in the order in which they are added.</summary>
    /// <typeparam name="T">Its type: an integer, a text, a date, a moment or a boolean.</typeparam>
    /// <param name="name">Its name: that of the column of entity rows and of the key of a request.</param>
    /// <returns>This builder.</returns>
    public EntityBuilder Key<T>(string name)
    {
        if (ClrTypes.Find(typeof(T)) is { } type) return Key(name, type);
        _errors.Add($"Key '{name}' of entity '{Name}' is a {typeof(T).Name}, which no column holds. Use an integer or a text.");
        return this;
    }

    /// <summary>Adds a join key.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Its type.</param>
    /// <returns>This builder.</returns>
    public EntityBuilder Key(string name, ColumnType type)
    {
        ArgumentNullException.ThrowIfNull(name);
        _keys.Add(new(name, type));
        return this;
    }

    internal Entity Build() => new(Name, [.. _keys]) { Owner = Owner, Description = Description, Tags = Tags.ToDictionary() };
}
