namespace MlOps.DataValidation;

/// <summary>The values of a row are the key of a row of another table, which is given to the validation as a reference and read before it.</summary>
/// <param name="Columns">The columns.</param>
/// <param name="Reference">The name of the table in <see cref="ValidationOptions.References"/>.</param>
/// <param name="Keys">The columns of the other table, in the same order.</param>
public sealed record InReference(IReadOnlyList<string> Columns, string Reference, IReadOnlyList<string> Keys) : SeveralColumns(Columns)
{
    /// <summary>Gets the columns of the other table.</summary>
    public IReadOnlyList<string> Keys { get; init; } = Keys is not null && Keys.Count == Columns.Count ? Keys : throw new ArgumentException("A reference needs as many key columns as there are columns.", nameof(Keys));

    /// <inheritdoc/>
    protected override string Describe() => $"{ExpectationNames.Quoted(Columns)} {(Columns.Count == 1 ? "is" : "are")} among {ExpectationNames.Quoted(Keys)} of '{Reference}'";

    internal override Check Plan(CheckPlan plan) => new RowCheck(this, new ReferenceRule(Bind(plan), plan.Reference(Reference).KeysOf(Keys)));
}
