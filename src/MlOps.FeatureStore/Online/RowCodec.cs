using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Writes the values of an entity as bytes and reads them back, without reflection and without a copy of what lies in 64 bits.</summary>
/// <remarks>
/// All numbers are little-endian. One byte: the format. Eight: the first of the SHA-256 of format, names and types of the features. One bit for each feature, the lowest first: whether there is a value. Eight bytes for each feature:
/// the bits of <see cref="FeatureValue.Bits"/>, or, for a text, a decimal or bytes, four bytes of where it begins in the heap and four of its length. In format 2 the event time of each feature and then the created time of each,
/// eight bytes each. At last the heap: UTF-8, the four integers of a decimal, bytes.
/// </remarks>
internal static class RowCodec
{
    private const int DecimalLength = 4 * sizeof(int);
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes values that rest on one event.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="values">As many values as the view has features.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="DataException">A value has another type than its feature, or a text holds half a character.</exception>
    public static byte[] Write(RowLayout layout, ReadOnlySpan<FeatureValue> values) => layout.Format == RowLayout.OneEvent
        ? Write(layout, values, [], [])
        : throw new ArgumentException($"View '{layout.View}' skips missing values, so each value has an event time of its own. Give them.", nameof(layout));

    /// <summary>Writes values each of which rests on an event of its own, for a view that skips missing values.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="values">As many values as the view has features.</param>
    /// <param name="eventTimes">The event time of each, in microseconds since 1970; that of a missing value says until when it is known to be missing, as after a deletion.</param>
    /// <param name="createdTimes">The created time of each.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="DataException">A value has another type than its feature, or a text holds half a character.</exception>
    public static byte[] Write(RowLayout layout, ReadOnlySpan<FeatureValue> values, ReadOnlySpan<long> eventTimes, ReadOnlySpan<long> createdTimes)
    {
        var columns = layout.Columns;
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, columns.Length, nameof(values));
        if (layout.Format == RowLayout.EventEach && (eventTimes.Length != columns.Length || createdTimes.Length != columns.Length))
            throw new ArgumentException("There must be as many times as values.", nameof(eventTimes));
        var length = layout.HeapAt;
        for (var i = 0; i < columns.Length; i++) length = checked(length + HeapLength(columns[i], values[i]));
        var bytes = new byte[length];
        bytes[0] = layout.Format;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(1), layout.Hash);
        var heap = layout.HeapAt;
        for (var i = 0; i < columns.Length; i++)
        {
            if (layout.Format == RowLayout.EventEach)
            {
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(layout.TimesAt + (sizeof(long) * i)), eventTimes[i]);
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(layout.TimesAt + (sizeof(long) * (columns.Length + i))), createdTimes[i]);
            }

            if (values[i].IsMissing) continue;
            bytes[1 + sizeof(ulong) + (i >> 3)] |= (byte)(1 << (i & 7));
            var slot = values[i].Bits;
            if (RowLayout.IsInHeap(columns[i].Type))
            {
                var written = WriteHeap(values[i], bytes.AsSpan(heap));
                slot = (uint)(heap - layout.HeapAt) | ((long)written << 32);
                heap += written;
            }

            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(layout.SlotsAt + (sizeof(long) * i)), slot);
        }

        return bytes;
    }

    /// <summary>Opens bytes for reading.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="row">The row.</param>
    /// <returns>False when the bytes were written for other features, or by other software.</returns>
    /// <exception cref="DataException">The bytes are cut off.</exception>
    public static bool TryOpen(RowLayout layout, ReadOnlySpan<byte> bytes, out EncodedRow row)
    {
        row = default;
        if (bytes.Length < 1 + sizeof(ulong)) throw Damaged(layout);
        if (bytes[0] != layout.Format || BinaryPrimitives.ReadUInt64LittleEndian(bytes[1..]) != layout.Hash) return false;
        if (bytes.Length < layout.HeapAt) throw Damaged(layout);
        row = new(layout, bytes);
        return true;
    }

    internal static object ReadHeap(RowLayout layout, ColumnType type, ReadOnlySpan<byte> heap, long slot)
    {
        var (at, length) = ((uint)slot, (uint)(slot >> 32));
        if ((ulong)at + length > (ulong)heap.Length) throw Damaged(layout);
        var bytes = heap.Slice((int)at, (int)length);
        try
        {
            return type switch
            {
                ColumnType.String => Utf8.GetString(bytes),
                ColumnType.Binary => bytes.ToArray(),
                _ => ReadDecimal(layout, bytes),
            };
        }
        catch (ArgumentException)
        {
            throw Damaged(layout); // neither UTF-8 nor a decimal
        }
    }

    private static decimal ReadDecimal(RowLayout layout, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != DecimalLength) throw Damaged(layout);
        Span<int> parts = stackalloc int[4];
        for (var i = 0; i < parts.Length; i++) parts[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(sizeof(int) * i)..]);
        return new(parts);
    }

    private static int HeapLength(Column column, FeatureValue value)
    {
        if (value.IsMissing) return 0;
        if (value.Type != column.Type) throw new DataException($"Feature '{column.Name}' is of type {column.Type}, and a value of type {value.Type} was given.") { Column = column.Name };
        try
        {
            return value.Object switch
            {
                null => 0,
                string text => Utf8.GetByteCount(text),
                byte[] bytes => bytes.Length,
                _ => DecimalLength,
            };
        }
        catch (EncoderFallbackException e)
        {
            throw new DataException($"A text of feature '{column.Name}' holds half a character (an unpaired surrogate), which cannot be stored.", e) { Column = column.Name };
        }
    }

    private static int WriteHeap(FeatureValue value, Span<byte> heap)
    {
        switch (value.Object)
        {
            case string text:
                return Utf8.GetBytes(text, heap);
            case byte[] bytes:
                bytes.CopyTo(heap);
                return bytes.Length;
            default:
                Span<int> parts = stackalloc int[4];
                _ = decimal.GetBits((decimal)value.Object!, parts);
                for (var i = 0; i < parts.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(heap[(sizeof(int) * i)..], parts[i]);
                return DecimalLength;
        }
    }

    private static DataException Damaged(RowLayout layout) => new($"A row that the online store keeps for view '{layout.View}' is cut off or damaged. Drop the table of the view and materialize it again.");
}

