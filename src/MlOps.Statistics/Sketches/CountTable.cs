using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MlOps.Statistics;

/// <summary>How often each of some whole numbers came.</summary>
/// <remarks>
/// Numbers that lie close together, as buckets and small integers do, are counted in a window: an array with a place for each magnitude of a range, of both signs. The others are counted in an open
/// hash table. Where the window lies is only a question of speed.
/// </remarks>
internal sealed class CountTable
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    // The window has no more magnitudes, and moves when more than one number in so many of a block fell outside.
    private const int MostMagnitudes = 8192;
    private const int OutsideOneIn = 16;
    private const int SampleSize = 256;
    private const int LongestPause = 1024;

    private Slot[] _slots = new Slot[32];
    private int _shift = 64 - 5;
    private int _inSlots;
    private long[] _window = [];
    private long _first; // the magnitude at which the window begins
    private int _inWindow;
    private int _pause; // blocks until the window may move again, and how long it was the last time
    private int _lastPause;

    /// <summary>Gets how many different numbers there are.</summary>
    public int Distinct => _inSlots + _inWindow;

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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int AddAll<TFrequent>(ReadOnlySpan<long> keys, int limit, long threshold, Span<int> frequent, out int frequentCount)
        where TFrequent : struct
    {
        ref var slots = ref MemoryMarshal.GetArrayDataReference(_slots);
        ref var window = ref MemoryMarshal.GetArrayDataReference(_window);
        ref var frequents = ref MemoryMarshal.GetReference(frequent);
        var (mask, shift, first, magnitudes, outside) = (_slots.Length - 1, _shift, _first, (ulong)_window.Length / 2, 0);
        frequentCount = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            var key = keys[i];
            long count;
            var place = (ulong)((key ^ (key >> 63)) - first);
            if (place < magnitudes)
            {
                count = ++Unsafe.Add(ref window, (nint)((place << 1) | ((ulong)key >> 63)));
                if (count == 1)
                {
                    _inWindow++;
                    if (Distinct > limit) return i + 1;
                    continue;
                }
            }
            else
            {
                outside++;
                var at = (int)(((ulong)key * Golden) >> shift);
                while (Unsafe.Add(ref slots, at).Key != key && Unsafe.Add(ref slots, at).Count != 0) at = (at + 1) & mask;
                ref var slot = ref Unsafe.Add(ref slots, at);
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

                    continue;
                }

                count = ++slot.Count;
            }

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
        }

        if (outside * OutsideOneIn > keys.Length && keys.Length >= SampleSize) MoveWindow(keys);
        return keys.Length;
    }

    public void Add(long key, long count)
    {
        if (count == 0) return;
        if (IsInWindow(key, out var place))
        {
            if (_window[place] == 0) _inWindow++;
            _window[place] += count;
            return;
        }

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

    public long CountOf(long key) => IsInWindow(key, out var place) ? _window[place] : Find(key).Count;

    /// <summary>All numbers with their counts, in ascending order of the number.</summary>
    public KeyValuePair<long, long>[] ToSorted()
    {
        var (keys, counts) = (new long[Distinct], new long[Distinct]);
        CopyTo(keys, counts);
        Array.Sort(keys, counts);
        var sorted = new KeyValuePair<long, long>[keys.Length];
        for (var i = 0; i < keys.Length; i++) sorted[i] = new(keys[i], counts[i]);
        return sorted;
    }

    /// <summary>All numbers in ascending order, and their counts.</summary>
    public (long[] Keys, long[] Counts) Ordered()
    {
        var (keys, counts, next) = (new long[Distinct], new long[Distinct], 0);
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Count != 0) (keys[next], counts[next++]) = (slot.Key, slot.Count);
        }

        var outside = next;
        for (var place = _window.Length - 1; place > 0; place -= 2)
        {
            if (_window[place] != 0) (keys[next], counts[next++]) = (~(_first + (place >> 1)), _window[place]);
        }

        for (var place = 0; place < _window.Length; place += 2)
        {
            if (_window[place] != 0) (keys[next], counts[next++]) = (_first + (place >> 1), _window[place]);
        }

        // The window is in order; as a rule nothing lies outside of it.
        if (outside > 0) Array.Sort(keys, counts);
        return (keys, counts);
    }

    /// <summary>Shifts every number to the right; counts of those that become equal are added up.</summary>
    public void Shift(int bits)
    {
        var distinct = Distinct;
        var (keys, counts) = (ArrayPool<long>.Shared.Rent(distinct), ArrayPool<long>.Shared.Rent(distinct));
        CopyTo(keys, counts);
        for (var i = 0; i < distinct; i++) keys[i] >>= bits;
        Refill(keys.AsSpan(0, distinct), counts.AsSpan(0, distinct));
        ArrayPool<long>.Shared.Return(keys);
        ArrayPool<long>.Shared.Return(counts);
    }

    /// <summary>Forgets all numbers and takes others; counts of equal ones are added up.</summary>
    public void Refill(ReadOnlySpan<long> keys, ReadOnlySpan<long> counts)
    {
        _pause = _lastPause = 0;
        var (first, magnitudes) = WindowFor(keys, keys);
        Fill(keys, counts, first, magnitudes);
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

        for (var place = 0; place < _window.Length; place++)
        {
            if (_window[place] == 0) continue;
            var magnitude = _first + (place >> 1);
            keys[next] = (place & 1) == 0 ? magnitude : ~magnitude;
            counts[next++] = _window[place];
        }
    }

    public CountTable Clone() => new()
    {
        _slots = [.. _slots],
        _shift = _shift,
        _inSlots = _inSlots,
        _window = [.. _window],
        _first = _first,
        _inWindow = _inWindow,
        _pause = _pause,
        _lastPause = _lastPause,
    };

    // Negative numbers have the magnitude of their complement.
    private static long MagnitudeOf(long key) => key ^ (key >> 63);

    private bool IsInWindow(long key, out int place)
    {
        var magnitude = (ulong)(MagnitudeOf(key) - _first);
        place = (int)((magnitude << 1) | ((ulong)key >> 63));
        return magnitude < (ulong)_window.Length / 2;
    }

    // Moves the window to where the numbers of a block lie, ever more rarely.
    private void MoveWindow(ReadOnlySpan<long> block)
    {
        if (_pause-- > 0) return;
        _pause = _lastPause = Math.Min((_lastPause * 2) + 1, LongestPause);
        var distinct = Distinct;
        var (keys, counts) = (ArrayPool<long>.Shared.Rent(distinct), ArrayPool<long>.Shared.Rent(distinct));
        CopyTo(keys, counts);
        var (first, magnitudes) = WindowFor(keys.AsSpan(0, distinct), block);
        if (magnitudes != 0 && (first, magnitudes * 2) != (_first, _window.Length)) Fill(keys.AsSpan(0, distinct), counts.AsSpan(0, distinct), first, magnitudes);
        ArrayPool<long>.Shared.Return(keys);
        ArrayPool<long>.Shared.Return(counts);
    }

    // A window for all numbers, or for nearly all that come; none when they lie too far apart.
    private static (long First, int Magnitudes) WindowFor(ReadOnlySpan<long> all, ReadOnlySpan<long> coming)
    {
        if (all.IsEmpty) return default;
        var (lowest, highest) = (long.MaxValue, 0L);
        foreach (var key in all) (lowest, highest) = (Math.Min(lowest, MagnitudeOf(key)), Math.Max(highest, MagnitudeOf(key)));
        if (highest - lowest < MostMagnitudes)
        {
            // With room for what comes next, for sorted values always come next to the window.
            var magnitudes = BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 4 * (highest - lowest + 1)));
            return Around(lowest, highest, (int)Math.Min(MostMagnitudes, magnitudes));
        }

        Span<long> sample = stackalloc long[Math.Min(SampleSize, coming.Length)];
        for (var i = 0; i < sample.Length; i++) sample[i] = MagnitudeOf(coming[(int)((long)i * coming.Length / sample.Length)]);
        sample.Sort();
        var (most, from) = (0, 0);
        for (var (i, j) = (0, 0); i < sample.Length; i++)
        {
            while (sample[i] - sample[j] >= MostMagnitudes) j++;
            if (i - j + 1 > most) (most, from) = (i - j + 1, j);
        }

        return (sample.Length - most) * OutsideOneIn <= sample.Length && most > 0 ? Around(sample[from], sample[from + most - 1], MostMagnitudes) : default;
    }

    private static (long First, int Magnitudes) Around(long lowest, long highest, int magnitudes) => (Math.Max(0, lowest - ((magnitudes - (highest - lowest + 1)) / 2)), magnitudes);

    private void Fill(ReadOnlySpan<long> keys, ReadOnlySpan<long> counts, long first, int magnitudes)
    {
        (_first, _inWindow, _inSlots) = (first, 0, 0);
        Empty(ref _window, magnitudes * 2);
        var outside = 0;
        foreach (var key in keys) outside += IsInWindow(key, out _) ? 0 : 1;
        var slots = (int)Math.Max(32, BitOperations.RoundUpToPowerOf2((uint)outside * 2));
        Empty(ref _slots, slots);
        _shift = 64 - BitOperations.Log2((uint)slots);
        for (var i = 0; i < keys.Length; i++) Add(keys[i], counts[i]);
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
        if (++_inSlots * 2 <= _slots.Length) return false;
        var old = _slots;
        _slots = Rent<Slot>(old.Length * 2);
        _shift--;
        foreach (ref readonly var slot in old.AsSpan())
        {
            if (slot.Count != 0) Find(slot.Key) = slot;
        }

        ArrayPool<Slot>.Shared.Return(old);
        return true;
    }

    private static void Empty<T>(ref T[] array, int length)
    {
        if (array.Length == length)
        {
            Array.Clear(array);
            return;
        }

        if (array.Length > 0) ArrayPool<T>.Shared.Return(array);
        array = length == 0 ? [] : Rent<T>(length);
    }

    // The tables of a column are outgrown soon and serve the next one: new memory costs the system more than the counting. The lengths are powers of two, which the pool gives exactly.
    private static T[] Rent<T>(int length)
    {
        var rented = ArrayPool<T>.Shared.Rent(length);
        if (rented.Length != length) return new T[length];
        Array.Clear(rented);
        return rented;
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
