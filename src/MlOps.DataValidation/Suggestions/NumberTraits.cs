using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>What the rules look at in numbers.</summary>
/// <param name="Min">The least.</param>
/// <param name="Max">The largest.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">The standard deviation of the sample.</param>
/// <param name="Count">How many there are.</param>
internal sealed record NumberTraits(double Min, double Max, double Mean, double Deviation, long Count)
{
    public static NumberTraits? Of(ColumnProfile column) => column.Numbers is { Count: > 0 } n && double.IsFinite(n.Min) && double.IsFinite(n.Max)
        ? new(n.Min, n.Max, n.Mean, n.SampleStandardDeviation, n.Count)
        : null;
}
