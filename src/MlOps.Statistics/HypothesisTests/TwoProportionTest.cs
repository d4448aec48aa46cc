namespace MlOps.Statistics;

/// <summary>Tests whether two samples have the same share of something.</summary>
public static class TwoProportionTest
{
    /// <summary>Gives the chance of shares at least this far apart, in either direction, when both samples have the same true share.</summary>
    /// <param name="firstHits">How many rows of the first sample have it.</param>
    /// <param name="firstRows">The rows of the first sample.</param>
    /// <param name="secondHits">How many rows of the second sample have it.</param>
    /// <param name="secondRows">The rows of the second sample.</param>
    /// <param name="continuityCorrection">Whether to move the shares half a row towards each other first (Yates 1934), which holds the level with few hits. The default is not to.</param>
    /// <returns>A chance from 0 to 1; 1 when all rows of both samples agree, NaN when a sample has no rows.</returns>
    /// <remarks>The z-test with the pooled share (Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, 3rd ed., 3.2). Its square is Pearson's chi-square of the 2 x 2 table.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative or larger than its sample.</exception>
    public static double PValue(long firstHits, long firstRows, long secondHits, long secondRows, bool continuityCorrection = false)
    {
        Check(firstHits, firstRows, nameof(firstHits));
        Check(secondHits, secondRows, nameof(secondHits));
        if (firstRows == 0 || secondRows == 0) return double.NaN;
        var share = ((double)firstHits + secondHits) / ((double)firstRows + secondRows);
        if (share is <= 0 or >= 1) return 1;
        var both = (1.0 / firstRows) + (1.0 / secondRows);
        var difference = Math.Abs(((double)firstHits / firstRows) - ((double)secondHits / secondRows));
        if (continuityCorrection) difference = Math.Max(0, difference - (both / 2));
        return Normal.TwoSidedTail(difference / Math.Sqrt(share * (1 - share) * both));
    }

    private static void Check(long hits, long rows, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hits, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hits, rows, name);
    }
}
