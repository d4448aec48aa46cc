namespace MlOps.DataValidation;

/// <summary>Values that are there, or that are missing.</summary>
internal sealed class PresenceRule(int column, bool present) : RowRule(column), IMissingRule
{
    public override bool Passes(Row row) => !row.IsMissing(0) == present;

    public override void Judge(Block block, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        var valid = block.Columns[Columns[0]].Valid;
        for (var i = 0; i < failed.Length; i++) failed[i] = present ? ~valid[i] : valid[i];
    }
}
