namespace MlOps.DataValidation;

/// <summary>Says of each row whether it passes. Judges whole blocks at once, or one row, with the same outcome.</summary>
internal abstract class RowRule(params int[] columns)
{
    /// <summary>Gets the positions of the columns in a block.</summary>
    public int[] Columns => columns;

    /// <summary>Gets whether a row can be judged without the rows before it.</summary>
    public virtual bool IsLocal => true;

    /// <summary>Marks the judged rows that fail. Bits of other rows mean nothing afterwards.</summary>
    public virtual void Judge(Block block, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        failed.Clear();
        var row = new BlockRow(block) { Map = columns };
        foreach (var index in new RowsOf(judged))
        {
            row.Index = index;
            if (!Passes(row)) Bits.Set(failed, index);
        }
    }

    /// <summary>Judges one row. <see cref="Row.Map"/> is set to <see cref="Columns"/>.</summary>
    public abstract bool Passes(Row row);

    /// <summary>Adds what only the end of the data tells.</summary>
    public virtual void Finish(Tally tally)
    {
    }
}
