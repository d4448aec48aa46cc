namespace MlOps.DataValidation;

/// <summary>A rule about the values of a column that are held in 64 bits.</summary>
internal abstract class IntegerRule(int column) : RowRule(column)
{
    public abstract bool Passes(long value);

    public override bool Passes(Row row) => Passes(row.Integer(0));

    public override void Judge(Block block, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        failed.Clear();
        var values = block.Columns[column].Integers;
        foreach (var row in new RowsOf(judged))
        {
            if (!Passes(values[row])) Bits.Set(failed, row);
        }
    }

    protected int Column => column;
}

/// <summary>A rule about the values of a column of fractions.</summary>
internal abstract class NumberRule(int column) : RowRule(column)
{
    public abstract bool Passes(double value);

    public override bool Passes(Row row) => Passes(row.Number(0));

    public override void Judge(Block block, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        failed.Clear();
        var values = block.Columns[column].Numbers;
        foreach (var row in new RowsOf(judged))
        {
            if (!Passes(values[row])) Bits.Set(failed, row);
        }
    }

    protected int Column => column;
}

/// <summary>A rule about the values of a column of decimals.</summary>
internal abstract class DecimalRule(int column) : RowRule(column)
{
    public abstract bool Passes(decimal value);

    public override bool Passes(Row row) => Passes(row.Decimal(0));

    public override void Judge(Block block, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        failed.Clear();
        var values = block.Columns[column].Decimals;
        foreach (var row in new RowsOf(judged))
        {
            if (!Passes(values[row])) Bits.Set(failed, row);
        }
    }
}

/// <summary>A rule about the values of a column of text.</summary>
internal abstract class TextRule(int column) : RowRule(column)
{
    public abstract bool Passes(ReadOnlySpan<char> value);

    public override bool Passes(Row row) => Passes(row.Text(0));

    public override void Judge(Block block, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        failed.Clear();
        var values = block.Columns[column];
        foreach (var row in new RowsOf(judged))
        {
            if (!Passes(values.Text(row))) Bits.Set(failed, row);
        }
    }
}

/// <summary>Lets every judged row pass, or none.</summary>
internal sealed class ConstantRule(bool passes, params int[] columns) : RowRule(columns)
{
    public override bool Passes(Row row) => passes;

    public override void Judge(Block block, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        if (passes) failed.Clear();
        else judged.CopyTo(failed);
    }
}
