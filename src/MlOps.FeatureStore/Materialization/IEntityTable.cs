namespace MlOps.FeatureStore;

/// <summary>Collects the rows of many events entity by entity until they are written. Not thread-safe.</summary>
internal interface IEntityTable
{
    /// <summary>Gets how many entities are held.</summary>
    int Count { get; }

    /// <summary>Takes the rows of a batch.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="isTaken">For each row whether it is taken; empty when all are.</param>
    /// <returns>What became of the rows.</returns>
    RowCounts Add(EventCursor rows, ReadOnlySpan<bool> isTaken);

    /// <summary>Gives what is held and forgets it.</summary>
    IReadOnlyList<EntityRow> Take();
}

/// <summary>Goes through the rows of a batch for an entity table.</summary>
internal static class EntityTable
{
    /// <summary>Hands over each row that is taken and belongs to an entity and a time.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="isTaken">For each row whether it is taken; empty when all are.</param>
    /// <param name="take">Takes a row: its number, entity and moment.</param>
    /// <returns>What became of the rows.</returns>
    public static RowCounts ForEach(EventCursor rows, ReadOnlySpan<bool> isTaken, Action<int, byte[], EventMoment> take)
    {
        long without = 0, maxCreated = long.MinValue;
        for (var row = 0; row < rows.Length; row++)
        {
            if (!isTaken.IsEmpty && !isTaken[row]) continue;
            if (!rows.TryGetMoment(row, out var moment) || rows.KeyOf(row) is not { } key)
            {
                without++;
                continue;
            }

            maxCreated = Math.Max(maxCreated, moment.Created);
            take(row, key, moment);
        }

        return new(without, maxCreated);
    }
}

/// <summary>What one entity brings to the store.</summary>
/// <param name="Key">The entity.</param>
/// <param name="Moment">The newest event.</param>
/// <param name="Values">The row as it is written; empty when it must be merged with what is stored.</param>
/// <param name="Merge">What is merged, a value and its event a feature; null when the row is written as it is.</param>
internal readonly record struct EntityRow(byte[] Key, EventMoment Moment, ReadOnlyMemory<byte> Values, SkippingRow? Merge = null);

/// <summary>What became of some rows.</summary>
/// <param name="WithoutKeyOrTime">Rows that belong to no entity or no time.</param>
/// <param name="MaxCreated">The latest created time; <see cref="long.MinValue"/> when there is none.</param>
internal readonly record struct RowCounts(long WithoutKeyOrTime, long MaxCreated);
