using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace MlOps.Monitoring;

/// <summary>Bytes of one record while it is made. Each thread has one, which grows with its largest record.</summary>
internal sealed class RecordBuffer
{
    private const int Initial = 1_024;
    private const int Keep = 1 << 20;

    [ThreadStatic]
    private static RecordBuffer? _mine;

    private byte[] _bytes = new byte[Initial];
    private int _length;

    /// <summary>Gets the bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Takes the buffer of this thread, empty.</summary>
    public static RecordBuffer Take()
    {
        var mine = _mine ??= new();
        if (mine._bytes.Length > Keep) mine._bytes = new byte[Initial]; // one enormous request does not hold its memory for good
        mine._length = 0;
        return mine;
    }

    /// <summary>Makes room for more bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Add(int count)
    {
        var start = _length;
        var end = checked(start + count);
        if (end > _bytes.Length) System.Array.Resize(ref _bytes, Math.Max(end, (int)Math.Min(2L * _bytes.Length, System.Array.MaxLength)));
        _length = end;
        return _bytes.AsSpan(start, count);
    }

    public void Byte(byte value) => Add(1)[0] = value;

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Add(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Add(8), value);

    /// <summary>Adds values as they lie in memory.</summary>
    public void Values<T>(ReadOnlySpan<T> values)
        where T : unmanaged => MemoryMarshal.AsBytes(values).CopyTo(Add(values.Length * Unsafe.SizeOf<T>()));

    /// <summary>Adds text with its length before it; null is told from empty.</summary>
    public void Text(string? text)
    {
        if (text is null)
        {
            Int32(-1);
            return;
        }

        if (text.Length < 128)
        {
            var room = Add(4 + (text.Length * 3));
            var written = Encoding.UTF8.GetBytes(text, room[4..]); // half a character becomes the replacement character
            BinaryPrimitives.WriteInt32LittleEndian(room, written);
            _length -= room.Length - 4 - written;
            return;
        }

        var count = Encoding.UTF8.GetByteCount(text);
        Int32(count);
        Encoding.UTF8.GetBytes(text, Add(count));
    }
}

/// <summary>The check sum of records: CRC-32C (RFC 3720), by the processor's own instruction where it has one.</summary>
internal static class Checksum
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes)) crc = BitOperations.Crc32C(crc, word);
        foreach (var single in bytes[(bytes.Length & ~7)..]) crc = BitOperations.Crc32C(crc, single);
        return ~crc;
    }
}
