using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace MlOps.Core.Tests;

public sealed class ArrowMemoryTests
{
    private const int Rows = 2048;

    [Fact]
    public void A_span_outlives_the_array_that_was_built() => Sum(Collected(BuiltValues())).Should().Be(Expected(0));

    [Fact]
    public void A_span_outlives_the_array_that_was_joined() => Sum(Collected(JoinedValues())).Should().Be(Expected(0) + Expected(Rows));

    [Fact]
    public void A_span_outlives_the_batch_that_was_read() => Sum(Collected(ReadValues())).Should().Be(Expected(0));

    [Fact]
    public void A_span_outlives_the_disposal_of_its_array()
    {
        var array = Built(0);
        var values = array.Values;
        array.Dispose();
        Sum(values).Should().Be(Expected(0));
    }

    // The arrays are unreachable once these methods have returned, in every build.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ReadOnlySpan<long> BuiltValues() => Built(0).Values;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ReadOnlySpan<long> JoinedValues() => ((Int64Array)ArrowArrayConcatenator.Concatenate([Built(0), Built(Rows)], ArrowMemory.Managed)).Values;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ReadOnlySpan<long> ReadValues()
    {
        var stream = new MemoryStream();
        var batch = new RecordBatch(new DatasetSchema([new("v", ColumnType.Int64)]).ToArrow(), [Built(0)], Rows);
        using (var writer = new ArrowStreamWriter(stream, batch.Schema, leaveOpen: true)) writer.WriteRecordBatch(batch);
        stream.Position = 0;
        using var reader = new ArrowStreamReader(stream, ArrowMemory.Managed, leaveOpen: false);
        return ((Int64Array)reader.ReadNextRecordBatch().Column(0)).Values;
    }

    private static Int64Array Built(int from) => new Int64Array.Builder().AppendRange(Enumerable.Range(from, Rows).Select(v => (long)v)).Build(ArrowMemory.Managed);

    private static ReadOnlySpan<long> Collected(ReadOnlySpan<long> values)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return values;
    }

    private static long Expected(int from) => Enumerable.Range(from, Rows).Sum(v => (long)v);

    private static long Sum(ReadOnlySpan<long> values)
    {
        var sum = 0L;
        foreach (var value in values) sum += value;
        return sum;
    }
}
