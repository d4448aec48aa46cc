using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Keeps for each entity and feature the newest event that has a value, for views that skip missing values.</summary>
internal sealed class NewestValues(FeatureView view) : IEntityTable
{
    private readonly Dictionary<byte[], SkippingRow> _rows = new(KeyComparer.Instance);
    private readonly FeatureValue[] _values = new FeatureValue[view.Features.Count];

    public int Count => _rows.Count;

    public RowCounts Add(EventCursor rows, ReadOnlySpan<bool> isTaken)
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
            if (!_rows.TryGetValue(key, out var kept)) _rows.Add(key, kept = new(_values.Length));
            rows.ReadFeatures(row, _values);
            kept.Add(_values, moment);
        }

        return new(without, maxCreated);
    }

    public IReadOnlyList<EntityRow> Take()
    {
        EntityRow[] taken = [.. _rows.Select(r => new EntityRow(r.Key, r.Value.Newest, default, r.Value))];
        _rows.Clear();
        return taken;
    }
}
