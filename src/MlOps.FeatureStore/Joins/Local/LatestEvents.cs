using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;
using Array = System.Array;

namespace MlOps.FeatureStore;

/// <summary>The newest event of one view that each slot sees: events go by once, in source order, and nothing is kept of those that no row asks for.</summary>
/// <remarks>
/// An event is first seen by the earliest slot of its entity that is not before it (nor before its created time, when that counts), and by all later ones. So each slot keeps the best of the events that it is the first to
/// see, and at the end the best so far is carried from slot to slot. The memory depends on the rows and not on the events.
/// </remarks>
internal sealed class LatestEvents
{
    /// <summary>The time of no event, and the created time of one that has none: before all others.</summary>
    public const long Never = long.MinValue;

    private readonly TimeSlots _slots;
    private readonly bool _createdCounts;
    private readonly long _timeToLive;
    private readonly ValueStore[] _values;
    private readonly Best[] _best;
    private readonly bool _skipsNulls;
    private int[] _rows = [];
    private int[] _seenBy = [];

    /// <summary>Makes it ready.</summary>
    /// <param name="slots">The slots.</param>
    /// <param name="types">The type of each column that is kept.</param>
    /// <param name="hasCreated">Whether the events have a created time.</param>
    /// <param name="createdCounts">Whether an event is seen only by slots that are not before its created time; one without created time is then never seen.</param>
    /// <param name="skipsNulls">Whether each column takes the newest event that has a value.</param>
    /// <param name="timeToLive">The greatest age of an event that is seen, in microseconds.</param>
    public LatestEvents(TimeSlots slots, IReadOnlyList<ColumnType> types, bool hasCreated, bool createdCounts, bool skipsNulls, long timeToLive)
    {
        _slots = slots;
        _createdCounts = createdCounts && hasCreated;
        _values = [.. types.Select(t => ValueStore.Of(t, slots.Count))];
        _best = [.. Enumerable.Range(0, skipsNulls ? types.Count : 1).Select(_ => new Best(slots.Count))];
        _skipsNulls = skipsNulls;
        _timeToLive = timeToLive;
    }

    /// <summary>Gets how many columns have events of their own: one, or as many as there are columns when missing values are skipped.</summary>
    public int EventCount => _best.Length;

    /// <summary>Looks at events.</summary>
    /// <param name="entities">The entity of each, or <see cref="KeyTable.None"/>.</param>
    /// <param name="times">The event times.</param>
    /// <param name="created">The created times, <see cref="Never"/> where one is missing; empty when the events have none.</param>
    /// <param name="columns">The columns to keep.</param>
    public void Add(ReadOnlySpan<int> entities, ReadOnlySpan<long> times, ReadOnlySpan<long> created, IReadOnlyList<IArrowArray> columns)
    {
        if (_rows.Length < entities.Length) (_rows, _seenBy) = (new int[entities.Length], new int[entities.Length]);
        Span<int> rows = _rows, slots = _seenBy;
        var count = _slots.Find(entities, times, _createdCounts ? created : default, _timeToLive, rows, slots);
        for (var i = 0; i < _best.Length; i++)
        {
            var won = _best[i].Take(times, created, _skipsNulls ? columns[i] : null, rows[..count], slots[..count]);
            for (var c = _skipsNulls ? i : 0; c < (_skipsNulls ? i + 1 : _values.Length); c++) _values[c].Put(columns[c], won.Rows, won.Slots);
        }
    }

    /// <summary>Carries the best event from slot to slot. Nothing is added afterwards.</summary>
    public void Complete()
    {
        foreach (var best in _best) best.Complete(_slots.Starts);
    }

    /// <summary>Finds the event of each row.</summary>
    /// <param name="which">Which of <see cref="EventCount"/>.</param>
    /// <param name="first">The first row.</param>
    /// <param name="times">The time of each row.</param>
    /// <param name="events">Where the event of each row lies; below zero for none.</param>
    public void Find(int which, int first, ReadOnlySpan<long> times, Span<int> events) => _best[which].Find(_slots.SlotOf.Slice(first, times.Length), times, _timeToLive, events);

