using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Keeps the newest row of each entity: by event time, then created time, then the later in source order.</summary>
internal sealed class NewestRows(FeatureView view) : IEntityTable
{
    private readonly RowForm _form = new(view);
    private readonly Dictionary<byte[], int> _places = new(KeyComparer.Instance);
    private readonly List<int> _pending = [];
    private readonly FeatureValue[] _values = new FeatureValue[view.Features.Count];
    private Slot[] _slots = new Slot[1024];

    public int Count => _places.Count;

    public RowCounts Add(EventCursor rows, ReadOnlySpan<bool> isTaken)
    {
        var counts = EntityTable.ForEach(rows, isTaken, (row, key, moment) =>
        {
            ref var slot = ref SlotOf(key, out var isNew);
            if (!isNew && !moment.Supersedes(slot.Moment)) return;
            if (slot.Row < 0) _pending.Add(_places[key]);
            slot.Moment = moment;
            slot.Row = row;
        });

        // Only rows that are still the newest after the whole batch are worth the writing.
        foreach (var place in _pending)
        {
            ref var slot = ref _slots[place];
            rows.ReadFeatures(slot.Row, _values);
            slot.Values = _form.Write(_values);
            slot.Row = -1;
        }

        _pending.Clear();
        return counts;
    }

    public IReadOnlyList<EntityRow> Take()
    {
        var taken = new EntityRow[_places.Count];
        foreach (var (key, place) in _places) taken[place] = new(key, _slots[place].Moment, _slots[place].Values);
        _places.Clear();
        return taken;
    }

    private ref Slot SlotOf(byte[] key, out bool isNew)
    {
        var place = _places.Count;
        isNew = _places.TryAdd(key, place);
        if (!isNew) return ref _slots[_places[key]];
        if (place == _slots.Length) Array.Resize(ref _slots, place * 2);
        _slots[place] = new() { Row = -1 };
        return ref _slots[place];
    }

    private struct Slot
    {
        public EventMoment Moment;
        public int Row; // of the batch at hand, -1 when the values are written
        public ReadOnlyMemory<byte> Values;
    }
}
