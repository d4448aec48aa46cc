using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Writes the state of windows compactly.</summary>
internal sealed class WindowWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(256);

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    public void Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    /// <summary>A number that is not negative, seven bits to a byte.</summary>
    public void Number(long value)
    {
        var rest = (ulong)value;
        for (; rest >= 0x80; rest >>= 7) Byte((byte)(rest | 0x80));
        Byte((byte)rest);
    }

    /// <summary>A number of either sign, small ones short.</summary>
    public void Signed(long value) => Number((value << 1) ^ (value >> 63));

    public void Fixed32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
    }

    public void Fixed64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    public void Int128(Int128 value)
    {
        Fixed64((long)(ulong)value);
        Fixed64((long)(value >> 64));
    }

    /// <summary>A value that is not missing, without its type.</summary>
    public void Value(in FeatureValue value)
    {
        switch (value.Type)
        {
            case ColumnType.String: Text((string)value.Object!); break;
            case ColumnType.Decimal: Int128(AggregateValues.UnitsOf((decimal)value.Object!)); break;
            case ColumnType.Float64: Fixed64(value.Bits); break;
            case ColumnType.Binary: break; // only counted
            default: Signed(value.Bits); break;
        }
    }

    public void Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Number(length);
        Encoding.UTF8.GetBytes(text, _buffer.GetSpan(length));
        _buffer.Advance(length);
    }
}

/// <summary>Reads what <see cref="WindowWriter"/> wrote, and refuses anything else.</summary>
internal ref struct WindowReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public static InvalidDataException Damaged() => new("The state of a window in the online store is damaged. Materialize the view again.");

    public byte Byte()
    {
        if (_rest.IsEmpty) throw Damaged();
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public long Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return (long)value;
        }

        throw Damaged();
    }

    public long Signed()
    {
        var value = (ulong)Number();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A number of items, of which each takes some bytes at least.</summary>
    public int Length(int bytesEach)
    {
        var length = (ulong)Number();
        return length <= (ulong)(_rest.Length / bytesEach) ? (int)length : throw Damaged();
    }

    public uint Fixed32() => BinaryPrimitives.ReadUInt32LittleEndian(Raw(4));

    public long Fixed64() => BinaryPrimitives.ReadInt64LittleEndian(Raw(8));

    public Int128 Int128()
    {
        var low = (ulong)Fixed64();
        return new((ulong)Fixed64(), low);
    }

    public FeatureValue Value(ColumnType type) => type switch
    {
        ColumnType.String => Text(),
        ColumnType.Decimal => AggregateValues.DecimalOf(Int128()),
        ColumnType.Float64 => FeatureValue.FromBits(type, Fixed64()),
        ColumnType.Binary => Array.Empty<byte>(),
        _ => FeatureValue.FromBits(type, Signed()),
    };

    public string Text() => Encoding.UTF8.GetString(Raw(Length(1)));

    private ReadOnlySpan<byte> Raw(int length)
    {
        if (length > _rest.Length) throw Damaged();
        var raw = _rest[..length];
        _rest = _rest[length..];
        return raw;
    }
}
