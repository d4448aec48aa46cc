namespace MlOps.Statistics;

/// <summary>The chi-square distribution, and Pearson's test that two samples come from one distribution.</summary>
public static class ChiSquare
{
    /// <summary>Gives the chance of a value at least this large.</summary>
    /// <param name="value">The value. Not above 0 gives 1, NaN gives NaN.</param>
    /// <param name="degreesOfFreedom">The degrees of freedom, above 0.</param>
    /// <returns>A chance from 0 to 1, to about 13 digits also in the far tail, down to the smallest number that a double holds.</returns>
    /// <remarks>The regularised upper incomplete gamma function Q(df / 2, value / 2); Abramowitz and Stegun 26.4.19.</remarks>
    public static double UpperTail(double value, double degreesOfFreedom)
    {
        if (!(degreesOfFreedom > 0)) throw new ArgumentOutOfRangeException(nameof(degreesOfFreedom), degreesOfFreedom, "There must be more than 0 degrees of freedom.");
        return SpecialFunctions.UpperGamma(degreesOfFreedom / 2, value / 2);
    }

    /// <summary>Gives Pearson's statistic of homogeneity of two samples that were counted in the same bins.</summary>
    /// <param name="first">How many rows of the first sample fell into each bin.</param>
    /// <param name="second">The same of the second sample.</param>
    /// <returns>The statistic, with one degree of freedom less than there are bins that are not empty in both; 0 when a sample has no rows.</returns>
    /// <remarks>Both samples are taken as drawn, none as the truth (Pearson 1911). Bins that are empty in both count for nothing.</remarks>
    public static double OfTwoSamples(ReadOnlySpan<long> first, ReadOnlySpan<long> second)
    {
        var (n, m) = Counts.Totals(first, second);
        if (n == 0 || m == 0) return 0;
        var sum = 0.0;
        for (var i = 0; i < first.Length; i++)
        {
            var both = (double)first[i] + second[i];
            if (both == 0) continue;
            var difference = (first[i] * Math.Sqrt(m / n)) - (second[i] * Math.Sqrt(n / m));
            sum += difference * difference / both;
        }

        return sum;
    }
}
