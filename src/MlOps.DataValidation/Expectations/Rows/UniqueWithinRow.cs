namespace MlOps.DataValidation;

/// <summary>The values of several columns of one row all differ. A missing value equals nothing.</summary>
/// <param name="Columns">The columns.</param>
public sealed record UniqueWithinRow(IReadOnlyList<string> Columns) : SeveralColumns(Columns)
{
    /// <inheritdoc/>
    protected override string Describe() => $"{ExpectationNames.Quoted(Columns)} differ within each row";

    internal override Check Plan(CheckPlan plan) => new RowCheck(this, new DistinctWithinRowRule(Bind(plan)));
}
