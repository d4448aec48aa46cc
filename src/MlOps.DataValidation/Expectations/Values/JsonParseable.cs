namespace MlOps.DataValidation;

/// <summary>Texts are JSON.</summary>
/// <param name="Column">The column of text.</param>
public sealed record JsonParseable(string Column) : ColumnExpectation(Column)
{
    /// <inheritdoc/>
    protected override string Describe() => $"'{Column}' is JSON";

    internal override Check Plan(CheckPlan plan) => Rows(new ReadableRule(FilterTerms.TextColumn(plan.Column(Column)), JsonText.IsJson));
}
