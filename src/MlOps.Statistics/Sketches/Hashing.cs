using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MlOps.Statistics;

/// <summary>Hash functions whose results are stored, so they are fixed for ever.</summary>
internal static class Hashing
{
    private const ulong First = 0xFF51AFD7ED558CCD;
    private const ulong Second = 0xC4CEB9FE1A85EC53;
    private const ulong Seed = 0x9E3779B97F4A7C15;

    /// <summary>Mixes the 64 bits of a number: the finaliser of MurmurHash3 (Appleby, public domain).</summary>
    public static ulong Mix(ulong value)
    {
        value += Seed;
        value = (value ^ (value >> 33)) * First;
        value = (value ^ (value >> 33)) * Second;
        return value ^ (value >> 33);
    }

    /// <summary>Mixes many numbers.</summary>
    public static void Mix(ReadOnlySpan<long> values, Span<ulong> hashes)
    {
        var whole = MemoryMarshal.Cast<long, Vector512<ulong>>(values);
        var into = MemoryMarshal.Cast<ulong, Vector512<ulong>>(hashes);
        var (first, second, seed) = (Vector512.Create(First), Vector512.Create(Second), Vector512.Create(Seed));
        for (var i = 0; i < whole.Length; i++)
        {
            var value = whole[i] + seed;
            value = (value ^ (value >>> 33)) * first;
            value = (value ^ (value >>> 33)) * second;
            into[i] = value ^ (value >>> 33);
        }

        for (var i = whole.Length * Vector512<ulong>.Count; i < values.Length; i++) hashes[i] = Mix((ulong)values[i]);
    }

    /// <summary>Hashes bytes to 128 bits: two independent chains of multiply and fold over 8 bytes at a time.</summary>
    public static (ulong First, ulong Second) Of(ReadOnlySpan<byte> bytes)
    {
        var (a, b) = ((ulong)bytes.Length * Seed, Second ^ (ulong)bytes.Length);
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            var little = BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word);
            a = Fold(a ^ little, First);
            b = Fold(b + little, Seed) ^ little;
        }

        var rest = bytes[(words.Length * 8)..];
        if (rest.Length > 0)
        {
            ulong last = 0;
            for (var i = rest.Length - 1; i >= 0; i--) last = (last << 8) | rest[i];
            a = Fold(a ^ last, First);
            b = Fold(b + last, Seed) ^ last;
        }

        return (Mix(a), Mix(b ^ First));
    }

    private static ulong Fold(ulong value, ulong by)
    {
        var high = Math.BigMul(value ^ Seed, by, out var low);
        return high ^ low;
    }
}
