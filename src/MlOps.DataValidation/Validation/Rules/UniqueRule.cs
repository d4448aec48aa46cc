namespace MlOps.DataValidation;

/// <summary>Rows whose values come once. A later row of the same values fails where it stands; the first one is counted too as soon as there is a second.</summary>
internal sealed class UniqueRule(int[] columns, int limit, int sampleSize) : RowRule(columns)
{
    private readonly KeySet _keys = new(limit);
    private readonly List<FailedRow> _firsts = [];
    private long _firstCount;

    public override bool IsLocal => false;

    public override void Judge(Block block, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        failed.Clear();
        var row = new BlockRow(block) { Map = Columns };
        foreach (var index in new RowsOf(judged))
        {
            row.Index = index;
            if (_keys.Add(RowKeys.Of(row, Columns.Length), block.FirstRow + index, out var first)) continue;
            Bits.Set(failed, index);
            if (first >= 0) Repeated(block, index, first);
        }
    }

    public override bool Passes(Row row) => throw new NotSupportedException("One row alone has no duplicates.");

    public override void Finish(Tally tally)
    {
        tally.Unexpected += _firstCount;
        var size = Math.Max(tally.Sample.Count, sampleSize);
        tally.Sample.AddRange(_firsts);
        tally.Sample.Sort((a, b) => a.Row.CompareTo(b.Row));
        if (tally.Sample.Count > size) tally.Sample.RemoveRange(size, tally.Sample.Count - size);
    }

    private void Repeated(Block block, int index, long first)
    {
        _firstCount++;
        if (_firsts.Count >= sampleSize) return;
        var values = Columns.ToDictionary(c => block.Columns[c].Name, c => block.Columns[c].At(index), StringComparer.Ordinal);
        _firsts.Add(new(first, values, new Dictionary<string, Scalar>()));
    }
}
