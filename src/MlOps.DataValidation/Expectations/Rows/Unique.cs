namespace MlOps.DataValidation;

/// <summary>The values of one column, or of several together, come once. All rows of a group that comes more often fail; a quarantine rejects those after the first, which has gone by already.</summary>
/// <param name="Columns">The columns. A row in which all are missing is not judged; else a missing value is one of its own.</param>
/// <remarks>It remembers 128 bits of each row (about 50 bytes with the table around them), up to <see cref="ValidationOptions.MaxDistinct"/> rows. It says nothing about one record.</remarks>
public sealed record Unique(IReadOnlyList<string> Columns) : SeveralColumns(Columns)
{
    /// <inheritdoc/>
    protected override string Describe() => Columns.Count == 1 ? $"'{Columns[0]}' is unique" : $"{ExpectationNames.Quoted(Columns)} are unique together";

    internal override Check Plan(CheckPlan plan) => new RowCheck(this, new UniqueRule(Bind(plan), plan.Options.MaxDistinct, plan.Options.SampleSize));
}