    /// <summary>Says whether an event was created after a moment. One without created time was not.</summary>
    /// <param name="which">Which of <see cref="EventCount"/>.</param>
    /// <param name="one">Where the event lies.</param>
    /// <param name="moment">The moment.</param>
    /// <returns>True when it was.</returns>
    public bool IsCreatedAfter(int which, int one, long moment) => _best[which].CreatedAt(one) > moment;

    /// <summary>Gives the values of a column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="events">Where the events of its <see cref="EventOf"/> lie.</param>
    /// <returns>The values.</returns>
    public IArrowArray Take(int column, ReadOnlySpan<int> events) => _values[column].Take(events);

    /// <summary>Gives which of <see cref="EventCount"/> a column takes its values from.</summary>
    /// <param name="column">The column.</param>
    /// <returns>Its index.</returns>
    public int EventOf(int column) => _skipsNulls ? column : 0;

    /// <summary>The best event of each slot.</summary>
    private sealed class Best
    {
        private readonly EventMoment[] _moments;
        private int[] _winners = [];
        private int[] _wonRows = [];
        private int[] _wonSlots = [];

        public Best(int slots)
        {
            _moments = GC.AllocateUninitializedArray<EventMoment>(slots);
            Array.Fill(_moments, EventMoment.Never);
        }

        public long CreatedAt(int slot) => _moments[slot].Created;

        /// <summary>Gives those events that are better than what their slots have, in order.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public Won Take(ReadOnlySpan<long> times, ReadOnlySpan<long> created, IArrowArray? mustHave, ReadOnlySpan<int> rows, ReadOnlySpan<int> slots)
        {
            if (_wonRows.Length < rows.Length) (_wonRows, _wonSlots) = (new int[rows.Length], new int[rows.Length]);
            var count = 0;
            for (var i = 0; i < rows.Length; i++)
            {
                if (i + Cache.Ahead < slots.Length) Cache.Fetch(ref _moments[slots[i + Cache.Ahead]]);
                var (row, slot) = (rows[i], slots[i]);
                ref var best = ref _moments[slot];
                var moment = new EventMoment(times[row], created.IsEmpty ? Never : created[row]);
                if (!moment.Supersedes(best) || mustHave?.IsNull(row) == true) continue;
                best = moment;
                (_wonRows[count], _wonSlots[count]) = (row, slot);
                count++;
            }

            return new(_wonRows.AsSpan(0, count), _wonSlots.AsSpan(0, count));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Complete(ReadOnlySpan<int> starts)
        {
            _winners = new int[_moments.Length];
            for (var entity = 0; entity + 1 < starts.Length; entity++)
            {
                var best = KeyTable.None;
                for (var slot = starts[entity]; slot < starts[entity + 1]; slot++)
                {
                    // Events with equal event and created times are first seen by the same slot, so source order is settled.
                    var moment = _moments[slot];
                    if (moment.Event != Never && (best < 0 || !_moments[best].Supersedes(moment))) best = slot;
                    _winners[slot] = best;
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Find(ReadOnlySpan<int> slots, ReadOnlySpan<long> times, long timeToLive, Span<int> events)
        {
            for (var i = 0; i < slots.Length; i++)
            {
                var won = slots[i] < 0 ? KeyTable.None : _winners[slots[i]];
                events[i] = won >= 0 && times[i] - _moments[won].Event <= timeToLive ? won : KeyTable.None;
            }
        }
    }

    private readonly ref struct Won(ReadOnlySpan<int> rows, ReadOnlySpan<int> slots)
    {
        public ReadOnlySpan<int> Rows { get; } = rows;

        public ReadOnlySpan<int> Slots { get; } = slots;
    }
}
