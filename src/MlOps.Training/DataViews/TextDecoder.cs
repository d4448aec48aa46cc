using System.Buffers.Binary;
using System.Text;

namespace MlOps.Training;

/// <summary>Turns UTF-8 into text without an allocation a row: a value that was seen lately is taken again, a new one goes into a shared buffer.</summary>
/// <remarks>What was given out never changes, for ML.NET's dictionaries keep it. A small buffer keeps little else alive with it.</remarks>
internal sealed class TextDecoder
{
    private const int BufferSize = 4096;

    private readonly ReadOnlyMemory<char>[] _recent = new ReadOnlyMemory<char>[2048];
    private char[] _buffer = [];
    private int _used;

    public ReadOnlyMemory<char> Decode(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return default;
        ref var recent = ref _recent[Slot(utf8)];
        // False for anything but ASCII, which is then decoded each time.
        if (Ascii.Equals(utf8, recent.Span)) return recent;
        if (_buffer.Length - _used < utf8.Length)
        {
            _buffer = new char[Math.Max(BufferSize, utf8.Length)];
            _used = 0;
        }

        var length = Encoding.UTF8.GetChars(utf8, _buffer.AsSpan(_used));
        recent = _buffer.AsMemory(_used, length);
        _used += length;
        return recent;
    }

    private static int Slot(ReadOnlySpan<byte> utf8)
    {
        ulong hash;
        if (utf8.Length >= 8)
        {
            hash = BinaryPrimitives.ReadUInt64LittleEndian(utf8) ^ ulong.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(utf8[^8..]), 29);
        }
        else
        {
            hash = 0;
            foreach (var b in utf8) hash = (hash << 8) | b;
        }

        return (int)(((hash + (ulong)utf8.Length) * 0x9E3779B97F4A7C15) >> 53);
    }
}
