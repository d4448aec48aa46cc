using System.Buffers.Binary;
using System.Runtime.CompilerServices;
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
            var little = BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
            a = Fold(a ^ little, First);
            b = Fold(b + little, Seed) ^ little;
        }

        var rest = bytes[(words.Length * 8)..];
        if (rest.Length > 0)
        {
            var last = Short(rest);
            a = Fold(a ^ last, First);
            b = Fold(b + last, Seed) ^ last;
        }

        return (Mix(a), Mix(b ^ First));
    }

    // Less than 8 bytes as a number, the first byte lowest; two reads may overlap.
    private static ulong Short(ReadOnlySpan<byte> bytes)
    {
        var length = bytes.Length;
        if (length >= 4) return BinaryPrimitives.ReadUInt32LittleEndian(bytes) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes[(length - 4)..]) << ((length - 4) * 8));
        return bytes[0] | ((ulong)bytes[length >> 1] << ((length >> 1) * 8)) | ((ulong)bytes[length - 1] << ((length - 1) * 8));
    }

    private static ulong Fold(ulong value, ulong by)
    {
        var high = Math.BigMul(value ^ Seed, by, out var low);
        return high ^ low;
    }
}
