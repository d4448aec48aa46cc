using System.Numerics;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>Numbers entities by the typed values of their join keys, from 0 in order of first sight. Values are compared column by column and never written one after the other, so (1, 12) and (11, 2) are two entities.</summary>
/// <remarks>Open addressing over 64-bit hashes. A single join key that lies in 64 bits has a hash of its own each, and needs no second look. Finding is thread-safe while nothing is added.</remarks>
internal sealed class KeyTable
{
    /// <summary>The number of a row whose key is missing or unknown.</summary>
    public const int None = -1;

    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64(); // so that nobody can choose keys that fall together
    private readonly KeyColumn[] _columns;
    private readonly bool _isHashUnique;
    private Entry[] _entries = new Entry[1024];
    private ulong[] _scratch = [];

    public KeyTable(IEnumerable<Column> keys)
    {
        Column[] all = [.. keys];
        _columns = [.. all.Select(k => KeyColumn.Of(k.Type))];
        _isHashUnique = all.Length == 1 && all[0].Type != ColumnType.String;
    }

    /// <summary>Gets the number of entities.</summary>
    public int Count { get; private set; }

    /// <summary>Hashes the keys of rows.</summary>
    /// <param name="columns">The columns of the join keys, in order.</param>
    /// <param name="hashes">The hash of each row; that of a row with a missing key means nothing.</param>
    public void Hash(IReadOnlyList<IArrowArray> columns, Span<ulong> hashes)
    {
        hashes.Fill(Seed);
        for (var i = 0; i < _columns.Length; i++) _columns[i].Hash(columns[i], hashes);
    }

    /// <summary>Numbers the entities of rows, the new ones too.</summary>
    /// <param name="columns">The columns of the join keys, in order.</param>
    /// <param name="entities">The number of each row's entity, or <see cref="None"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(IReadOnlyList<IArrowArray> columns, Span<int> entities)
    {
        if (_scratch.Length < entities.Length) _scratch = new ulong[entities.Length];
        var hashes = _scratch.AsSpan(0, entities.Length);
        Hash(columns, hashes);
        entities.Clear();
        Strike(columns, entities);
        for (var i = 0; i < hashes.Length; i++)
        {
            if (i + Cache.Ahead < hashes.Length) Cache.Fetch(ref _entries[(int)hashes[i + Cache.Ahead] & (_entries.Length - 1)]);
            if (entities[i] == None) continue;
            if (4 * (Count + 1L) > 3L * _entries.Length) Grow();
            ref var entry = ref Find(columns, i, hashes[i]);
            if (entry.Number == 0)
            {
                for (var c = 0; c < _columns.Length && !_isHashUnique; c++) _columns[c].Add(columns[c], i);
                entry = new(hashes[i], ++Count);
            }

            entities[i] = entry.Number - 1;
        }
    }

    /// <summary>Finds the entities of rows.</summary>
    /// <param name="columns">The columns of the join keys, in order.</param>
    /// <param name="hashes">Room for a hash of each row.</param>
    /// <param name="entities">The number of each row's entity, or <see cref="None"/>.</param>
    public void Find(IReadOnlyList<IArrowArray> columns, Span<ulong> hashes, Span<int> entities)
    {
        Hash(columns, hashes);
        if (_isHashUnique)
        {
            Find(_entries, hashes, entities);
        }
        else
        {
            for (var i = 0; i < hashes.Length; i++) entities[i] = Find(columns, i, hashes[i]).Number - 1;
        }

        Strike(columns, entities);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Find(Entry[] entries, ReadOnlySpan<ulong> hashes, Span<int> entities)
    {
        var mask = entries.Length - 1;
        for (var i = 0; i < hashes.Length; i++)
        {
            if (i + Cache.Ahead < hashes.Length) Cache.Fetch(ref entries[(int)hashes[i + Cache.Ahead] & mask]);
            var hash = hashes[i];
            var at = (int)hash & mask;
            while (entries[at].Hash != hash && entries[at].Number != 0) at = (at + 1) & mask;
            entities[i] = entries[at].Number - 1;
        }
    }

    /// <summary>Rows with a missing key belong to nobody.</summary>
    private static void Strike(IReadOnlyList<IArrowArray> columns, Span<int> entities)
    {
        foreach (var column in columns)
        {
            if (column.NullCount == 0) continue;
            for (var i = 0; i < entities.Length; i++)
            {
                if (column.IsNull(i)) entities[i] = None;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ref Entry Find(IReadOnlyList<IArrowArray> columns, int row, ulong hash)
    {
        for (var at = (int)hash & (_entries.Length - 1); ; at = (at + 1) & (_entries.Length - 1))
        {
            ref var entry = ref _entries[at];
            if (entry.Number == 0 || (entry.Hash == hash && (_isHashUnique || IsAt(entry.Number - 1, columns, row)))) return ref entry;
        }
    }

    private bool IsAt(int entity, IReadOnlyList<IArrowArray> columns, int row)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            if (!_columns[i].IsAt(entity, columns[i], row)) return false;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Grow()
    {
        var entries = new Entry[checked((int)BitOperations.RoundUpToPowerOf2((uint)_entries.Length + 1))];
        foreach (var entry in _entries)
        {
            if (entry.Number == 0) continue;
            var at = (int)entry.Hash & (entries.Length - 1);
            while (entries[at].Number != 0) at = (at + 1) & (entries.Length - 1);
            entries[at] = entry;
        }

        _entries = entries;
    }

    /// <summary>A place in the table.</summary>
    /// <param name="Hash">The hash of the key.</param>
    /// <param name="Number">The number of the entity and 1; 0 for an empty place.</param>
    private readonly record struct Entry(ulong Hash, int Number);
}
