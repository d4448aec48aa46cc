using System.Runtime.InteropServices;

namespace MlOps.DataValidation;

/// <summary>Keys of rows with the first row of each.</summary>
internal sealed class KeySet(int limit)
{
    private readonly Dictionary<UInt128, long> _firsts = [];

    public int Count => _firsts.Count;

    public bool Contains(UInt128 key) => _firsts.ContainsKey(key);

    /// <summary>Adds a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="row">The row.</param>
    /// <param name="first">The first row of the key, when this is its second; else -1.</param>
    /// <returns>Whether the key is new.</returns>
    public bool Add(UInt128 key, long row, out long first)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_firsts, key, out var exists);
        first = -1;
        if (!exists)
        {
            if (_firsts.Count > limit) throw new CheckException($"there are more than {limit} different keys. Raise MaxDistinct if the memory is there (about 50 bytes a key), or check fewer rows.");
            known = row;
            return true;
        }

        if (known >= 0) (first, known) = (known, -1);
        return false;
    }
}
