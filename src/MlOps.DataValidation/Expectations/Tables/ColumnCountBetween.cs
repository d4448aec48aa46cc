namespace MlOps.DataValidation;

/// <summary>The number of columns lies within bounds.</summary>
/// <param name="Min">The least number; null for no bound.</param>
/// <param name="Max">The most; null for no bound.</param>
public sealed record ColumnCountBetween(long? Min = null, long? Max = null) : TableExpectation
{
    /// <summary>Gets the most columns.</summary>
    public long? Max { get; init; } = (long?)Bounds.Check(new(Min), new(Max)).Value;

    /// <inheritdoc/>
    protected override string Describe() => $"the number of columns is {Bounds.Words(new(Min), new(Max))}";

    internal override Check Plan(CheckPlan plan) => new AggregateCheck(this, [], _ =>
        new(Bounds.Contain(plan.Columns.Count, new(Min), new(Max)), plan.Columns.Count, $"there are {plan.Columns.Count}"));
}
