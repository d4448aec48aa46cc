namespace MlOps.DataValidation;

/// <summary>Values lie between two others. Numbers, dates, moments and text (ordinal); NaN lies nowhere.</summary>
/// <param name="Column">The column.</param>
/// <param name="Min">The least value; nothing for no bound.</param>
/// <param name="Max">The most value; nothing for no bound.</param>
/// <param name="StrictMin">Whether the least value itself is outside.</param>
/// <param name="StrictMax">Whether the most value itself is outside.</param>
public sealed record ValuesBetween(string Column, Scalar Min = default, Scalar Max = default, bool StrictMin = false, bool StrictMax = false) : ColumnExpectation(Column)
{
    /// <summary>Gets the most value.</summary>
    public Scalar Max { get; init; } = Bounds.Check(Min, Max);

    /// <inheritdoc/>
    protected override string Describe() => $"'{Column}' is {Bounds.Words(Min, Max, StrictMin, StrictMax)}";

    internal override Check Plan(CheckPlan plan) => Rows(Ranges.Rule(plan.Column(Column), Min, Max, StrictMin, StrictMax));
}
