namespace MlOps.Core;

/// <summary>What an online store keeps for one entity in one table.</summary>
/// <param name="EventTime">When it happened, in microseconds since 1970 in UTC.</param>
/// <param name="CreatedTime">When it was written at its source, in microseconds since 1970 in UTC; <see cref="long.MinValue"/> when unknown.</param>
/// <param name="Values">The values, in the binary form of the feature store; empty for a deletion. They must not be changed.</param>
public sealed record OnlineRow(long EventTime, long CreatedTime, ReadOnlyMemory<byte> Values)
{
    /// <summary>Gets whether this remembers that the entity was deleted, so that an older event does not bring it back.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>Gets from when on the store may forget the row, in microseconds since 1970 in UTC; null for never.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>Gets how often the row was written; the store counts, from 1.</summary>
    public long Revision { get; init; }

    /// <summary>Says whether this row takes the place of another: it does unless its event time is earlier, or equal with an earlier created time. Of two with equal times the one that is written last stays.</summary>
    /// <param name="stored">The other.</param>
    /// <returns>True when it does.</returns>
    public bool Supersedes(OnlineRow stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return EventTime != stored.EventTime ? EventTime > stored.EventTime : CreatedTime >= stored.CreatedTime;
    }
}

/// <summary>One row to write.</summary>
/// <param name="Key">Where.</param>
/// <param name="Row">What. Its revision is not looked at.</param>
/// <param name="Expected">The revision that the stored row must have, 0 for none; then that alone decides, and not the times. Null writes by the times.</param>
public readonly record struct OnlineWrite(OnlineKey Key, OnlineRow Row, long? Expected = null);

/// <summary>What became of a write.</summary>
public enum OnlineWriteResult
{
    /// <summary>It is stored.</summary>
    Written,

    /// <summary>The stored row is newer, and stays.</summary>
    Superseded,

    /// <summary>The stored row has another revision than the expected one, and stays.</summary>
    Conflict,
}
