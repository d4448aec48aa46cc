using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Statistics;
using ArrowUnit = Apache.Arrow.Types.TimeUnit;

namespace MlOps.DataValidation.Tests;

public class ArrowColumnTests
{
    public static TheoryData<string, IArrowArray, ValueKind, string> Arrays => new()
    {
        { "Int8", new Int8Array.Builder().Append(-1).AppendNull().Build(), ValueKind.Integer, "-1" },
        { "UInt8", new UInt8Array.Builder().Append(200).AppendNull().Build(), ValueKind.Integer, "200" },
        { "Int16", new Int16Array.Builder().Append(-300).AppendNull().Build(), ValueKind.Integer, "-300" },
        { "UInt16", new UInt16Array.Builder().Append(60000).AppendNull().Build(), ValueKind.Integer, "60000" },
        { "Int32", new Int32Array.Builder().Append(7).AppendNull().Build(), ValueKind.Integer, "7" },
        { "UInt32", new UInt32Array.Builder().Append(4_000_000_000).AppendNull().Build(), ValueKind.Integer, "4000000000" },
        { "Int64", new Int64Array.Builder().Append(long.MinValue).AppendNull().Build(), ValueKind.Integer, "-9223372036854775808" },
        { "UInt64", new UInt64Array.Builder().Append(ulong.MaxValue).AppendNull().Build(), ValueKind.Decimal, "18446744073709551615" },
        { "Float", new FloatArray.Builder().Append(0.5f).AppendNull().Build(), ValueKind.Real, "0.5" },
        { "Half", new HalfFloatArray.Builder().Append((Half)0.5).AppendNull().Build(), ValueKind.Real, "0.5" },
        { "Decimal128", new Decimal128Array.Builder(new Decimal128Type(38, 2)).Append(1.25m).AppendNull().Build(), ValueKind.Decimal, "1.25" },
        { "Text", new StringArray.Builder().Append("ü").AppendNull().Build(), ValueKind.Text, "ü" },
        { "Date64", new Date64Array.Builder().Append(new DateTimeOffset(1969, 12, 31, 0, 0, 0, TimeSpan.Zero)).AppendNull().Build(), ValueKind.Date, "1969-12-31" },
        { "Timestamp in nanoseconds", new TimestampArray.Builder(new TimestampType(ArrowUnit.Nanosecond, "UTC")).Append(new DateTimeOffset(2026, 1, 1, 0, 0, 1, TimeSpan.Zero)).AppendNull().Build(), ValueKind.Timestamp, "2026-01-01T00:00:01Z" },
        { "Time32", new Time32Array.Builder(new Time32Type(ArrowUnit.Second)).Append(90).AppendNull().Build(), ValueKind.Duration, "00:01:30" },
        { "Time64", new Time64Array.Builder(new Time64Type(ArrowUnit.Microsecond)).Append(90_000_000).AppendNull().Build(), ValueKind.Duration, "00:01:30" },
        { "Duration", new DurationArray.Builder(DurationType.Second).Append(90).AppendNull().Build(), ValueKind.Duration, "00:01:30" },
        { "Dictionary", new DictionaryArray(new DictionaryType(Int32Type.Default, StringType.Default, false), new Int32Array.Builder().Append(1).AppendNull().Build(), new StringArray.Builder().Append("a").Append("b").Build()), ValueKind.Text, "b" },
    };

    [Theory]
    [MemberData(nameof(Arrays))]
    public void An_array_is_profiled(string type, IArrowArray array, ValueKind kind, string value)
    {
        var profile = new ColumnProfile();
        ArrowColumn.Add(profile, array);
        profile.Kind.Should().Be(kind, type);
        profile.Rows.Should().Be(2);
        profile.Missing.Should().Be(1);
        profile.TopValues(2).Select(v => v.Value).Should().Equal(value);
    }

    [Theory]
    [MemberData(nameof(Arrays))]
    public void A_slice_of_an_array_is_profiled(string type, IArrowArray array, ValueKind kind, string value)
    {
        var profile = new ColumnProfile();
        ArrowColumn.Add(profile, ArrowArrayFactory.Slice(array, 1, 1));
        (profile.Rows, profile.Missing).Should().Be((1, 1), $"{type} of {kind} without {value}");
    }

    [Fact]
    public void What_lies_under_a_missing_list_is_not_data()
    {
        var items = new Int64Array.Builder().Append(1).Append(99).Append(3).Build();
        var lists = new ListArray(new ListType(Int64Type.Default), 3, new ArrowBuffer.Builder<int>().Append(0).Append(1).Append(2).Append(3).Build(), items, new ArrowBuffer(new byte[] { 0b101 }), 1);
        var profile = new ColumnProfile();
        ArrowColumn.Add(profile, lists);
        profile.Missing.Should().Be(1);
        profile.Lists!.Items.Numbers!.MaxInteger.Should().Be(3);
        profile.Lists.Items.Count.Should().Be(2);
    }

    [Fact]
    public void Lists_of_lists_are_profiled_level_by_level()
    {
        var inner = Batches.Lists(["a"], ["b", "c"], ["d"]);
        var outer = new ListArray(new ListType(inner.Data.DataType), 2, new ArrowBuffer.Builder<int>().Append(0).Append(2).Append(3).Build(), inner, ArrowBuffer.Empty, 0);
        var profile = new ColumnProfile();
        ArrowColumn.Add(profile, outer);
        profile.Lists!.Lengths.Max.Should().Be(2);
        profile.Lists.Items.Lists!.Items.Count.Should().Be(4);
    }

    [Fact]
    public void A_column_without_rows_has_the_kind_of_its_type()
    {
        var texts = new StringArray.Builder().Append("a").Build();
        (IArrowArray Array, ValueKind Kind)[] all =
        [
            (new BooleanArray.Builder().Append(true).Build(), ValueKind.Boolean),
            (Batches.Integers(1), ValueKind.Integer),
            (new DoubleArray.Builder().Append(1).Build(), ValueKind.Real),
            (texts, ValueKind.Text),
            (new BinaryArray.Builder().Append((byte)1).Build(), ValueKind.Binary),
            (new Date32Array.Builder().Append(DateTime.UnixEpoch).Build(), ValueKind.Date),
            (new TimestampArray.Builder().Append(DateTimeOffset.UnixEpoch).Build(), ValueKind.Timestamp),
            (new Decimal128Array.Builder(new Decimal128Type(10, 2)).Append(1m).Build(), ValueKind.Decimal),
            (new UInt64Array.Builder().Append(1).Build(), ValueKind.Decimal),
            (new DictionaryArray(new DictionaryType(Int32Type.Default, StringType.Default, false), new Int32Array.Builder().Append(0).Build(), texts), ValueKind.Text),
            (Batches.Lists(["a"]), ValueKind.List),
        ];
        foreach (var (array, kind) in all)
        {
            var profile = new ColumnProfile();
            ArrowColumn.Add(profile, ArrowArrayFactory.Slice(array, 0, 0));
            (profile.Kind, profile.Rows).Should().Be((kind, 0), "of {0}", array.GetType().Name);
            (profile.Lists?.Items.Kind ?? ValueKind.Text).Should().Be(ValueKind.Text);
        }
    }

    [Fact]
    public void A_struct_has_no_statistics()
    {
        var profile = new ColumnProfile();
        ArrowColumn.Add(profile, new StructArray(new StructType([new Field("x", Int64Type.Default, true)]), 1, [Batches.Integers(1)], ArrowBuffer.Empty, 0));
        (profile.Kind, profile.Rows).Should().Be((ValueKind.Unknown, 0));
    }
}
