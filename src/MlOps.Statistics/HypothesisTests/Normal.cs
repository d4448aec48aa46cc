namespace MlOps.Statistics;

/// <summary>The standard normal distribution.</summary>
public static class Normal
{
    /// <summary>Gives the chance of a value at least this far from 0, in either direction.</summary>
    /// <param name="value">The value, of either sign.</param>
    /// <returns>A chance from 0 to 1, to about 13 digits also in the far tail, where one minus the distribution function is long 0; NaN gives NaN.</returns>
    /// <remarks>erfc(|z| / sqrt(2)) = Q(1 / 2, z * z / 2); Abramowitz and Stegun 6.5.17.</remarks>
    public static double TwoSidedTail(double value) => SpecialFunctions.UpperGamma(0.5, value * value / 2);

    /// <summary>Gives the chance of a value at least this large.</summary>
    /// <param name="value">The value, of either sign.</param>
    /// <returns>A chance from 0 to 1, to about 13 digits also in the far tail; NaN gives NaN.</returns>
    public static double UpperTail(double value) => value > 0 ? TwoSidedTail(value) / 2 : 1 - (TwoSidedTail(value) / 2);

    /// <summary>Gives the value that is reached or passed with a chance.</summary>
    /// <param name="chance">The chance, from 0 to 1.</param>
    /// <returns>The value: 0 for a half, infinite for 0; NaN for NaN or what is no chance.</returns>
    /// <remarks>By halving the range, from <see cref="UpperTail"/>: to the last digits that has, also far out.</remarks>
    public static double UpperQuantile(double chance)
    {
        if (double.IsNaN(chance) || chance is < 0 or > 1) return double.NaN;
        if (chance > 0.5) return -UpperQuantile(1 - chance);
        if (chance == 0) return double.PositiveInfinity;
        double low = 0, high = 40;
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            if (UpperTail(middle) > chance) low = middle;
            else high = middle;
        }

        return chance == 0.5 ? 0 : (low + high) / 2;
    }
}
