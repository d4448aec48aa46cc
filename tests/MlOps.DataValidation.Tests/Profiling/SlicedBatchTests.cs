using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;
using MlOps.Statistics;
using ArrowUnit = Apache.Arrow.Types.TimeUnit;

namespace MlOps.DataValidation.Tests;

/// <summary>A slice of an array gives what an array of the same rows gives, wherever it begins.</summary>
public class SlicedBatchTests
{
    private const int All = 150;
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly string[] Words = ["", "a", "ü", "ccc", "a longer text than the others"];

    private static readonly Dictionary<string, Func<int, int, IArrowArray>> Types = new()
    {
        ["Boolean"] = (from, rows) => Fill(new BooleanArray.Builder(), from, rows, (b, row) => b.Append(row % 3 != 1), b => b.AppendNull()).Build(),
        ["Int8"] = (from, rows) => Fill(new Int8Array.Builder(), from, rows, (b, row) => b.Append((sbyte)(row % 100)), b => b.AppendNull()).Build(),
        ["Int16"] = (from, rows) => Fill(new Int16Array.Builder(), from, rows, (b, row) => b.Append((short)row), b => b.AppendNull()).Build(),
        ["Int32"] = (from, rows) => Fill(new Int32Array.Builder(), from, rows, (b, row) => b.Append(row), b => b.AppendNull()).Build(),
        ["Int64"] = (from, rows) => Fill(new Int64Array.Builder(), from, rows, (b, row) => b.Append(row), b => b.AppendNull()).Build(),
        ["UInt8"] = (from, rows) => Fill(new UInt8Array.Builder(), from, rows, (b, row) => b.Append((byte)row), b => b.AppendNull()).Build(),
        ["UInt16"] = (from, rows) => Fill(new UInt16Array.Builder(), from, rows, (b, row) => b.Append((ushort)row), b => b.AppendNull()).Build(),
        ["UInt32"] = (from, rows) => Fill(new UInt32Array.Builder(), from, rows, (b, row) => b.Append((uint)row), b => b.AppendNull()).Build(),
        ["UInt64"] = (from, rows) => Fill(new UInt64Array.Builder(), from, rows, (b, row) => b.Append((ulong)row), b => b.AppendNull()).Build(),
        ["Half"] = (from, rows) => Fill(new HalfFloatArray.Builder(), from, rows, (b, row) => b.Append((Half)row), b => b.AppendNull()).Build(),
        ["Float"] = (from, rows) => Fill(new FloatArray.Builder(), from, rows, (b, row) => b.Append(row / 4f), b => b.AppendNull()).Build(),
        ["Double"] = (from, rows) => Fill(new DoubleArray.Builder(), from, rows, (b, row) => b.Append(row / 4d), b => b.AppendNull()).Build(),
        ["Decimal128"] = (from, rows) => Fill(new Decimal128Array.Builder(new Decimal128Type(20, 2)), from, rows, (b, row) => b.Append(row / 4m), b => b.AppendNull()).Build(),
        ["Date32"] = (from, rows) => Fill(new Date32Array.Builder(), from, rows, (b, row) => b.Append(Start.AddDays(row)), b => b.AppendNull()).Build(),
        ["Date64"] = (from, rows) => Fill(new Date64Array.Builder(), from, rows, (b, row) => b.Append(Start.AddDays(row)), b => b.AppendNull()).Build(),
        ["Timestamp in microseconds"] = (from, rows) => Fill(new TimestampArray.Builder(new TimestampType(ArrowUnit.Microsecond, "UTC")), from, rows, (b, row) => b.Append(Start.AddDays(row)), b => b.AppendNull()).Build(),
        ["Timestamp in seconds"] = (from, rows) => Fill(new TimestampArray.Builder(new TimestampType(ArrowUnit.Second, "UTC")), from, rows, (b, row) => b.Append(Start.AddDays(row)), b => b.AppendNull()).Build(),
        ["Time32"] = (from, rows) => Fill(new Time32Array.Builder(new Time32Type(ArrowUnit.Second)), from, rows, (b, row) => b.Append(row), b => b.AppendNull()).Build(),
        ["Time64"] = (from, rows) => Fill(new Time64Array.Builder(new Time64Type(ArrowUnit.Microsecond)), from, rows, (b, row) => b.Append(row), b => b.AppendNull()).Build(),
        ["Duration"] = (from, rows) => Fill(new DurationArray.Builder(DurationType.Second), from, rows, (b, row) => b.Append((long)row), b => b.AppendNull()).Build(),
        ["String"] = (from, rows) => Fill(new StringArray.Builder(), from, rows, (b, row) => b.Append(Words[row % 5]), b => b.AppendNull()).Build(),
        ["Binary"] = (from, rows) => Fill(new BinaryArray.Builder(), from, rows, (b, row) => b.Append(new byte[] { (byte)row, 1 }.AsSpan()), b => b.AppendNull()).Build(),
        ["Dictionary of texts"] = (from, rows) => Coded(StringType.Default, Batches.Texts("", null, "ü", "ccc", "dddd"), from, rows),
        ["Dictionary of numbers"] = (from, rows) => Coded(Int64Type.Default, Batches.Integers(5, null, 7, 8, 9), from, rows),
        ["List"] = (from, rows) => Batches.Lists([.. Enumerable.Range(from, rows).Select(row => IsMissing(row) ? null : Words[..(row % 5)])]),
        ["List of fixed length"] = (from, rows) => new FixedSizeListArray(new ArrayData(
            new FixedSizeListType(Int64Type.Default, 2), rows, -1, 0, [Presence(from, rows)], [Batches.Integers([.. Enumerable.Range(2 * from, 2 * rows).Select(i => (long?)i)]).Data])),
        ["Binary of fixed length"] = (from, rows) => new FixedSizeBinaryArray(new ArrayData(
            new FixedSizeBinaryType(1), rows, -1, 0, [Presence(from, rows), new(Enumerable.Range(from, rows).Select(row => (byte)row).ToArray())])),
    };

