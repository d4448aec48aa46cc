using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace MlOps.Monitoring;

/// <summary>Reads a record, in the order in which it was written.</summary>
internal ref struct RecordReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public byte Byte()
    {
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public int Int32()
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(_rest);
        _rest = _rest[4..];
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Int64()
    {
        var value = BinaryPrimitives.ReadInt64LittleEndian(_rest);
        _rest = _rest[8..];
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Double() => BitConverter.Int64BitsToDouble(Int64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Single()
    {
        var value = BinaryPrimitives.ReadSingleLittleEndian(_rest);
        _rest = _rest[4..];
        return value;
    }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        var value = _rest[..count];
        _rest = _rest[count..];
        return value;
    }

    /// <summary>Reads text as UTF-8.</summary>
    /// <param name="isMissing">True when there is none.</param>
    public ReadOnlySpan<byte> Utf8(out bool isMissing)
    {
        var length = Int32();
        isMissing = length < 0;
        return isMissing ? default : Bytes(length);
    }

    public string? Text()
    {
        var utf8 = Utf8(out var isMissing);
        return isMissing ? null : Encoding.UTF8.GetString(utf8);
    }
}
