namespace MlOps.DataValidation;

/// <summary>Texts are JSON.</summary>
/// <param name="Column">The column of text.</param>
public sealed record JsonParseable(string Column) : ColumnExpectation(Column)
{
    /// <inheritdoc/>
    public override string Description => $"'{Column}' is JSON";

    internal override Check Plan(CheckPlan plan) => Rows(new ReadableRule(FilterTerms.TextColumn(plan.Column(Column)), JsonText.IsJson));
}
