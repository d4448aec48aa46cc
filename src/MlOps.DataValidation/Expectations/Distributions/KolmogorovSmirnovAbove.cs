using System.Globalization;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>The one-sample Kolmogorov-Smirnov test does not refute that a column has a distribution: its two-sided p-value is above a limit.</summary>
/// <param name="Column">The numeric column.</param>
/// <param name="Expected">The distribution.</param>
/// <param name="PValue">The limit, between 0 and 1, both excluded.</param>
public sealed record KolmogorovSmirnovAbove(string Column, Distribution Expected, double PValue = 0.05) : ColumnExpectation(Column)
{
    /// <summary>Gets the distribution.</summary>
    public Distribution Expected { get; init; } = Expected ?? throw new ArgumentNullException(nameof(Expected));

    /// <summary>Gets the limit.</summary>
    public double PValue { get; init; } = PValue is > 0 and < 1 ? PValue : throw new ArgumentOutOfRangeException(nameof(PValue), PValue, "A limit of a p-value lies between 0 and 1, both excluded.");

    /// <inheritdoc/>
    protected override string Describe() => string.Create(CultureInfo.InvariantCulture, $"a Kolmogorov-Smirnov test of '{Column}' against {Expected} has a p-value above {PValue}");

    internal override Check Plan(CheckPlan plan)
    {
        var store = ValueStore.Of(plan, this, "a distribution");
        return new AggregateCheck(this, [store.Column], _ =>
        {
            if (store.Count == 0) return new(false, default, "there are no values");
            if (!store.IsExact) throw new CheckException($"column '{Column}' has more than {plan.Options.MaxExactValues} values. Raise MaxExactValues, or test a sample of the rows.");
            var statistic = KolmogorovSmirnov.Statistic(store.Sorted(), Expected.Below);
            var p = KolmogorovSmirnov.PValue(statistic, store.Count);
            return new(p > PValue, p, string.Create(CultureInfo.InvariantCulture, $"it is {p:0.######}")) { Details = new Dictionary<string, IReadOnlyList<Scalar>> { ["statistic"] = [statistic] } };
        }, store);
    }
}
