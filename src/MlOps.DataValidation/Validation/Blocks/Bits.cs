using System.Numerics;

namespace MlOps.DataValidation;

/// <summary>Sets of rows of a block: one bit a row, lowest first, in words of 64.</summary>
internal static class Bits
{
    public static int Words(int rows) => (rows + 63) >> 6;

    public static bool Has(ReadOnlySpan<ulong> set, int row) => ((set[row >> 6] >> (row & 63)) & 1) != 0;

    public static void Set(Span<ulong> set, int row) => set[row >> 6] |= 1UL << (row & 63);

    public static int Count(ReadOnlySpan<ulong> set)
    {
        var count = 0;
        foreach (var word in set) count += BitOperations.PopCount(word);
        return count;
    }

    /// <summary>Makes the set of all rows.</summary>
    public static void Fill(Span<ulong> set, int rows)
    {
        set.Fill(ulong.MaxValue);
        if ((rows & 63) != 0) set[^1] = (1UL << (rows & 63)) - 1;
    }

    public static void And(Span<ulong> set, ReadOnlySpan<ulong> other)
    {
        for (var i = 0; i < set.Length; i++) set[i] &= other[i];
    }

    public static void AndNot(Span<ulong> set, ReadOnlySpan<ulong> other)
    {
        for (var i = 0; i < set.Length; i++) set[i] &= ~other[i];
    }

    public static void Or(Span<ulong> set, ReadOnlySpan<ulong> other)
    {
        for (var i = 0; i < set.Length; i++) set[i] |= other[i];
    }

    /// <summary>Copies a bitmap that starts anywhere within its bytes.</summary>
    public static void Copy(ReadOnlySpan<byte> bits, int offset, int rows, Span<ulong> set)
    {
        set.Clear();
        var bytes = bits[(offset >> 3)..];
        var shift = offset & 7;
        for (var word = 0; word < set.Length; word++)
        {
            var from = bytes[(word * 8)..];
            ulong low = 0;
            if (from.Length >= 8) low = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(from);
            else for (var i = 0; i < from.Length; i++) low |= (ulong)from[i] << (8 * i);
            set[word] = shift == 0 ? low : (low >> shift) | (from.Length > 8 ? (ulong)from[8] << (64 - shift) : 0);
        }

        if ((rows & 63) != 0) set[^1] &= (1UL << (rows & 63)) - 1;
    }
}

/// <summary>Walks over the rows of a set in their order.</summary>
internal ref struct RowsOf(ReadOnlySpan<ulong> set)
{
    private readonly ReadOnlySpan<ulong> _set = set;
    private int _word = -1;
    private ulong _left = 0;

    public int Current { get; private set; } = 0;

    public readonly RowsOf GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_left == 0)
        {
            if (++_word >= _set.Length) return false;
            _left = _set[_word];
        }

        Current = (_word << 6) + BitOperations.TrailingZeroCount(_left);
        _left &= _left - 1;
        return true;
    }
}
