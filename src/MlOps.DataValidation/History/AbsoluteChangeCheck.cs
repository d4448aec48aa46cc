namespace MlOps.DataValidation;

/// <summary>The differences of a value and those before are small.</summary>
internal sealed class AbsoluteChangeCheck(double? maxDecrease, double? maxIncrease, int order) : ChangeCheck("change", maxDecrease, maxIncrease, order, leastOrder: 0)
{
    protected override double[] Of(ReadOnlySpan<double> series, int order) => Changes.Differences(series, order);
}
