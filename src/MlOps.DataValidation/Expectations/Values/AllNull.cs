namespace MlOps.DataValidation;

/// <summary>All values are missing.</summary>
/// <param name="Column">The column.</param>
public sealed record AllNull(string Column) : ColumnExpectation(Column)
{
    /// <inheritdoc/>
    protected override string Describe() => $"'{Column}' is missing";

    internal override Check Plan(CheckPlan plan) => new RowCheck(this with { Nulls = NullPolicy.Judge }, new PresenceRule(plan.Column(Column).Index, present: false));
}
