using Apache.Arrow;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Takes rows out of a batch.</summary>
internal static class RowGathering
{
    /// <summary>Gives a batch of some rows, in their order. Runs of rows are not copied one by one.</summary>
    public static RecordBatch Take(RecordBatch batch, IReadOnlyList<int> rows) =>
        rows.Count == batch.Length ? batch : new(batch.Schema, batch.Arrays.Select(array => Take(array, rows)), rows.Count);

    private static IArrowArray Take(IArrowArray array, IReadOnlyList<int> rows)
    {
        var runs = new List<IArrowArray>();
        for (var i = 0; i < rows.Count;)
        {
            var end = i + 1;
            while (end < rows.Count && rows[end] == rows[end - 1] + 1) end++;
            runs.Add(ArrowArrayFactory.Slice(array, rows[i], end - i));
            i = end;
        }

        return runs.Count switch
        {
            0 => ArrowArrayFactory.Slice(array, 0, 0),
            1 => runs[0],
            _ => array is DoubleArray doubles ? Gather(doubles, rows) : array is Int64Array longs ? Gather(longs, rows) : ArrowArrayConcatenator.Concatenate(runs, ArrowMemory.Managed),
        };
    }

    private static DoubleArray Gather(DoubleArray array, IReadOnlyList<int> rows)
    {
        var builder = new DoubleArray.Builder().Reserve(rows.Count);
        foreach (var row in rows)
        {
            if (array.IsNull(row)) builder.AppendNull();
            else builder.Append(array.Values[row]);
        }

        return builder.Build(ArrowMemory.Managed);
    }

    private static Int64Array Gather(Int64Array array, IReadOnlyList<int> rows)
    {
        var builder = new Int64Array.Builder().Reserve(rows.Count);
        foreach (var row in rows)
        {
            if (array.IsNull(row)) builder.AppendNull();
            else builder.Append(array.Values[row]);
        }

        return builder.Build(ArrowMemory.Managed);
    }
}
