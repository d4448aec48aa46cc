namespace MlOps.DataValidation;

/// <summary>The first and the last text in ordinal order.</summary>
internal sealed class TextExtent(BoundColumn column) : Accumulator
{
    public string? Least { get; private set; }

    public string? Most { get; private set; }

    protected override void Add(Block block, ReadOnlySpan<ulong> judged)
    {
        var texts = block.Columns[column.Index];
        foreach (var row in new RowsOf(judged))
        {
            var text = texts.Text(row);
            if (Least is null || text.SequenceCompareTo(Least) < 0) Least = text.ToString();
            if (Most is null || text.SequenceCompareTo(Most) > 0) Most = text.ToString();
        }
    }
}
