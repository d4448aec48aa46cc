using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Feeds arrays whose layout is not that of the profile: their values are converted.</summary>
internal static class RareArrowColumn
{
    private const int BlockSize = 1024;

    public static void Add(ColumnProfile profile, IArrowArray array)
    {
        switch (array)
        {
            case UInt64Array integers: Convert<decimal>(integers, row => integers.GetValue(row)!.Value, profile.Add); break;
            case HalfFloatArray halves: Convert<float>(halves, row => (float)halves.GetValue(row)!.Value, profile.Add); break;
            case Decimal32Array decimals: Convert(decimals, row => Clamp(() => decimals.GetValue(row), () => 0), profile.Add); break;
            case Decimal64Array decimals: Convert(decimals, row => Clamp(() => decimals.GetValue(row), () => 0), profile.Add); break;
            case Decimal128Array decimals: Convert(decimals, row => Clamp(() => decimals.GetValue(row), () => Sign(decimals, row)), profile.Add); break;
            case Decimal256Array decimals: Convert(decimals, row => Clamp(() => decimals.GetValue(row), () => Sign(decimals, row)), profile.Add); break;
            case Date64Array days: Convert<int>(days, row => (int)Math.Floor(days.Values[row] / 86_400_000d), profile.AddDates); break;
            case Time32Array times: AddTimes(profile, times); break;
            case DictionaryArray dictionary: AddDictionary(profile, dictionary); break;
            case LargeListArray lists: AddLists(profile, lists, lists.Values, row => (int)lists.ValueOffsets[row]); break;
            case FixedSizeListArray lists: AddLists(profile, lists, lists.Values, row => (lists.Offset + row) * ((FixedSizeListType)lists.Data.DataType).ListSize); break;
            case FixedSizeBinaryArray binary: AddBinary(profile, binary); break;
        }
    }

    private delegate void Adding<T>(ReadOnlySpan<T> values, Validity validity);

    private static void Convert<T>(IArrowArray array, Func<int, T> valueOf, Adding<T> add)
    {
        var block = new T[Math.Min(BlockSize, Math.Max(1, array.Length))];
        for (var at = 0; at < array.Length; at += block.Length)
        {
            var count = Math.Min(block.Length, array.Length - at);
            for (var i = 0; i < count; i++) block[i] = array.IsValid(at + i) ? valueOf(at + i) : default!;
            add(block.AsSpan(0, count), array.NullCount == 0 ? default : new(array.Data.Buffers[0].Span, array.Offset + at));
        }

        if (array.Length == 0) add([], default);
    }

    // A decimal of 38 digits that .NET's 28 cannot hold counts as the largest or smallest one.
    private static decimal Clamp(Func<decimal?> value, Func<int> sign)
    {
        try
        {
            return value() ?? 0;
        }
        catch (OverflowException)
        {
            return sign() < 0 ? decimal.MinValue : decimal.MaxValue;
        }
    }

    private static int Sign(FixedSizeBinaryArray array, int row) => (sbyte)array.GetBytes(row)[^1] < 0 ? -1 : 1;

    private static void AddTimes(ColumnProfile profile, Time32Array times)
    {
        var unit = ArrowColumn.UnitOf(((Time32Type)times.Data.DataType).Unit);
        Convert<long>(times, row => times.Values[row], (values, validity) => profile.AddDurations(values, unit, validity));
    }

    // Values that are no texts are added from the dictionary, one value at a time, so that missing values and repeated ones count as they come.
    private static void AddDictionary(ColumnProfile profile, DictionaryArray array)
    {
        ArrowColumn.AddKind(profile, array.Dictionary);
        if (array.Dictionary is StringArray texts)
        {
            AddTexts(profile, array, texts);
            return;
        }

        for (var row = 0; row < array.Length; row++)
        {
            var index = array.IsValid(row) ? IndexOf(array.Indices, row) : -1;
            if (index < 0 || array.Dictionary.IsNull(index)) profile.AddMissing(1);
            else ArrowColumn.Add(profile, ArrowArrayFactory.Slice(array.Dictionary, index, 1));
        }
    }

    // Texts are laid out as if there were no dictionary, some rows at a time.
    private static void AddTexts(ColumnProfile profile, DictionaryArray array, StringArray texts)
    {
        var (offsets, present, bytes) = (new int[BlockSize + 1], new byte[BlockSize / 8], new byte[BlockSize * 16]);
        var rows = 0;
        for (var at = 0; at < array.Length; at++)
        {
            var index = array.IsValid(at) ? IndexOf(array.Indices, at) : -1;
            var text = index < 0 || texts.IsNull(index) ? default : texts.GetBytes(index);
            if (rows == BlockSize || (rows > 0 && bytes.Length - offsets[rows] < text.Length)) Flush();
            if (bytes.Length < text.Length) bytes = new byte[text.Length];
            text.CopyTo(bytes.AsSpan(offsets[rows]));
            if (index >= 0 && !texts.IsNull(index)) present[rows >> 3] |= (byte)(1 << (rows & 7));
            offsets[rows + 1] = offsets[rows] + text.Length;
            rows++;
        }

        Flush();

        void Flush()
        {
            profile.AddText(offsets.AsSpan(0, rows + 1), bytes, new(present));
            System.Array.Clear(present);
            rows = 0;
        }
    }

    private static int IndexOf(IArrowArray indices, int row) => indices switch
    {
        Int32Array array => array.Values[row],
        Int16Array array => array.Values[row],
        Int8Array array => array.Values[row],
        Int64Array array => (int)array.Values[row],
        UInt8Array array => array.Values[row],
        UInt16Array array => array.Values[row],
        UInt32Array array => (int)array.Values[row],
        _ => -1,
    };

    private static void AddLists(ColumnProfile profile, IArrowArray lists, IArrowArray items, Func<int, int> offsetOf)
    {
        var offsets = new int[lists.Length + 1];
        for (var row = 0; row < offsets.Length; row++) offsets[row] = offsetOf(row);
        profile.AddLists(offsets, ArrowColumn.ValidityOf(lists));
        if (profile.Lists is not null) ArrowColumn.AddKind(profile.Lists.Items, items);
        for (var row = 0; row < lists.Length && profile.Lists is not null; row++)
        {
            if (lists.IsValid(row) && offsets[row + 1] > offsets[row]) ArrowColumn.Add(profile.Lists.Items, ArrowArrayFactory.Slice(items, offsets[row], offsets[row + 1] - offsets[row]));
        }
    }

    private static void AddBinary(ColumnProfile profile, FixedSizeBinaryArray binary)
    {
        profile.AddBinary([0], []);
        for (var row = 0; row < binary.Length; row++)
        {
            if (binary.IsNull(row)) profile.AddMissing(1);
            else profile.AddBinary([0, binary.GetBytes(row).Length], binary.GetBytes(row));
        }
    }
}
