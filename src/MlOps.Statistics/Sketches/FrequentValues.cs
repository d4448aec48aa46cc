using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MlOps.Statistics;

/// <summary>Counts the frequent ones among too many different values one by one.</summary>
/// <remarks>
/// Values share buckets. One is counted by itself while its bucket has more than one row in <see cref="OneIn"/>; so at most that many rows of it are missed before, and
/// what its bucket holds beyond the values that are counted in it bounds what was missed: its true count lies between the two for certain, whatever the order of rows and merges. When too many
/// values are held, the rarer half is let go, which the bound covers too.
/// </remarks>
internal sealed class FrequentValues
{
    public const int OneIn = 256;
    public const int Capacity = 2048;
    private readonly Dictionary<long, long> _counts = [];

    public IReadOnlyDictionary<long, long> Counts => _counts;

    public static long Threshold(long rows) => rows / OneIn;

    public void Add(long value, long count)
    {
        ref var held = ref CollectionsMarshal.GetValueRefOrNullRef(_counts, value);
        if (!Unsafe.IsNullRef(ref held))
        {
            held += count;
            return;
        }

        if (_counts.Count == Capacity)
        {
            foreach (var (rare, _) in _counts.OrderBy(c => c.Value).ThenBy(c => c.Key).Take(Capacity / 2).ToList()) _counts.Remove(rare);
        }

        _counts.Add(value, count);
    }

    public FrequentValues Clone()
    {
        var clone = new FrequentValues();
        foreach (var (value, count) in _counts) clone._counts.Add(value, count);
        return clone;
    }
}
