namespace MlOps.DataValidation;

/// <summary>The base of a check of one's own about several columns of a row.</summary>
/// <param name="Columns">The columns.</param>
public abstract record RowExpectation(IReadOnlyList<string> Columns) : SeveralColumns(Columns)
{
    /// <summary>Says whether a row is as expected. It is called from several threads at once and should not allocate.</summary>
    /// <param name="row">The row; its columns are counted as in <see cref="Expectation.Columns"/>.</param>
    /// <returns>True when it is.</returns>
    protected abstract bool Passes(Row row);

    internal sealed override Check Plan(CheckPlan plan) => new RowCheck(this, new CustomRule(Bind(plan), this));

    private sealed class CustomRule(int[] columns, RowExpectation expectation) : RowRule(columns)
    {
        public override bool Passes(Row row) => expectation.Passes(row);
    }
}
