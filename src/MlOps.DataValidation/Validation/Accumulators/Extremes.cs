namespace MlOps.DataValidation;

/// <summary>The rows with the least and the largest values of a column.</summary>
internal sealed class Extremes(BoundColumn column, SampleTaker samples) : Accumulator
{
    private readonly PriorityQueue<(double Value, FailedRow Row), double> _largest = new();
    private readonly PriorityQueue<(double Value, FailedRow Row), double> _least = new();

    public IEnumerable<FailedRow> Rows(Func<double, bool> condition) =>
        _largest.UnorderedItems.Concat(_least.UnorderedItems).Where(i => condition(i.Element.Value)).Select(i => i.Element.Row).DistinctBy(r => r.Row).OrderBy(r => r.Row).Take(samples.Size);

    protected override void Add(Block block, ReadOnlySpan<ulong> judged)
    {
        if (samples.Size == 0) return;
        var source = block.Columns[column.Index];
        foreach (var row in new RowsOf(judged))
        {
            var value = column.Kind switch
            {
                CellKind.Number => source.Numbers[row],
                CellKind.Decimal => (double)source.Decimals[row],
                _ => source.Integers[row],
            };
            Keep(_largest, value, value, block, row);
            Keep(_least, value, -value, block, row);
        }
    }

    private void Keep(PriorityQueue<(double Value, FailedRow Row), double> kept, double value, double rank, Block block, int row)
    {
        if (kept.Count >= samples.Size)
        {
            kept.TryPeek(out _, out var weakest);
            if (rank <= weakest || double.IsNaN(rank)) return;
            kept.Dequeue();
        }

        kept.Enqueue((value, samples.Row(block, [column.Index], row)), rank);
    }
}
