namespace MlOps.DataValidation;

/// <summary>Keys of rows with the first row of each, in one table without objects of its own: 24 bytes a slot, of which seven in ten are used at most.</summary>
internal sealed class KeySet(int limit)
{
    private const long Empty = -2;
    private const long Repeated = -1;
    private UInt128[] _keys = [];
    private long[] _firsts = [];

    public int Count { get; private set; }

    public bool Contains(UInt128 key) => Count > 0 && _firsts[Slot(key)] != Empty;

    /// <summary>Adds a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="row">The row.</param>
    /// <param name="first">The first row of the key, when this is its second; else -1.</param>
    /// <returns>Whether the key is new.</returns>
    public bool Add(UInt128 key, long row, out long first)
    {
        if (Count >= _keys.Length / 10 * 7) Grow();
        var slot = Slot(key);
        ref var known = ref _firsts[slot];
        first = -1;
        if (known == Empty)
        {
            if (Count >= limit) throw new CheckException($"there are more than {limit} different keys. Raise MaxDistinct if the memory is there (about 50 bytes a key), or check fewer rows.");
            _keys[slot] = key;
            known = row;
            Count++;
            return true;
        }

        if (known != Repeated) (first, known) = (known, Repeated);
        return false;
    }

    // The slot of a key, or the empty one where it belongs. Keys are mixed already.
    private int Slot(UInt128 key)
    {
        var mask = _keys.Length - 1;
        for (var slot = (int)((ulong)key ^ (ulong)(key >> 64)) & mask; ; slot = (slot + 1) & mask)
        {
            if (_firsts[slot] == Empty || _keys[slot] == key) return slot;
        }
    }

    private void Grow()
    {
        var (keys, firsts) = (_keys, _firsts);
        var size = Math.Max(1024, keys.Length * 2);
        _keys = new UInt128[size];
        _firsts = new long[size];
        Array.Fill(_firsts, Empty);
        for (var i = 0; i < keys.Length; i++)
        {
            if (firsts[i] == Empty) continue;
            var slot = Slot(keys[i]);
            (_keys[slot], _firsts[slot]) = (keys[i], firsts[i]);
        }
    }
}
