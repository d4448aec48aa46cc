using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace MlOps.DataValidation;

/// <summary>Numbers the different texts of a column from 0 as they come, as long as they are few and short: what is found out about a text is found out once, and not for each row.</summary>
internal sealed class TextCodes
{
    /// <summary>The most different texts.</summary>
    public const int MostTexts = 4096;

    private const int MostBytes = 64; // of one text
    private const int WordBytes = 8;
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private Slot[] _slots = new Slot[64];
    private int _shift = 64 - 6;
    private byte[][] _bytes = new byte[32][];
    private string[] _texts = new string[32];

    /// <summary>Gets how many different texts there are.</summary>
    public int Count { get; private set; }

    public string this[int code] => _texts[code];

    /// <summary>Gives the number of each text.</summary>
    /// <param name="offsets">Where each text begins, and where the last one ends.</param>
    /// <param name="bytes">The bytes of all texts, in UTF-8.</param>
    /// <param name="codes">Receives the numbers.</param>
    /// <returns>False when there are too many different texts, or one that is too long.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryCode(ReadOnlySpan<int> offsets, ReadOnlySpan<byte> bytes, Span<int> codes)
    {
        for (var row = 0; row < codes.Length; row++)
        {
            var (from, length) = (offsets[row], offsets[row + 1] - offsets[row]);
            if (length > MostBytes) return false;
            var key = length <= WordBytes && from + WordBytes <= bytes.Length
                ? Word(BinaryPrimitives.ReadUInt64LittleEndian(bytes[from..]), length)
                : KeyOf(bytes.Slice(from, length));
            var at = PlaceOf(key, length);
            while (true)
            {
                ref readonly var slot = ref _slots[at];
                if (slot.Number == 0)
                {
                    if (Count == MostTexts) return false;
                    codes[row] = Add(key, bytes.Slice(from, length), at);
                    break;
                }

                if (slot.Key == key && slot.Length == length && (length <= WordBytes || bytes.Slice(from, length).SequenceEqual(_bytes[slot.Number - 1])))
                {
                    codes[row] = slot.Number - 1;
                    break;
                }

                at = (at + 1) & (_slots.Length - 1);
            }
        }

        return true;
    }

    // A short text is its own key; the key of a longer one is a hash.
    private static ulong KeyOf(ReadOnlySpan<byte> text)
    {
        if (text.Length <= WordBytes)
        {
            ulong word = 0;
            for (var i = 0; i < text.Length; i++) word |= (ulong)text[i] << (8 * i);
            return word;
        }

        ulong key = 0;
        foreach (var part in MemoryMarshal.Cast<byte, ulong>(text)) key = BitOperations.RotateLeft((key ^ part) * Golden, 29);
        return (key ^ BinaryPrimitives.ReadUInt64LittleEndian(text[^WordBytes..])) * Golden;
    }

    private static ulong Word(ulong bytes, int length) => length == WordBytes ? bytes : bytes & ((1UL << (8 * length)) - 1);

    private int PlaceOf(ulong key, int length)
    {
        var mixed = (key ^ (ulong)length) * Golden;
        return (int)((mixed ^ (mixed >> 32)) * Golden >> _shift);
    }

    private int Add(ulong key, ReadOnlySpan<byte> text, int at)
    {
        var code = Count++;
        if (code == _texts.Length)
        {
            Array.Resize(ref _texts, 2 * code);
            Array.Resize(ref _bytes, 2 * code);
        }

        (_texts[code], _bytes[code]) = (Encoding.UTF8.GetString(text), text.ToArray());
        _slots[at] = new(key, text.Length, Count);
        if (Count * 4 > _slots.Length) Grow();
        return code;
    }

    private void Grow()
    {
        var old = _slots;
        _slots = new Slot[old.Length * 4];
        _shift -= 2;
        foreach (ref readonly var slot in old.AsSpan())
        {
            if (slot.Number == 0) continue;
            var at = PlaceOf(slot.Key, slot.Length);
            while (_slots[at].Number != 0) at = (at + 1) & (_slots.Length - 1);
            _slots[at] = slot;
        }
    }

    // The number is one more than the code; 0 says that the slot is free.
    private readonly record struct Slot(ulong Key, int Length, int Number);
}
