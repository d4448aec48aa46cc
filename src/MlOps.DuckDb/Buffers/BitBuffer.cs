using System.Numerics;
using Apache.Arrow;

namespace MlOps.DuckDb;

/// <summary>Bits in Arrow's order, lowest first: which rows are there, and the values of a boolean column.</summary>
internal sealed class BitBuffer
{
    private byte[] _bytes = new byte[RowBatch.Rows / 8];

    public int Length { get; private set; }

    public int UnsetCount { get; private set; }

    public void Add(bool bit)
    {
        Reserve(1);
        if (bit) _bytes[Length >> 3] |= (byte)(1 << (Length & 7));
        else UnsetCount++;
        Length++;
    }

    public void AddSet(int count)
    {
        Reserve(count);
        while (count > 0 && (Length & 7) != 0)
        {
            Add(true);
            count--;
        }

        _bytes.AsSpan(Length >> 3, count >> 3).Fill(0xFF);
        Length += count & ~7;
        for (count &= 7; count > 0; count--) Add(true);
    }

    /// <summary>Adds the bits of a mask of the engine; null says that all are set.</summary>
    public unsafe void AddMask(ulong* mask, int count)
    {
        if (mask is null)
        {
            AddSet(count);
        }
        else if ((Length & 7) == 0)
        {
            Reserve(count);
            var bytes = _bytes.AsSpan(Length >> 3, (count + 7) / 8);
            new ReadOnlySpan<byte>(mask, bytes.Length).CopyTo(bytes);
            if ((count & 7) != 0) bytes[^1] &= (byte)((1 << (count & 7)) - 1);
            UnsetCount += count;
            foreach (var b in bytes) UnsetCount -= BitOperations.PopCount(b);
            Length += count;
        }
        else
        {
            for (var i = 0; i < count; i++) Add((mask[i >> 6] >> (i & 63) & 1) != 0);
        }
    }

    /// <summary>Hands the bits over and starts anew.</summary>
    public ArrowBuffer Take()
    {
        var taken = new ArrowBuffer(_bytes);
        _bytes = new byte[RowBatch.Rows / 8];
        Length = 0;
        UnsetCount = 0;
        return taken;
    }

    private void Reserve(int count)
    {
        var needed = (Length + count + 7) / 8;
        if (needed > _bytes.Length) System.Array.Resize(ref _bytes, Math.Max(needed, _bytes.Length * 2));
    }
}
