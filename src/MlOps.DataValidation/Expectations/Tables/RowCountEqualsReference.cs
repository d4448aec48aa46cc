namespace MlOps.DataValidation;

/// <summary>There are as many rows as in another table, which is given to the validation as a reference.</summary>
/// <param name="Reference">The name of the table in <see cref="ValidationOptions.References"/>.</param>
public sealed record RowCountEqualsReference(string Reference) : TableExpectation
{
    /// <inheritdoc/>
    protected override string Describe() => $"there are as many rows as in '{Reference}'";

    internal override Check Plan(CheckPlan plan)
    {
        var other = plan.Reference(Reference).Rows;
        return new AggregateCheck(this, [], tally => new(tally.Elements == other, tally.Elements, $"there are {tally.Elements} and {other} in '{Reference}'"));
    }
}
