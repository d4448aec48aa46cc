using System.Text.Json.Serialization;

namespace MlOps.DataValidation;

/// <summary>Two columns of a row compare as they should. Text that was never cast is read as the other column's type.</summary>
/// <param name="First">The first column.</param>
/// <param name="Comparison">How the first compares with the second.</param>
/// <param name="Second">The second column.</param>
public sealed record ColumnsCompare(string First, Comparison Comparison, string Second) : Expectation(NullPolicy.IgnoreAll)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<string> Columns => [First, Second];

    /// <inheritdoc/>
    protected override string Describe() => $"'{First}' is {Comparison.Words()} '{Second}'";

    internal override Check Plan(CheckPlan plan) => new RowCheck(this, new ComparisonRule(plan.Column(First), Comparison, plan.Column(Second)));
}
