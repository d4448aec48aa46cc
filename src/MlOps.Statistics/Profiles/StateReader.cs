using System.Buffers.Binary;
using System.Text;

namespace MlOps.Statistics;

/// <summary>Reads what <see cref="StateWriter"/> wrote, and refuses anything else.</summary>
internal sealed class StateReader(ReadOnlyMemory<byte> bytes)
{
    private int _at;

    public bool IsAtEnd => _at == bytes.Length;

    public static InvalidDataException Damaged(string what) => new($"What was saved is damaged: it holds {what}. Take the profile or start the detector again, or restore the file.");

    public byte Byte() => Raw(1)[0];

    public bool Flag() => Byte() switch
    {
        0 => false,
        1 => true,
        _ => throw Damaged("a flag that is neither yes nor no"),
    };

    public long Number()
    {
        var value = Unsigned();
        return value <= long.MaxValue ? (long)value : throw Damaged("a negative count");
    }

    public long Signed()
    {
        var value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public ulong Unsigned()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }

        throw Damaged("a number of more than 64 bits");
    }

    /// <summary>A number of items, of which each takes some bytes at least.</summary>
    public int Length(int bytesEach)
    {
        var length = Unsigned();
        return length <= (ulong)((bytes.Length - _at) / bytesEach) ? (int)length : throw Damaged("a list that is longer than the profile");
    }

    public ulong Fixed() => BinaryPrimitives.ReadUInt64LittleEndian(Raw(8));

    public double Double() => BitConverter.UInt64BitsToDouble(Fixed());

    public DoubleDouble DoubleDouble() => new(Double(), Double());

    public Int128 Int128()
    {
        var low = Fixed();
        return new(Fixed(), low);
    }

    public decimal Decimal()
    {
        Span<int> parts = stackalloc int[4];
        foreach (ref var part in parts) part = (int)Signed();
        try
        {
            return new(parts);
        }
        catch (ArgumentException)
        {
            throw Damaged("a decimal number that cannot be");
        }
    }

    public ReadOnlySpan<byte> Bytes() => Raw(Length(1));

    public string Text() => Encoding.UTF8.GetString(Bytes());

    public ReadOnlySpan<byte> Raw(int length)
    {
        if (length > bytes.Length - _at) throw Damaged("less than it says");
        var raw = bytes.Span.Slice(_at, length);
        _at += length;
        return raw;
    }

    public KeyValuePair<long, long>[] Table()
    {
        var table = new KeyValuePair<long, long>[Length(2)];
        long before = 0;
        for (var i = 0; i < table.Length; i++)
        {
            var key = unchecked(before + Signed());
            if (i > 0 && key <= before) throw Damaged("a table that is not sorted");
            var count = Number();
            if (count == 0) throw Damaged("a value that never came");
            table[i] = new(key, count);
            before = key;
        }

        return table;
    }

    public byte[] Ranks()
    {
        var ranks = new byte[HyperLogLog.Registers];
        for (var i = 0; i < ranks.Length;)
        {
            var rank = Byte();
            if (rank > HyperLogLog.MaxRank) throw Damaged("a rank that cannot be");
            if (rank != 0)
            {
                ranks[i++] = rank;
                continue;
            }

            var zeros = Number();
            if (zeros < 1 || zeros > ranks.Length - i) throw Damaged("more ranks than there are");
            i += (int)zeros;
        }

        return ranks;
    }

    public Moments Moments()
    {
        var count = Number();
        return count == 0 ? default : new(count, DoubleDouble(), DoubleDouble(), DoubleDouble(), DoubleDouble());
    }

    public RowOrder Order()
    {
        var flags = Byte();
        if (flags > 15) throw Damaged("an order that cannot be");
        var any = (flags & 1) != 0;
        return new(any, any ? Signed() : 0, any ? Signed() : 0, (flags & 2) != 0, (flags & 4) != 0, (flags & 8) != 0);
    }
}