    public static TheoryData<string, int, int> Slices
    {
        get
        {
            var data = new TheoryData<string, int, int>();
            foreach (var type in Types.Keys)
            {
                foreach (var (from, rows) in new[] { (0, 5), (3, 5), (8, 16), (13, 100), (70, 80), (149, 1) }) data.Add(type, from, rows);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Slices))]
    public void A_slice_is_profiled_as_a_copy_of_its_rows(string type, int from, int rows)
    {
        var (slice, copy) = (ArrowArrayFactory.Slice(Types[type](0, All), from, rows), Types[type](from, rows));
        Profile(slice).Should().Be(Profile(copy));
    }

    [Theory]
    [MemberData(nameof(Slices))]
    public async Task A_sliced_batch_is_profiled_as_a_copy_of_its_rows(string type, int from, int rows)
    {
        var (slice, copy) = (Batches.Slice(Batches.Of(("x", Types[type](0, All))), from, rows), Batches.Of(("x", Types[type](from, rows))));
        var expected = (await new Profiler().ProfileAsync(Batches.Stream(copy), Stop)).ToJson();
        (await new Profiler().ProfileAsync(Batches.Stream(slice), Stop)).ToJson().Should().Be(expected);
        var running = new RunningProfile(1);
        running.Add(slice);
        running.Current().ToJson().Should().Be(expected);
    }

    [Theory]
    [MemberData(nameof(Slices))]
    public async Task A_sliced_batch_is_validated_as_a_copy_of_its_rows(string type, int from, int rows)
    {
        var (slice, copy) = (Batches.Slice(Batches.Of(("x", Types[type](0, All))), from, rows), Batches.Of(("x", Types[type](from, rows))));
        (await VerdictAsync(slice)).Should().Be(await VerdictAsync(copy));
    }

    private static string Profile(IArrowArray array)
    {
        var profile = new ColumnProfile();
        ArrowColumn.Add(profile, array);
        return profile.ToJson();
    }

    private static async Task<string> VerdictAsync(RecordBatch batch)
    {
        var suite = ExpectationSuite.Create("s", s => s.Column("x").NotNull().InSet(true).InSet(3, 7).InSet("ü").Between(min: Start.AddDays(20)));
        var (rejected, accepted) = (new RunningProfile(1), new RunningProfile(1));
        var result = await suite.QuarantineAsync(Batches.Stream(batch), b => Add(accepted, b), b => Add(rejected, b), null, Stop);
        return $"{string.Join("; ", result.Results.Select(r => $"{r.Success} {r.Message} {r.Error}"))}\n{accepted.Current().ToJson()}\n{rejected.Current().ToJson()}";

        static ValueTask Add(RunningProfile profile, RecordBatch batch)
        {
            profile.Add(batch);
            return ValueTask.CompletedTask;
        }
    }

    private static TBuilder Fill<TBuilder>(TBuilder builder, int from, int rows, Action<TBuilder, int> append, Action<TBuilder> appendNull)
    {
        for (var row = from; row < from + rows; row++)
        {
            if (IsMissing(row)) appendNull(builder);
            else append(builder, row);
        }

        return builder;
    }

    private static DictionaryArray Coded(IArrowType type, IArrowArray values, int from, int rows) => new(
        new DictionaryType(Int32Type.Default, type, false),
        Fill(new Int32Array.Builder(), from, rows, (b, row) => b.Append(row % 5), b => b.AppendNull()).Build(),
        values);

    // Every fourth row is missing, and a run of rows that spans whole bytes.
    private static bool IsMissing(int row) => row % 4 == 2 || row is > 60 and < 80;

    private static ArrowBuffer Presence(int from, int rows)
    {
        var bits = new byte[(rows + 7) / 8];
        for (var i = 0; i < rows; i++)
        {
            if (!IsMissing(from + i)) BitUtility.SetBit(bits, i);
        }

        return new(bits);
    }
}
