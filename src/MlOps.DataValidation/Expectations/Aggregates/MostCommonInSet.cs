namespace MlOps.DataValidation;

/// <summary>The most frequent value of a column stands in a list.</summary>
/// <param name="Column">The column.</param>
/// <param name="Values">The list.</param>
/// <param name="TiesAllowed">Whether, of several values that are equally frequent, one in the list is enough; else several fail.</param>
public sealed record MostCommonInSet(string Column, IReadOnlyList<Scalar> Values, bool TiesAllowed = false) : ColumnExpectation(Column)
{
    /// <summary>Gets the list.</summary>
    public IReadOnlyList<Scalar> Values { get; init; } = Values ?? throw new ArgumentNullException(nameof(Values));

    /// <inheritdoc/>
    protected override string Describe() => $"the most frequent value of '{Column}' is one of {ExpectationNames.Listed(Values)}";

    internal override Check Plan(CheckPlan plan)
    {
        var column = plan.Column(Column);
        var counts = plan.Share($"{column.Index}", this, () => new ValueCounts(column, plan.Options.MaxDistinct));
        var rule = SetRules.In(column with { Index = 0 }, Values, expected: true);
        return new AggregateCheck(this, [column.Index], _ =>
        {
            var sorted = counts.Sorted();
            if (sorted.Count == 0) return new(false, default, "there are no values");
            var most = sorted.Max(v => v.Count);
            var values = sorted.Where(v => v.Count == most).Select(v => v.Value).ToList();
            var fitting = values.Count(v => rule.Passes(new ScalarRow([column], [v])));
            return new(fitting > 0 && (TiesAllowed || values.Count == 1), values[0], $"{ExpectationNames.Listed(values)} came {most} times{(values.Count > 1 ? " each" : string.Empty)}")
            {
                Details = new Dictionary<string, IReadOnlyList<Scalar>> { ["values"] = [.. values.Take(100)] },
            };
        }, counts);
    }
}
