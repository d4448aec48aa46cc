using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Counts, view by view, the rows that met an event, and those whose event was created after the row's time. Thread-safe.</summary>
internal sealed class LeakageCounter
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (long Matched, long After)> _counts = new(StringComparer.Ordinal);

    public void Add(string view, long matched, long createdAfterRow)
    {
        lock (_lock)
        {
            var (all, after) = _counts.GetValueOrDefault(view);
            _counts[view] = (all + matched, after + createdAfterRow);
        }
    }

    public IReadOnlyList<FeatureLeakage> ToReport()
    {
        lock (_lock) return [.. _counts.Select(c => new FeatureLeakage(c.Key, c.Value.Matched, c.Value.After))];
    }
}
