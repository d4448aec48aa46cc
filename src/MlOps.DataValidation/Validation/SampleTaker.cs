namespace MlOps.DataValidation;

/// <summary>Keeps the first rows that fail, with their keys.</summary>
internal sealed class SampleTaker(int size, IReadOnlyList<int> keys)
{
    public int Size => size;

    public IReadOnlyList<int> Keys => keys;

    public void Take(Block block, ReadOnlySpan<int> columns, ReadOnlySpan<ulong> rows, List<FailedRow> sample)
    {
        if (sample.Count >= size) return;
        foreach (var row in new RowsOf(rows))
        {
            sample.Add(Row(block, columns, row));
            if (sample.Count >= size) return;
        }
    }

    public FailedRow Row(Block block, ReadOnlySpan<int> columns, int row)
    {
        var values = new Dictionary<string, Scalar>(columns.Length, StringComparer.Ordinal);
        foreach (var column in columns) values[block.Columns[column].Name] = block.Columns[column].At(row);
        var kept = new Dictionary<string, Scalar>(keys.Count, StringComparer.Ordinal);
        foreach (var key in keys) kept[block.Columns[key].Name] = block.Columns[key].At(row);
        return new(block.FirstRow + row, values, kept);
    }
}