/// <summary>The bytes of one row, opened for reading.</summary>
internal readonly ref struct EncodedRow
{
    private readonly RowLayout _layout;
    private readonly ReadOnlySpan<byte> _bytes;

    internal EncodedRow(RowLayout layout, ReadOnlySpan<byte> bytes)
    {
        _layout = layout;
        _bytes = bytes;
    }

    /// <summary>Gets the validity bits.</summary>
    public ReadOnlySpan<byte> Validity => _bytes[(1 + sizeof(ulong)).._layout.SlotsAt];

    /// <summary>Gets the slots, eight bytes each.</summary>
    public ReadOnlySpan<byte> Slots => _bytes[_layout.SlotsAt.._layout.TimesAt];

    /// <summary>Says whether there is a value.</summary>
    /// <param name="place">The place of the feature in the view.</param>
    /// <returns>True when there is.</returns>
    public bool Has(int place) => (_bytes[1 + sizeof(ulong) + (place >> 3)] >> (place & 7) & 1) != 0;

    /// <summary>Gets the eight bytes of a slot.</summary>
    /// <param name="place">The place of the feature in the view.</param>
    /// <returns>The bits.</returns>
    public long Slot(int place) => BinaryPrimitives.ReadInt64LittleEndian(_bytes[(_layout.SlotsAt + (sizeof(long) * place))..]);

    /// <summary>Gets the text, decimal or bytes of a slot.</summary>
    /// <param name="place">The place of the feature in the view.</param>
    /// <returns>The object.</returns>
    /// <exception cref="DataException">The bytes are damaged.</exception>
    public object Object(int place) => RowCodec.ReadHeap(_layout, _layout.Columns[place].Type, _bytes[_layout.HeapAt..], Slot(place));

    /// <summary>Gets a value.</summary>
    /// <param name="place">The place of the feature in the view.</param>
    /// <exception cref="DataException">The bytes are damaged.</exception>
    public FeatureValue this[int place]
    {
        get
        {
            if (!Has(place)) return default;
            var type = _layout.Columns[place].Type;
            if (!RowLayout.IsInHeap(type)) return FeatureValue.FromBits(type, Slot(place));
            return Object(place) switch
            {
                string text => text,
                byte[] bytes => bytes,
                var number => (decimal)number,
            };
        }
    }

    /// <summary>Gets the event time of a value, where each has one of its own.</summary>
    /// <param name="place">The place of the feature in the view.</param>
    /// <returns>The time, in microseconds since 1970.</returns>
    public long EventTimeOf(int place) => BinaryPrimitives.ReadInt64LittleEndian(_bytes[(_layout.TimesAt + (sizeof(long) * place))..]);

    /// <summary>Gets the created time of a value, where each has one of its own.</summary>
    /// <param name="place">The place of the feature in the view.</param>
    /// <returns>The time, in microseconds since 1970.</returns>
    public long CreatedTimeOf(int place) => BinaryPrimitives.ReadInt64LittleEndian(_bytes[(_layout.TimesAt + (sizeof(long) * (_layout.Columns.Length + place)))..]);

    /// <summary>Copies slots that follow each other.</summary>
    /// <param name="target">Where to.</param>
    public void CopySlots(Span<long> target)
    {
        if (BitConverter.IsLittleEndian)
        {
            Slots[..(sizeof(long) * target.Length)].CopyTo(MemoryMarshal.AsBytes(target));
            return;
        }

        for (var i = 0; i < target.Length; i++) target[i] = Slot(i);
    }
}
