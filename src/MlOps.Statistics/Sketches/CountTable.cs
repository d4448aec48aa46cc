using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MlOps.Statistics;

/// <summary>How often each of some whole numbers came; an open hash table that grows up to a limit.</summary>
internal sealed class CountTable
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private Slot[] _slots;
    private int _shift;

    public CountTable(int capacity = 32)
    {
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _shift = 64 - BitOperations.Log2((uint)_slots.Length);
    }

    /// <summary>Gets how many different numbers there are.</summary>
    public int Distinct { get; private set; }

    /// <summary>Counts numbers until there is one more different one than allowed.</summary>
    /// <returns>How many numbers were counted.</returns>
    public int AddAll(ReadOnlySpan<long> keys, int limit) => AddAll<None>(keys, limit, long.MaxValue, default, out _);

    /// <summary>Counts numbers like <see cref="AddAll(ReadOnlySpan{long}, int)"/> and writes down which of them have come more often than a threshold.</summary>
    /// <param name="keys">The numbers.</param>
    /// <param name="limit">How many different ones are allowed.</param>
    /// <param name="threshold">The threshold.</param>
    /// <param name="many">Whether many are expected to have come more often, which is only a question of speed.</param>
    /// <param name="frequent">Where to write which of the numbers they are; it has room for all.</param>
    /// <param name="frequentCount">How many they are.</param>
    /// <returns>How many numbers were counted.</returns>
    public int AddAll(ReadOnlySpan<long> keys, int limit, long threshold, bool many, Span<int> frequent, out int frequentCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frequent.Length, keys.Length);
        return many ? AddAll<Many>(keys, limit, threshold, frequent, out frequentCount) : AddAll<Few>(keys, limit, threshold, frequent, out frequentCount);
    }

    private int AddAll<TFrequent>(ReadOnlySpan<long> keys, int limit, long threshold, Span<int> frequent, out int frequentCount)
        where TFrequent : struct
    {
        ref var slots = ref MemoryMarshal.GetArrayDataReference(_slots);
        ref var frequents = ref MemoryMarshal.GetReference(frequent);
        var (mask, shift) = (_slots.Length - 1, _shift);
        frequentCount = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            var key = keys[i];
            var at = (int)(((ulong)key * Golden) >> shift);
            while (true)
            {
                ref var slot = ref Unsafe.Add(ref slots, at);
                if (slot.Key == key && slot.Count != 0)
                {
                    var count = ++slot.Count;
                    if (typeof(TFrequent) == typeof(Many))
                    {
                        // Without a branch, which would be guessed wrong half of the time.
                        Unsafe.Add(ref frequents, frequentCount) = i;
                        frequentCount += count > threshold ? 1 : 0;
                    }
                    else if (typeof(TFrequent) == typeof(Few) && count > threshold)
                    {
                        Unsafe.Add(ref frequents, frequentCount++) = i;
                    }

                    break;
                }

                if (slot.Count == 0)
                {
                    slot = new(key, 1);
                    var grown = Grown();
                    if (Distinct > limit) return i + 1;
                    if (grown)
                    {
                        slots = ref MemoryMarshal.GetArrayDataReference(_slots);
                        (mask, shift) = (_slots.Length - 1, _shift);
                    }

                    break;
                }

                at = (at + 1) & mask;
            }
        }

        return keys.Length;
    }

    public void Add(long key, long count)
    {
        if (count == 0) return;
        ref var slot = ref Find(key);
        if (slot.Count == 0)
        {
            slot = new(key, count);
            Grown();
        }
        else
        {
            slot.Count += count;
        }
    }

    public long CountOf(long key) => Find(key).Count;

    /// <summary>All numbers with their counts, in ascending order of the number.</summary>
    public KeyValuePair<long, long>[] ToSorted()
    {
        var sorted = new KeyValuePair<long, long>[Distinct];
        var next = 0;
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Count != 0) sorted[next++] = new(slot.Key, slot.Count);
        }

        Array.Sort(sorted, static (a, b) => a.Key.CompareTo(b.Key));
        return sorted;
    }

    /// <summary>Shifts every number to the right; counts of those that become equal are added up.</summary>
    public void Shift(int bits)
    {
        var (keys, counts) = (ArrayPool<long>.Shared.Rent(Distinct), ArrayPool<long>.Shared.Rent(Distinct));
        var distinct = Distinct;
        CopyTo(keys, counts);
        for (var i = 0; i < distinct; i++) keys[i] >>= bits;
        Refill(keys.AsSpan(0, distinct), counts.AsSpan(0, distinct));
        ArrayPool<long>.Shared.Return(keys);
        ArrayPool<long>.Shared.Return(counts);
    }

    /// <summary>Forgets all numbers and takes others, no more than there were; counts of equal ones are added up.</summary>
    public void Refill(ReadOnlySpan<long> keys, ReadOnlySpan<long> counts)
    {
        Array.Clear(_slots);
        Distinct = 0;
        ref var slots = ref MemoryMarshal.GetArrayDataReference(_slots);
        var (mask, shift) = (_slots.Length - 1, _shift);
        for (var i = 0; i < keys.Length; i++)
        {
            var at = (int)(((ulong)keys[i] * Golden) >> shift);
            while (Unsafe.Add(ref slots, at).Count != 0 && Unsafe.Add(ref slots, at).Key != keys[i]) at = (at + 1) & mask;
            ref var slot = ref Unsafe.Add(ref slots, at);
            if (slot.Count == 0) Distinct++;
            slot = new(keys[i], slot.Count + counts[i]);
        }
    }

    /// <summary>All numbers with their counts, in no order.</summary>
    public void CopyTo(Span<long> keys, Span<long> counts)
    {
        var next = 0;
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Count == 0) continue;
            keys[next] = slot.Key;
            counts[next++] = slot.Count;
        }
    }

    public CountTable Clone()
    {
        var clone = new CountTable(_slots.Length) { Distinct = Distinct };
        _slots.CopyTo(clone._slots, 0);
        return clone;
    }

    private ref Slot Find(long key)
    {
        var at = (int)(((ulong)key * Golden) >> _shift);
        while (true)
        {
            ref var slot = ref _slots[at];
            if (slot.Count == 0 || slot.Key == key) return ref slot;
            at = (at + 1) & (_slots.Length - 1);
        }
    }

    // At most half of the slots are taken.
    private bool Grown()
    {
        if (++Distinct * 2 <= _slots.Length) return false;
        var old = _slots;
        _slots = new Slot[old.Length * 2];
        _shift--;
        foreach (ref readonly var slot in old.AsSpan())
        {
            if (slot.Count != 0) Find(slot.Key) = slot;
        }

        return true;
    }

    private struct None;

    private struct Few;

    private struct Many;

    private struct Slot(long key, long count)
    {
        public readonly long Key = key;
        public long Count = count;
    }
}
