namespace MlOps.DataValidation;

/// <summary>Values stand in a list.</summary>
/// <param name="Column">The column.</param>
/// <param name="Values">The list. Missing entries count for nothing.</param>
public sealed record ValuesInSet(string Column, IReadOnlyList<Scalar> Values) : ColumnExpectation(Column)
{
    /// <summary>Gets the list.</summary>
    public IReadOnlyList<Scalar> Values { get; init; } = Values ?? throw new ArgumentNullException(nameof(Values));

    /// <inheritdoc/>
    protected override string Describe() => $"'{Column}' is one of {ExpectationNames.Listed(Values)}";

    internal override Check Plan(CheckPlan plan) => Rows(SetRules.In(plan.Column(Column), Values, expected: true));
}
