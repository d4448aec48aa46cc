namespace MlOps.DataValidation;

/// <summary>A part of a filter. For whole blocks and for one row, with the same outcome. Every term is true or false, also when values are missing.</summary>
internal abstract class FilterTerm
{
    /// <summary>Sets the rows of the block for which the term is true.</summary>
    public abstract void Match(Block block, Span<ulong> set);

    public abstract bool Matches(Row row);

    public abstract bool Reads(int column);
}

/// <summary>Both of two terms, or one of them at least.</summary>
internal sealed class JunctionTerm(FilterTerm first, FilterTerm second, bool both) : FilterTerm
{
    private ulong[] _second = [];

    public override void Match(Block block, Span<ulong> set)
    {
        if (_second.Length < set.Length) _second = new ulong[set.Length];
        var other = _second.AsSpan(0, set.Length);
        first.Match(block, set);
        second.Match(block, other);
        if (both) Bits.And(set, other);
        else Bits.Or(set, other);
    }

    public override bool Matches(Row row) => both ? first.Matches(row) && second.Matches(row) : first.Matches(row) || second.Matches(row);

    public override bool Reads(int column) => first.Reads(column) || second.Reads(column);
}

internal sealed class NotTerm(FilterTerm term) : FilterTerm
{
    public override void Match(Block block, Span<ulong> set)
    {
        term.Match(block, set);
        for (var i = 0; i < set.Length; i++) set[i] = ~set[i];
        if ((block.Length & 63) != 0) set[^1] &= (1UL << (block.Length & 63)) - 1;
    }

    public override bool Matches(Row row) => !term.Matches(row);

    public override bool Reads(int column) => term.Reads(column);
}

/// <summary>A value is missing.</summary>
internal sealed class MissingTerm(int column) : FilterTerm
{
    public override void Match(Block block, Span<ulong> set)
    {
        Bits.Fill(set, block.Length);
        Bits.AndNot(set, block.Columns[column].Valid);
    }

    public override bool Matches(Row row) => !row.HasAt(column);

    public override bool Reads(int index) => index == column;
}

/// <summary>A rule holds; where a column is missing it does not, unless the rule is about missing values itself.</summary>
internal sealed class RuleTerm(RowRule rule, bool judgesMissing = false) : FilterTerm
{
    private ulong[] _judged = [];

    public override void Match(Block block, Span<ulong> set)
    {
        if (block.Length == 0) return;
        if (_judged.Length < set.Length) _judged = new ulong[set.Length];
        var judged = _judged.AsSpan(0, set.Length);
        Bits.Fill(judged, block.Length);
        foreach (var column in rule.Columns)
        {
            if (!judgesMissing) Bits.And(judged, block.Columns[column].Valid);
        }

        rule.Judge(block, judged, set);
        for (var i = 0; i < set.Length; i++) set[i] = judged[i] & ~set[i];
    }

    public override bool Matches(Row row)
    {
        var before = row.Map;
        row.Map = rule.Columns;
        var matches = (judgesMissing || Complete(row)) && rule.Passes(row);
        row.Map = before;
        return matches;
    }

    public override bool Reads(int column) => rule.Columns.Contains(column);

    private bool Complete(Row row)
    {
        foreach (var column in rule.Columns)
        {
            if (!row.HasAt(column)) return false;
        }

        return true;
    }
}
