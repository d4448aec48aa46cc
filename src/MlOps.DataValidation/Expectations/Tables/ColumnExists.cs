namespace MlOps.DataValidation;

/// <summary>There is a column of this name, written exactly so.</summary>
/// <param name="Column">The column.</param>
/// <param name="Index">Its position from 0; null for any.</param>
public sealed record ColumnExists(string Column, int? Index = null) : TableExpectation
{
    /// <inheritdoc/>
    protected override string Describe() => Index is { } index ? $"column '{Column}' stands at position {index}" : $"there is a column '{Column}'";

    internal override Check Plan(CheckPlan plan)
    {
        var positions = plan.Columns.Select((c, i) => (c.Name, Index: i)).Where(c => c.Name == Column).Select(c => c.Index).ToList();
        var success = Index is { } index ? positions.Contains(index) : positions.Count > 0;
        return new AggregateCheck(this, [], _ => new(success, positions.Count == 0 ? default : positions[0], positions.Count == 0 ? "there is none" : $"it stands at {positions[0]}")) { IsAboutColumns = true };
    }
}
