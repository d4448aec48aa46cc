namespace MlOps.FeatureStore;

/// <summary>The different times at which each entity is asked for, in order: a slot for each. Rows that share entity and time share a slot.</summary>
internal sealed class TimeSlots
{
    private readonly int[] _starts;
    private readonly int[] _slotOf;
    private long[] _times;

    /// <summary>Sorts the times of rows.</summary>
    /// <param name="entities">The entity of each row, or <see cref="KeyTable.None"/>.</param>
    /// <param name="times">The time of each row.</param>
    /// <param name="entityCount">The number of entities.</param>
    public TimeSlots(ReadOnlySpan<int> entities, ReadOnlySpan<long> times, int entityCount)
    {
        _starts = new int[entityCount + 1];
        foreach (var entity in entities)
        {
            if (entity >= 0) _starts[entity + 1]++;
        }

        for (var i = 0; i < entityCount; i++) _starts[i + 1] += _starts[i];
        var next = _starts.AsSpan(0, entityCount).ToArray();
        var rows = new int[_starts[entityCount]];
        _times = new long[rows.Length];
        for (var i = 0; i < entities.Length; i++)
        {
            if (entities[i] < 0) continue;
            var at = next[entities[i]]++;
            (rows[at], _times[at]) = (i, times[i]);
        }

        _slotOf = new int[entities.Length];
        Array.Fill(_slotOf, KeyTable.None);
        Merge(rows);
    }

    /// <summary>Gets the number of slots.</summary>
    public int Count => _starts[^1];

    /// <summary>Gets the slot of each row, or <see cref="KeyTable.None"/> for a row without entity.</summary>
    public ReadOnlySpan<int> SlotOf => _slotOf;

    /// <summary>Gets where the slots of each entity begin, and where the last ones end.</summary>
    public ReadOnlySpan<int> Starts => _starts;

    /// <summary>Finds the first slot of an entity that is not before a moment.</summary>
    /// <param name="entity">The entity.</param>
    /// <param name="moment">The moment.</param>
    /// <returns>The slot; <see cref="KeyTable.None"/> when all are before.</returns>
    public int Find(int entity, long moment)
    {
        var (low, end) = (_starts[entity], _starts[entity + 1]);
        var high = end;
        while (low < high)
        {
            var middle = (int)(((uint)low + (uint)high) >> 1);
            if (_times[middle] < moment) low = middle + 1;
            else high = middle;
        }

        return low == end ? KeyTable.None : low;
    }

    private void Merge(int[] rows)
    {
        var slot = 0;
        for (var entity = 0; entity + 1 < _starts.Length; entity++)
        {
            var (start, end) = (_starts[entity], _starts[entity + 1]);
            var times = _times.AsSpan(start, end - start);
            if (!IsSorted(times)) times.Sort(rows.AsSpan(start, end - start));
            _starts[entity] = slot;
            for (var i = start; i < end; i++)
            {
                if (i == start || _times[i] != _times[slot - 1]) _times[slot++] = _times[i];
                _slotOf[rows[i]] = slot - 1;
            }
        }

        _starts[^1] = slot;
        Array.Resize(ref _times, slot);
    }

    private static bool IsSorted(ReadOnlySpan<long> times)
    {
        for (var i = 1; i < times.Length; i++)
        {
            if (times[i] < times[i - 1]) return false;
        }

        return true;
    }
}
