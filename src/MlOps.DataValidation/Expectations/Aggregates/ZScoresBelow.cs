using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>Values lie less than some standard deviations away from the mean of the column. In a column without spread all do.</summary>
/// <param name="Column">The numeric column.</param>
/// <param name="Threshold">How many standard deviations (of a sample), above 0.</param>
/// <param name="BothSides">Whether values below the mean count too.</param>
/// <remarks>The mean is known at the end only, so a quarantine rejects no rows for it. Counts are exact up to <see cref="ValidationOptions.MaxExactValues"/> values.</remarks>
public sealed record ZScoresBelow(string Column, double Threshold, bool BothSides = true) : ColumnExpectation(Column)
{
    /// <summary>Gets how many standard deviations.</summary>
    public double Threshold { get; init; } = Threshold > 0 ? Threshold : throw new ArgumentOutOfRangeException(nameof(Threshold), Threshold, "The threshold is above 0.");

    /// <inheritdoc/>
    protected override string Describe() => string.Create(CultureInfo.InvariantCulture, $"'{Column}' lies less than {Threshold} standard deviations {(BothSides ? "from" : "above")} its mean");

    internal override Check Plan(CheckPlan plan)
    {
        var column = plan.Column(Column);
        if (!column.Kind.IsNumeric() && column.Kind != CellKind.Nothing) throw column.Unfit("a standard deviation");
        var summary = plan.Share($"{column.Index}", this, () => new ColumnSummary(column));
        var store = plan.Share($"{column.Index}", this, () => new ValueStore(column, plan.Options.MaxExactValues));
        var extremes = plan.Share($"{column.Index}", this, () => new Extremes(column, plan.Samples));
        return new AggregateCheck(this, [column.Index], tally => Judge(tally, summary, store, extremes), summary, store, extremes);
    }

    private Outcome Judge(Tally tally, ColumnSummary summary, ValueStore store, Extremes extremes)
    {
        if (summary.Count == 0) return new(true);
        var (mean, deviation) = (summary.Mean, summary.SampleDeviation);
        bool Fails(double value) => deviation > 0 && !((BothSides ? Math.Abs(value - mean) : value - mean) / deviation < Threshold);
        tally.Unexpected = double.IsNaN(deviation) && summary.Count > 1 ? store.Count : store.CountOf(Fails);
        tally.Sample.AddRange(extremes.Rows(Fails));
        var judged = tally.Elements - tally.Missing;
        var finding = string.Create(CultureInfo.InvariantCulture, $"{tally.Unexpected} of {judged} rows do not (mean {mean:0.######}, standard deviation {deviation:0.######})");
        return new((double)(judged - tally.Unexpected) / judged >= Mostly, default, tally.Unexpected == 0 ? null : finding)
        {
            Details = new Dictionary<string, IReadOnlyList<Scalar>> { ["mean"] = [mean], ["standard_deviation"] = [deviation] },
        };
    }
}
