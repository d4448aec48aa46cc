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

    /// <summary>Tests whether the rows and columns of a contingency table are independent, or what is the same, whether samples that were counted in the same categories come from one distribution.</summary>
    /// <param name="table">The counts, row after row.</param>
    /// <param name="columns">How many columns the table has, at least 1.</param>
    /// <param name="continuityCorrection">Whether to correct a table with one degree of freedom for continuity (Yates 1934).</param>
    /// <returns>Pearson's statistic, its degrees of freedom and its chance; rows and columns that are empty count for nothing. With one row or column left the statistic is 0 and the chance 1, without counts both are NaN.</returns>
    /// <exception cref="ArgumentException">The counts do not fill the columns, or one is negative.</exception>
    public static ChiSquareResult Test(ReadOnlySpan<long> table, int columns, bool continuityCorrection = false) =>
        Test(table, columns, continuityCorrection, static (observed, expected) => (observed - expected) * (observed - expected) / expected);

    /// <summary>Tests the same as <see cref="Test(ReadOnlySpan{long}, int, bool)"/> by the logarithm of the likelihood ratio: the G-test.</summary>
    /// <param name="table">The counts, row after row.</param>
    /// <param name="columns">How many columns the table has, at least 1.</param>
    /// <param name="continuityCorrection">Whether to correct a table with one degree of freedom for continuity (Yates 1934).</param>
    /// <returns>The statistic G, its degrees of freedom and its chance, as for Pearson's test.</returns>
    /// <exception cref="ArgumentException">The counts do not fill the columns, or one is negative.</exception>
    public static ChiSquareResult LikelihoodRatioTest(ReadOnlySpan<long> table, int columns, bool continuityCorrection = false) =>
        Test(table, columns, continuityCorrection, static (observed, expected) => observed > 0 ? 2 * observed * Math.Log(observed / expected) : 0);

    private static ChiSquareResult Test(ReadOnlySpan<long> table, int columns, bool continuityCorrection, Func<double, double, double> part)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (table.Length % columns != 0) throw new ArgumentException($"{table.Length} counts do not fill {columns} columns.", nameof(table));
        var (rowSums, columnSums, all) = (new double[table.Length / columns], new double[columns], 0.0);
        for (var i = 0; i < table.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(table[i], nameof(table));
            rowSums[i / columns] += table[i];
            columnSums[i % columns] += table[i];
            all += table[i];
        }

        var degrees = (rowSums.Count(s => s > 0) - 1) * (columnSums.Count(s => s > 0) - 1);
        if (all == 0) return new(double.NaN, 0, double.NaN);
        if (degrees == 0) return new(0, 0, 1);
        var statistic = 0.0;
        for (var i = 0; i < table.Length; i++)
        {
            var expected = rowSums[i / columns] * columnSums[i % columns] / all;
            if (expected == 0) continue;
            double observed = table[i];
            if (continuityCorrection && degrees == 1) observed += Math.Clamp(expected - observed, -0.5, 0.5);
            statistic += part(observed, expected);
        }

        return new(statistic, degrees, UpperTail(statistic, degrees));
    }
}

/// <summary>What a chi-square test finds.</summary>
/// <param name="Statistic">The statistic.</param>
/// <param name="DegreesOfFreedom">Its degrees of freedom.</param>
/// <param name="PValue">The chance of a statistic at least this large when nothing has changed.</param>
public readonly record struct ChiSquareResult(double Statistic, int DegreesOfFreedom, double PValue);
