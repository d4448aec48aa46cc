using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Keeps for each entity and feature the newest event that has a value, for views that skip missing values.</summary>
internal sealed class NewestValues(FeatureView view) : IEntityTable
{
    private readonly Dictionary<byte[], SkippingRow> _rows = new(KeyComparer.Instance);
    private readonly FeatureValue[] _values = new FeatureValue[view.Features.Count];

    public int Count => _rows.Count;

    public RowCounts Add(EventCursor rows, ReadOnlySpan<bool> isTaken) => EntityTable.ForEach(rows, isTaken, (row, key, moment) =>
    {
        if (!_rows.TryGetValue(key, out var kept)) _rows.Add(key, kept = new(_values.Length));
        rows.ReadFeatures(row, _values);
        kept.Add(_values, moment);
    });

    public IReadOnlyList<EntityRow> Take()
    {
        EntityRow[] taken = [.. _rows.Select(r => new EntityRow(r.Key, r.Value.Newest, default, r.Value))];
        _rows.Clear();
        return taken;
    }
}
