using System.Buffers;
using System.Numerics;

namespace MlOps.Statistics;

/// <summary>Finds how many bits keys must lose to have no more than so many buckets.</summary>
internal static class BucketLevel
{
    private const int HighBits = 32;
    private const int DigitBits = 11;
    private const int Digits = 3;

    /// <summary>Gives the smallest number of last bits without which no more different keys than allowed are left.</summary>
    public static int For(ReadOnlySpan<long> keys, int most)
    {
        // As a rule so many bits have to go that the upper half of the keys tells, which is soon put in order.
        var (high, other) = (ArrayPool<uint>.Shared.Rent(keys.Length), ArrayPool<uint>.Shared.Rent(keys.Length));
        for (var i = 0; i < keys.Length; i++) high[i] = (uint)(keys[i] >> HighBits) ^ 0x8000_0000;
        var level = For(Ordered(high.AsSpan(0, keys.Length), other.AsSpan(0, keys.Length)), most);
        ArrayPool<uint>.Shared.Return(high);
        ArrayPool<uint>.Shared.Return(other);
        return level is { } more ? HighBits + more : OfAllBits(keys, most);
    }

    private static int OfAllBits(ReadOnlySpan<long> keys, int most)
    {
        var sorted = keys.ToArray();
        Array.Sort(sorted);
        Span<int> apart = stackalloc int[65];
        apart.Clear();
        for (var i = 1; i < sorted.Length; i++) apart[64 - BitOperations.LeadingZeroCount((ulong)(sorted[i - 1] ^ sorted[i]))]++;
        return Level(apart, sorted.Length, most);
    }

    // Null when there are few enough with all these bits.
    private static int? For(ReadOnlySpan<uint> sorted, int most)
    {
        Span<int> apart = stackalloc int[33];
        apart.Clear();
        for (var i = 1; i < sorted.Length; i++) apart[32 - BitOperations.LeadingZeroCount(sorted[i - 1] ^ sorted[i])]++;
        return sorted.Length - apart[0] <= most ? null : Level(apart, sorted.Length, most);
    }

    // Neighbours share a bucket from the level on at which their highest different bit is dropped.
    private static int Level(ReadOnlySpan<int> apart, int keys, int most)
    {
        var (buckets, level) = (keys - apart[0], 0);
        while (buckets > most) buckets -= apart[++level];
        return level;
    }

    // Sorts by one digit after the other, from the last to the first.
    private static Span<uint> Ordered(Span<uint> keys, Span<uint> other)
    {
        Span<int> next = stackalloc int[Digits << DigitBits];
        next.Clear();
        foreach (var key in keys)
        {
            for (var digit = 0; digit < Digits; digit++) next[(digit << DigitBits) + DigitOf(key, digit)]++;
        }

        for (var digit = 0; digit < Digits; digit++)
        {
            var places = next.Slice(digit << DigitBits, 1 << DigitBits);
            var sum = 0;
            for (var i = 0; i < places.Length; i++) (places[i], sum) = (sum, sum + places[i]);
            foreach (var key in keys) other[places[DigitOf(key, digit)]++] = key;
            var from = keys;
            keys = other;
            other = from;
        }

        return keys;
    }

    private static int DigitOf(uint key, int digit) => (int)(key >> (digit * DigitBits)) & ((1 << DigitBits) - 1);
}
