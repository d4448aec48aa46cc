namespace MlOps.DataValidation;

/// <summary>Several columns of a row have some sum. With a missing value there is no sum, and the row fails.</summary>
/// <param name="Columns">The numeric columns.</param>
/// <param name="Total">The sum.</param>
/// <param name="Tolerance">How far it may be off, not below 0. Integers and decimals are added exactly.</param>
public sealed record SumEquals(IReadOnlyList<string> Columns, Scalar Total, double Tolerance = 0) : SeveralColumns(Columns)
{
    /// <summary>Gets the sum.</summary>
    public Scalar Total { get; init; } = Total.Value is long or double or decimal ? Total : throw new ArgumentException($"The total {Total} is no number.", nameof(Total));

    /// <summary>Gets how far the sum may be off.</summary>
    public double Tolerance { get; init; } = Tolerance >= 0 ? Tolerance : throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, "The tolerance is not below 0.");

    /// <inheritdoc/>
    protected override string Describe() => $"{ExpectationNames.Quoted(Columns)} add up to {Total}";

    internal override Check Plan(CheckPlan plan) => new RowCheck(this, SumRule.Of([.. Columns.Select(plan.Column)], Total, Tolerance));
}
