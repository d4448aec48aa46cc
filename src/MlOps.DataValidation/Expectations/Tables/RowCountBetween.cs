namespace MlOps.DataValidation;

/// <summary>The number of rows lies within bounds.</summary>
/// <param name="Min">The least number; null for no bound.</param>
/// <param name="Max">The most; null for no bound.</param>
public sealed record RowCountBetween(long? Min = null, long? Max = null) : TableExpectation
{
    /// <summary>Gets the most rows.</summary>
    public long? Max { get; init; } = (long?)Bounds.Check(new(Min), new(Max)).Value;

    /// <inheritdoc/>
    protected override string Describe() => $"the number of rows is {Bounds.Words(new(Min), new(Max))}";

    internal override Check Plan(CheckPlan plan) => new AggregateCheck(this, [], tally =>
        new(Bounds.Contain(tally.Elements, new(Min), new(Max)), tally.Elements, $"there are {tally.Elements}"));
}
