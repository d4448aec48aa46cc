namespace MlOps.DataValidation;

/// <summary>No value is missing. NaN is a value; see <see cref="Finite"/>.</summary>
/// <param name="Column">The column.</param>
public sealed record NotNull(string Column) : ColumnExpectation(Column)
{
    /// <inheritdoc/>
    protected override string Describe() => $"'{Column}' is not missing";

    internal override Check Plan(CheckPlan plan) => new RowCheck(this with { Nulls = NullPolicy.Judge }, new PresenceRule(plan.Column(Column).Index, present: true));
}
