using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MlOps.Statistics;

/// <summary>Writes the state of a profile compactly.</summary>
internal sealed class StateWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public void Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>A number that is not negative, seven bits to a byte.</summary>
    public void Number(long value) => Unsigned((ulong)value);

    /// <summary>A number of either sign, small ones short.</summary>
    public void Signed(long value) => Unsigned(((ulong)value << 1) ^ (ulong)(value >> 63));

    public void Unsigned(ulong value)
    {
        for (; value >= 0x80; value >>= 7) Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    public void Fixed(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    public void Double(double value) => Fixed(BitConverter.DoubleToUInt64Bits(value));

    public void Double(DoubleDouble value)
    {
        Double(value.High);
        Double(value.Low);
    }

    public void Int128(Int128 value)
    {
        Fixed((ulong)value);
        Fixed((ulong)(value >> 64));
    }

    public void Decimal(decimal value)
    {
        foreach (var part in decimal.GetBits(value)) Signed(part);
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Number(bytes.Length);
        Raw(bytes);
    }

    public void Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.GetSpan(bytes.Length));
        _buffer.Advance(bytes.Length);
    }

    /// <summary>Counts by number, sorted by the number: the distances between the numbers, and the counts.</summary>
    public void Table(ReadOnlySpan<KeyValuePair<long, long>> sorted)
    {
        Number(sorted.Length);
        long before = 0;
        foreach (var (key, count) in sorted)
        {
            Signed(unchecked(key - before));
            Number(count);
            before = key;
        }
    }

    /// <summary>The registers of a distinct count: in one byte each, zeros counted.</summary>
    public void Ranks(ReadOnlySpan<byte> ranks)
    {
        for (var i = 0; i < ranks.Length;)
        {
            if (ranks[i] != 0)
            {
                Byte(ranks[i++]);
                continue;
            }

            var from = i;
            while (i < ranks.Length && ranks[i] == 0) i++;
            Byte(0);
            Number(i - from);
        }
    }

    public void Moments(in Moments moments)
    {
        Number(moments.Count);
        if (moments.Count == 0) return;
        Double(moments.Mean);
        Double(moments.Second);
        Double(moments.Third);
        Double(moments.Fourth);
    }

    public void Order(RowOrder order)
    {
        Byte((byte)((order.Any ? 1 : 0) | (order.Rises ? 2 : 0) | (order.Stays ? 4 : 0) | (order.Falls ? 8 : 0)));
        if (!order.Any) return;
        Signed(order.First);
        Signed(order.Last);
    }
}
