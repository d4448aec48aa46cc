using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Statistics;
using ArrowUnit = Apache.Arrow.Types.TimeUnit;
using TimeUnit = MlOps.Statistics.TimeUnit;

namespace MlOps.DataValidation;

/// <summary>Feeds the buffers of Arrow arrays into profiles, without a copy where their layout allows it.</summary>
internal static class ArrowColumn
{
    /// <summary>Adds every row of an array. An array of a type that has no statistics, such as a struct, adds nothing.</summary>
    /// <exception cref="ArgumentException">The profile holds values of another kind.</exception>
    public static void Add(ColumnProfile profile, IArrowArray array)
    {
        switch (array)
        {
            case DoubleArray doubles: profile.Add(doubles.Values, ValidityOf(doubles)); break;
            case Int64Array longs: profile.Add(longs.Values, ValidityOf(longs)); break;
            case StringArray texts: profile.AddText(texts.ValueOffsets, texts.Values, ValidityOf(texts)); break;
            case BooleanArray booleans: profile.AddBooleans(booleans.ValueBuffer.Span, booleans.Length, booleans.Offset, ValidityOf(booleans)); break;
            case TimestampArray times: profile.AddTimestamps(times.Values, UnitOf(((TimestampType)times.Data.DataType).Unit), ValidityOf(times)); break;
            case Date32Array days: profile.AddDates(days.Values, ValidityOf(days)); break;
            case Int32Array integers: profile.Add(integers.Values, ValidityOf(integers)); break;
            case FloatArray floats: profile.Add(floats.Values, ValidityOf(floats)); break;
            case Int16Array shorts: profile.Add(shorts.Values, ValidityOf(shorts)); break;
            case Int8Array bytes: profile.Add(bytes.Values, ValidityOf(bytes)); break;
            case UInt8Array bytes: profile.Add(bytes.Values, ValidityOf(bytes)); break;
            case UInt16Array shorts: profile.Add(shorts.Values, ValidityOf(shorts)); break;
            case UInt32Array integers: profile.Add(integers.Values, ValidityOf(integers)); break;
            case BinaryArray binary: profile.AddBinary(binary.ValueOffsets, binary.Values, ValidityOf(binary)); break;
            case LargeStringArray texts: profile.AddText(texts.ValueOffsets, texts.Data.Buffers[2].Span, ValidityOf(texts)); break;
            case LargeBinaryArray binary: profile.AddBinary(binary.ValueOffsets, binary.Data.Buffers[2].Span, ValidityOf(binary)); break;
            case DurationArray spans: profile.AddDurations(spans.Values, UnitOf(((DurationType)spans.Data.DataType).Unit), ValidityOf(spans)); break;
            case Time64Array times: profile.AddDurations(times.Values, UnitOf(((Time64Type)times.Data.DataType).Unit), ValidityOf(times)); break;
            case ListArray lists: AddLists(profile, lists); break;
            case NullArray nulls: profile.AddMissing(nulls.Length); break;
            default: RareArrowColumn.Add(profile, array); break;
        }
    }

    /// <summary>Tells a profile the kind of an array, of which no row may be added.</summary>
    public static void AddKind(ColumnProfile profile, IArrowArray array)
    {
        if (profile.Kind == ValueKind.Unknown) Add(profile, ArrowArrayFactory.Slice(array, 0, 0));
    }

    public static Validity ValidityOf(IArrowArray array) => array.NullCount == 0 ? default : new(array.Data.Buffers[0].Span, array.Offset);

    public static TimeUnit UnitOf(ArrowUnit unit) => unit switch
    {
        ArrowUnit.Second => TimeUnit.Second,
        ArrowUnit.Millisecond => TimeUnit.Millisecond,
        ArrowUnit.Microsecond => TimeUnit.Microsecond,
        _ => TimeUnit.Nanosecond,
    };

    private static void AddLists(ColumnProfile profile, ListArray lists)
    {
        profile.AddLists(lists.ValueOffsets, ValidityOf(lists));
        if (profile.Lists is null) return;
        AddKind(profile.Lists.Items, lists.Values);
        AddItems(profile, lists, lists.Values, lists.ValueOffsets);
    }

    // What lies under a missing list is not data, so runs of lists that are there are added.
    private static void AddItems(ColumnProfile profile, ListArray lists, IArrowArray items, ReadOnlySpan<int> offsets)
    {
        for (var row = 0; row < lists.Length;)
        {
            var end = row + 1;
            if (lists.NullCount == 0) end = lists.Length;
            else if (lists.IsNull(row))
            {
                row++;
                continue;
            }
            else
            {
                while (end < lists.Length && lists.IsValid(end)) end++;
            }

            if (offsets[end] > offsets[row]) Add(profile.Lists!.Items, ArrowArrayFactory.Slice(items, offsets[row], offsets[end] - offsets[row]));
            row = end;
        }
    }
}
