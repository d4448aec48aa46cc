using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MlOps.Statistics;

/// <summary>How often each of some byte strings came; an open hash table that keeps the first bytes of each.</summary>
internal sealed class TextTable(int keep)
{
    private Entry[] _entries = new Entry[16];
    private int[] _slots = new int[32];
    private int _shift = 64 - 5;
    private ShortSlot[] _shorts = new ShortSlot[16];
    private int _shortShift = 64 - 4;
    private int _shortCount;
    private byte[] _bytes = new byte[256];
    private int _bytesUsed;

    public int Distinct { get; private set; }

    public ReadOnlySpan<Entry> Entries => _entries.AsSpan(0, Distinct);

    public ReadOnlySpan<byte> BytesOf(in Entry entry) => _bytes.AsSpan(entry.Offset, entry.Kept);

    /// <summary>The number of an entry, or -1.</summary>
    public int Find(ReadOnlySpan<byte> text, in (ulong First, ulong Second) hash)
    {
        var mask = _slots.Length - 1;
        for (var at = (int)(hash.First >> _shift); ; at = (at + 1) & mask)
        {
            var number = _slots[at] - 1;
            if (number < 0) return -1;
            ref readonly var entry = ref _entries[number];
            if (entry.First == hash.First && entry.Length == text.Length && (text.Length > keep ? entry.Second == hash.Second : text.SequenceEqual(BytesOf(entry)))) return number;
        }
    }

    /// <summary>The number of the entry of another table's entry, or -1.</summary>
    public int Find(TextTable other, in Entry same)
    {
        var mask = _slots.Length - 1;
        for (var at = (int)(same.First >> _shift); ; at = (at + 1) & mask)
        {
            var number = _slots[at] - 1;
            if (number < 0) return -1;
            ref readonly var entry = ref _entries[number];
            if (entry.First == same.First && entry.Second == same.Second && entry.Length == same.Length && BytesOf(entry).SequenceEqual(other.BytesOf(same))) return number;
        }
    }

    /// <summary>Counts texts once more as long as they are known and short, which is far quicker than with their hashes.</summary>
    /// <param name="offsets">Where each begins, and where the last one ends.</param>
    /// <param name="bytes">The bytes of all.</param>
    /// <param name="characters">Receives how many characters each has.</param>
    /// <param name="forms">How many look like what; counted on.</param>
    /// <returns>How many were counted.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int CountKnown<T>(ReadOnlySpan<T> offsets, ReadOnlySpan<byte> bytes, Span<long> characters, Span<long> forms)
        where T : unmanaged, IBinaryInteger<T>
    {
        ref var slots = ref MemoryMarshal.GetArrayDataReference(_shorts);
        ref var entries = ref MemoryMarshal.GetArrayDataReference(_entries);
        var (mask, shift) = (_shorts.Length - 1, _shortShift);
        var (form, since, row, from) = (TextForm.Other, 0, 0, int.CreateTruncating(offsets[0]));
        offsets = offsets.Slice(1, Math.Min(offsets.Length - 1, characters.Length));
        for (; row < offsets.Length; row++)
        {
            var end = int.CreateTruncating(offsets[row]);
            if (end - from > ShortText.MaxLength || from > bytes.Length - ShortText.Width) break;
            var text = ShortText.At(ref Unsafe.Add(ref MemoryMarshal.GetReference(bytes), from), end - from);
            var at = text.Slot(shift);
            while (Unsafe.Add(ref slots, at).Text != text && Unsafe.Add(ref slots, at).Number != 0) at = (at + 1) & mask;
            ref readonly var slot = ref Unsafe.Add(ref slots, at);
            if (slot.Number == 0) break;
            Unsafe.Add(ref entries, slot.Number - 1).Count++;
            characters[row] = slot.Characters;
            from = end;
            if (slot.Form == form) continue;
            forms[(int)form] += row - since;
            (form, since) = (slot.Form, row);
        }

        forms[(int)form] += row - since;
        return row;
    }

