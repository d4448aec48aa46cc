namespace MlOps.DataValidation;

/// <summary>A filter that was bound to the columns of some data, with the rows of the current block that it lets through.</summary>
internal sealed class FilterNode(FilterTerm term)
{
    private ulong[] _matching = [];

    /// <summary>Gets why the filter cannot be applied; null while it can.</summary>
    public string? Error { get; private set; }

    public void Refresh(Block block)
    {
        if (Error is not null) return;
        if (_matching.Length < block.Words) _matching = new ulong[block.Words];
        try
        {
            term.Match(block, _matching.AsSpan(0, block.Words));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Error = $"the filter cannot be applied: {e.Message}";
        }
    }

    public ReadOnlySpan<ulong> Matching(Block block) => _matching.AsSpan(0, block.Words);

    public void Match(Block block, Span<ulong> set) => term.Match(block, set);

    public bool Matches(Row row) => term.Matches(row);

    public bool Reads(int column) => term.Reads(column);
}
