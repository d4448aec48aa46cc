using System.Runtime.CompilerServices;

namespace MlOps.FeatureStore;

/// <summary>The different times at which each entity is asked for, in order: a slot for each. Rows that share entity and time share a slot.</summary>
internal sealed class TimeSlots
{
    // How many events are searched for at once.
    private const int Together = 16;

    private readonly int[] _starts;
    private readonly int[] _slotOf;
    private long[] _times;

    /// <summary>Sorts the times of rows.</summary>
    /// <param name="entities">The entity of each row, or <see cref="KeyTable.None"/>.</param>
    /// <param name="times">The time of each row.</param>
    /// <param name="entityCount">The number of entities.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    /// <summary>Finds the slot that is the first to see each event: the earliest of its entity that is not before it. Events that none sees, or sees only when they are too old, are left out.</summary>
    /// <param name="entities">The entity of each event, or <see cref="KeyTable.None"/>.</param>
    /// <param name="times">The event times.</param>
    /// <param name="created">The created times, before which an event is not seen either, and never where one is missing; empty when they do not count.</param>
    /// <param name="timeToLive">The greatest age, in microseconds.</param>
    /// <param name="events">The events that are seen, in order.</param>
    /// <param name="slots">The slot of each of them.</param>
    /// <returns>How many there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(ReadOnlySpan<int> entities, ReadOnlySpan<long> times, ReadOnlySpan<long> created, long timeToLive, Span<int> events, Span<int> slots)
    {
        Span<long> moments = stackalloc long[Together];
        Span<int> lefts = stackalloc int[Together];
        var count = 0;
        for (var i = 0; i < entities.Length;)
        {
            var (searched, most) = (0, 0);
            for (; i < entities.Length && searched < Together; i++)
            {
                FetchAhead(entities, i);
                if (entities[i] < 0 || (!created.IsEmpty && created[i] == LatestEvents.Never)) continue;
                var start = _starts[entities[i]];
                moments[searched] = created.IsEmpty ? times[i] : Math.Max(times[i], created[i]);
                lefts[searched] = _starts[entities[i] + 1] - start;
                most = Math.Max(most, lefts[searched]);
                (events[count + searched], slots[count + searched]) = (i, start);
                searched++;
            }

            Search(slots.Slice(count, searched), moments, lefts, most);
            for (var end = count + searched; searched > 0; searched--)
            {
                var (one, slot) = (events[end - searched], slots[end - searched]);
                if (slot == _starts[entities[one] + 1] || _times[slot] - times[one] > timeToLive) continue;
                (events[count], slots[count]) = (one, slot);
                count++;
            }
        }

        return count;
    }

    // All go a step before any goes the next, so that they wait for memory together; and without a branch, which nobody could foresee.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Search(Span<int> slots, ReadOnlySpan<long> moments, Span<int> lefts, int most)
    {
        for (; most > 0; most >>= 1)
        {
            for (var i = 0; i < slots.Length; i++)
            {
                var half = (lefts[i] + 1) >> 1;
                slots[i] += half * (_times[Math.Max(slots[i] + half - 1, 0)] < moments[i] ? 1 : 0);
                lefts[i] -= half;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FetchAhead(ReadOnlySpan<int> entities, int i)
    {
        if (i + Cache.Ahead >= entities.Length) return;
        if (entities[i + Cache.Ahead] is >= 0 and var far) Cache.Fetch(ref _starts[far]);
        if (entities[i + (Cache.Ahead / 2)] is >= 0 and var near && (_starts[near] + _starts[near + 1]) >>> 1 is var middle && middle < _times.Length) Cache.Fetch(ref _times[middle]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSorted(ReadOnlySpan<long> times)
    {
        for (var i = 1; i < times.Length; i++)
        {
            if (times[i] < times[i - 1]) return false;
        }

        return true;
    }
}
