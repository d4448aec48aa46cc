using System.Buffers.Binary;
using System.Numerics;

namespace MlOps.Statistics;

/// <summary>Which rows of a column have a value: a bitmap as Apache Arrow lays it out, least significant bit first, 1 for a value and 0 for a missing one.</summary>
/// <remarks>The default says that every row has a value. The bits are only read.</remarks>
public readonly ref struct Validity
{
    private readonly ReadOnlySpan<byte> _bits;
    private readonly int _offset;

    /// <summary>Takes a bitmap.</summary>
    /// <param name="bits">The bitmap; empty when every row has a value.</param>
    /// <param name="offset">The bit of the first row, for a slice of a longer column.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative.</exception>
    public Validity(ReadOnlySpan<byte> bits, int offset = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        _bits = bits;
        _offset = offset;
    }

    /// <summary>Gets a value indicating whether there is no bitmap, so that every row has a value.</summary>
    public bool IsAllValid => _bits.IsEmpty;

    /// <summary>Says whether a row has a value.</summary>
    /// <param name="row">The row from 0.</param>
    /// <returns>Whether it has one.</returns>
    public bool this[int row]
    {
        get
        {
            if (_bits.IsEmpty) return true;
            var bit = (long)_offset + row;
            return ((_bits[(int)(bit >> 3)] >> (int)(bit & 7)) & 1) != 0;
        }
    }

    /// <summary>Counts the rows that have a value.</summary>
    /// <param name="rows">How many rows there are.</param>
    /// <returns>How many have a value.</returns>
    /// <exception cref="ArgumentException">The bitmap is too short for the rows.</exception>
    public int CountValid(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        if (_bits.IsEmpty) return rows;
        Check(rows);
        var valid = 0;
        for (var row = 0; row < rows; row += 64) valid += BitOperations.PopCount(Word(row, rows));
        return valid;
    }

    internal void Check(int rows)
    {
        if (_bits.IsEmpty) return;
        if ((long)_offset + rows > 8L * _bits.Length)
            throw new ArgumentException($"The validity bitmap has {8L * _bits.Length} bits, too few for {rows} rows from bit {_offset}.", nameof(rows));
    }

    /// <summary>Up to 64 rows, the first of them in the lowest bit; rows past the last are 0.</summary>
    internal ulong Word(int row, int rows)
    {
        var left = Math.Min(64, rows - row);
        var keep = left == 64 ? ulong.MaxValue : (1UL << left) - 1;
        if (_bits.IsEmpty) return keep;
        var bit = (long)_offset + row;
        var (at, shift) = ((int)(bit >> 3), (int)(bit & 7));
        var bytes = _bits[at..];
        var low = bytes.Length >= 8 ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : Short(bytes);
        if (shift != 0) low = (low >> shift) | (bytes.Length > 8 ? (ulong)bytes[8] << (64 - shift) : 0);
        return low & keep;
    }

    /// <summary>Copies the values of the rows that have one.</summary>
    /// <returns>How many were copied.</returns>
    internal int Compact<T>(ReadOnlySpan<T> values, int firstRow, Span<T> into)
        where T : unmanaged
    {
        var next = 0;
        for (var i = 0; i < values.Length; i += 64)
        {
            var word = Word(firstRow + i, firstRow + values.Length);
            var rows = Math.Min(64, values.Length - i);
            if (BitOperations.PopCount(word) == rows)
            {
                values.Slice(i, rows).CopyTo(into[next..]);
                next += rows;
                continue;
            }

            for (; word != 0; word &= word - 1) into[next++] = values[i + BitOperations.TrailingZeroCount(word)];
        }

        return next;
    }

    private static ulong Short(ReadOnlySpan<byte> bytes)
    {
        ulong word = 0;
        for (var i = bytes.Length - 1; i >= 0; i--) word = (word << 8) | bytes[i];
        return word;
    }
}