    public ref Entry this[int number] => ref _entries[number];

    /// <summary>Adds an entry that is not there yet.</summary>
    public int Insert(ReadOnlySpan<byte> text, in Entry entry)
    {
        var kept = text[..Math.Min(text.Length, keep)];
        if (_bytesUsed + kept.Length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _bytesUsed + kept.Length));
        kept.CopyTo(_bytes.AsSpan(_bytesUsed));
        if (Distinct == _entries.Length) Array.Resize(ref _entries, Distinct * 2);
        _entries[Distinct] = entry with { Offset = _bytesUsed, Kept = kept.Length };
        _bytesUsed += kept.Length;
        Distinct++;
        if (Distinct * 2 > _slots.Length) Grow();
        else Place(Distinct - 1);
        if (entry.Length <= ShortText.MaxLength && kept.Length == entry.Length) AddShort(Distinct - 1);
        return Distinct - 1;
    }

    /// <summary>The entries sorted by their bytes, then length and hash.</summary>
    public Entry[] ToSorted()
    {
        var sorted = Entries.ToArray();
        Array.Sort(sorted, (a, b) =>
        {
            var order = BytesOf(a).SequenceCompareTo(BytesOf(b));
            if (order == 0) order = a.Length.CompareTo(b.Length);
            if (order == 0) order = a.First.CompareTo(b.First);
            return order == 0 ? a.Second.CompareTo(b.Second) : order;
        });
        return sorted;
    }

    public TextTable Clone()
    {
        return new TextTable(keep)
        {
            _entries = [.. _entries],
            _slots = [.. _slots],
            _shift = _shift,
            _shorts = [.. _shorts],
            _shortShift = _shortShift,
            _shortCount = _shortCount,
            _bytes = _bytes[..Math.Max(16, _bytesUsed)],
            _bytesUsed = _bytesUsed,
            Distinct = Distinct,
        };
    }

    private void Grow()
    {
        _slots = new int[(int)BitOperations.RoundUpToPowerOf2((uint)Distinct * 4)];
        _shift = 64 - BitOperations.Log2((uint)_slots.Length);
        for (var number = 0; number < Distinct; number++) Place(number);
    }

    private void AddShort(int number)
    {
        if (++_shortCount * 2 > _shorts.Length)
        {
            var old = _shorts;
            _shorts = new ShortSlot[old.Length * 4];
            _shortShift -= 2;
            foreach (ref readonly var slot in old.AsSpan())
            {
                if (slot.Number != 0) Place(slot);
            }
        }

        ref readonly var entry = ref _entries[number];
        Place(new ShortSlot(ShortText.Of(BytesOf(entry)), number + 1, (byte)entry.Characters, entry.Form));
    }

    private void Place(in ShortSlot slot)
    {
        var at = slot.Text.Slot(_shortShift);
        while (_shorts[at].Number != 0) at = (at + 1) & (_shorts.Length - 1);
        _shorts[at] = slot;
    }

    private void Place(int number)
    {
        var at = (int)(_entries[number].First >> _shift);
        while (_slots[at] != 0) at = (at + 1) & (_slots.Length - 1);
        _slots[at] = number + 1;
    }

    // The number is one more than that of the entry; 0 says that the slot is free.
    private readonly struct ShortSlot(ShortText text, int number, byte characters, TextForm form)
    {
        public readonly ShortText Text = text;
        public readonly int Number = number;
        public readonly byte Characters = characters;
        public readonly TextForm Form = form;
    }

    /// <summary>One text.</summary>
    /// <param name="First">The first 64 bits of its hash.</param>
    /// <param name="Second">The other 64 bits.</param>
    /// <param name="Length">How many bytes it has.</param>
    /// <param name="Characters">How many characters it has.</param>
    /// <param name="Form">What it looks like.</param>
    internal record struct Entry(ulong First, ulong Second, int Length, int Characters, TextForm Form)
    {
        public long Count { get; set; }

        public int Offset { get; init; }

        public int Kept { get; init; }
    }
}
