namespace MlOps.Core;

/// <summary>Names the row of one entity in one table of an online store.</summary>
/// <remarks>The bytes are a typed, length-prefixed form of the key values, so that (1, 12) and (11, 2) are two keys. Two keys are equal when table and bytes are.</remarks>
public readonly struct OnlineKey : IEquatable<OnlineKey>
{
    /// <summary>Names a row.</summary>
    /// <param name="table">The table: one a feature view and layout of its values.</param>
    /// <param name="entity">The values of the join keys, as bytes. They must not be changed afterwards.</param>
    public OnlineKey(string table, byte[] entity)
    {
        ArgumentException.ThrowIfNullOrEmpty(table);
        ArgumentNullException.ThrowIfNull(entity);
        Table = table;
        Entity = entity;
    }

    /// <summary>Gets the table.</summary>
    public string Table { get; }

    /// <summary>Gets the values of the join keys, as bytes.</summary>
    public byte[] Entity { get; }

    /// <summary>Says whether two keys are equal.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when they are.</returns>
    public static bool operator ==(OnlineKey left, OnlineKey right) => left.Equals(right);

    /// <summary>Says whether two keys differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when they do.</returns>
    public static bool operator !=(OnlineKey left, OnlineKey right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(OnlineKey other) => Table == other.Table && Entity.AsSpan().SequenceEqual(other.Entity);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is OnlineKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Table);
        hash.AddBytes(Entity);
        return hash.ToHashCode();
    }
}
