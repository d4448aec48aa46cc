using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MlOps.Statistics;

/// <summary>A text of a few bytes in one vector, which is compared at once: the bytes, zeros, and in the last place one more than the length.</summary>
internal readonly struct ShortText(Vector128<byte> bytes) : IEquatable<ShortText>
{
    public const int MaxLength = Width - 1;
    public const int Width = 16;

    private readonly Vector128<byte> _bytes = bytes;

    // From the n-th on, n bytes are zero: what does not belong to a text of Width - n bytes.
    private static ReadOnlySpan<byte> Masks =>
    [
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    public static bool operator ==(ShortText a, ShortText b) => a._bytes == b._bytes;

    public static bool operator !=(ShortText a, ShortText b) => a._bytes != b._bytes;

    public static ShortText Of(ReadOnlySpan<byte> text)
    {
        Span<byte> padded = stackalloc byte[Width];
        padded.Clear();
        text.CopyTo(padded);
        return At(ref MemoryMarshal.GetReference(padded), text.Length);
    }

    /// <summary>Takes a text where it lies. <see cref="Width"/> bytes are read from there, however long it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortText At(ref byte first, int length)
    {
        var bytes = Vector128.LoadUnsafe(ref first) & Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(Masks), (nuint)(Width - length));
        return new(bytes | Vector128.Create(0UL, (ulong)(length + 1) << 56).AsByte());
    }

    /// <summary>Where to look for it in a table of a power of two of slots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Slot(int shift)
    {
        var halves = _bytes.AsUInt64();
        return (int)(((halves[0] ^ BitOperations.RotateLeft(halves[1], 29)) * 0x9E3779B97F4A7C15) >> shift);
    }

    public bool Equals(ShortText other) => this == other;

    public override bool Equals(object? obj) => obj is ShortText other && this == other;

    public override int GetHashCode() => _bytes.GetHashCode();
}
