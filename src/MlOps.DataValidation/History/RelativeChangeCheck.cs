namespace MlOps.DataValidation;

/// <summary>The ratio of a value and one before is near to 1.</summary>
internal sealed class RelativeChangeCheck(double? maxDecrease, double? maxIncrease, int order) : ChangeCheck("ratio", maxDecrease, maxIncrease, order, leastOrder: 1)
{
    protected override double[] Of(ReadOnlySpan<double> series, int order) => Changes.Ratios(series, order);
}
