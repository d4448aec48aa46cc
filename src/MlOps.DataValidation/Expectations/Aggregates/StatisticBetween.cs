namespace MlOps.DataValidation;

/// <summary>A statistic of a column lies within bounds. A column without values has none and fails, but for its sum and counts.</summary>
/// <param name="Column">The column.</param>
/// <param name="Statistic">The statistic.</param>
/// <param name="Min">The least value; nothing for no bound.</param>
/// <param name="Max">The most value; nothing for no bound.</param>
/// <param name="StrictMin">Whether the least value itself is outside.</param>
/// <param name="StrictMax">Whether the most value itself is outside.</param>
public sealed record StatisticBetween(string Column, Statistic Statistic, Scalar Min = default, Scalar Max = default, bool StrictMin = false, bool StrictMax = false)
    : ColumnExpectation(Column)
{
    /// <summary>Gets the most value.</summary>
    public Scalar Max { get; init; } = Bounds.Check(Min, Max);

    private protected override string Name => $"{ExpectationNames.OfWord(Statistic.ToString())}_between";

    /// <inheritdoc/>
    protected override string Describe() => $"the {Statistic.Words()} of '{Column}' is {Bounds.Words(Min, Max, StrictMin, StrictMax)}";

    internal override Check Plan(CheckPlan plan)
    {
        var column = plan.Column(Column);
        var (observe, accumulators) = Measures.Of(Statistic, column, this, plan);
        var compare = Comparer(column);
        return new AggregateCheck(this, [column.Index], tally =>
        {
            var observed = observe(tally);
            return observed.IsMissing ? new(false, default, "there are no values") : new(compare(observed), observed, $"it is {ExpectationNames.Literal(observed)}");
        }, accumulators);
    }

    // The least and the largest value are compared as values of the column, everything else as a number.
    private Func<Scalar, bool> Comparer(BoundColumn column)
    {
        if (Statistic is not (Statistic.Min or Statistic.Max) || column.Kind == CellKind.Nothing) return o => Bounds.Contain(Bounds.Number(o) ?? double.NaN, Min, Max, StrictMin, StrictMax);
        var rule = Ranges.Rule(column with { Index = 0 }, Min, Max, StrictMin, StrictMax);
        return o => rule.Passes(new ScalarRow([column], [o]));
    }
}
