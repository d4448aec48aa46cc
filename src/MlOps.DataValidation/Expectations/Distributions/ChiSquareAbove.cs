using System.Globalization;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Pearson's chi-square test does not refute that a column has an expected distribution of values: its p-value is above a limit.</summary>
/// <param name="Column">The column.</param>
/// <param name="Expected">The expected distribution of values.</param>
/// <param name="PValue">The limit, between 0 and 1, both excluded.</param>
/// <param name="TailHoldout">The weight, 0 to 1, that is kept for values that are not expected; without it one such value makes the p-value 0.</param>
public sealed record ChiSquareAbove(string Column, Partition Expected, double PValue = 0.05, double TailHoldout = 0) : ColumnExpectation(Column)
{
    /// <summary>Gets the expected distribution.</summary>
    public Partition Expected { get; init; } = Expected?.Values is null ? throw new ArgumentException("A chi-square test needs a distribution of values.", nameof(Expected)) : Expected;

    /// <summary>Gets the limit.</summary>
    public double PValue { get; init; } = PValue is > 0 and < 1 ? PValue : throw new ArgumentOutOfRangeException(nameof(PValue), PValue, "A limit of a p-value lies between 0 and 1, both excluded.");

    /// <summary>Gets the weight for values that are not expected.</summary>
    public double TailHoldout { get; init; } = TailHoldout is >= 0 and <= 1 ? TailHoldout : throw new ArgumentOutOfRangeException(nameof(TailHoldout), TailHoldout, "A holdout lies between 0 and 1.");

    /// <inheritdoc/>
    protected override string Describe() => string.Create(CultureInfo.InvariantCulture, $"a chi-square test of '{Column}' against the expected distribution has a p-value above {PValue}");

    internal override Check Plan(CheckPlan plan)
    {
        var column = plan.Column(Column);
        var counts = plan.Share($"{column.Index}", this, () => new ValueCounts(column, plan.Options.MaxDistinct));
        return new AggregateCheck(this, [column.Index], _ => Judge(counts), counts);
    }

    private Outcome Judge(ValueCounts counts)
    {
        if (counts.Total == 0) return new(false, default, "there are no values");
        var (observed, values, others) = Categories.Align(Expected, counts);
        var expected = Expected.Weights.Select(w => others == 0 ? w : w * (1 - TailHoldout)).Concat(Enumerable.Repeat(others == 0 ? 0 : TailHoldout / others, others)).ToList();
        var p = Test(observed, expected, counts.Total);
        return new(p > PValue, p, string.Create(CultureInfo.InvariantCulture, $"it is {p:0.######}"))
        {
            Details = Categories.Details(values, observed.ConvertAll(c => (double)c / counts.Total), expected),
        };
    }

    private static double Test(List<long> observed, List<double> expected, long total)
    {
        var statistic = 0.0;
        var bins = 0;
        for (var i = 0; i < observed.Count; i++)
        {
            var wanted = expected[i] * total;
            if (wanted == 0 && observed[i] == 0) continue;
            bins++;
            statistic += wanted == 0 ? double.PositiveInfinity : (observed[i] - wanted) * (observed[i] - wanted) / wanted;
        }

        return bins < 2 ? (statistic > 0 ? 0 : 1) : double.IsInfinity(statistic) ? 0 : ChiSquare.UpperTail(statistic, bins - 1);
    }
}
