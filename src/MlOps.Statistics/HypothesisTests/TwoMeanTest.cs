namespace MlOps.Statistics;

/// <summary>Tests whether two large samples have the same mean.</summary>
public static class TwoMeanTest
{
    /// <summary>Gives the chance of means at least this far apart, in either direction, when both samples have the same true mean.</summary>
    /// <param name="firstMean">The mean of the first sample.</param>
    /// <param name="firstVariance">Its variance.</param>
    /// <param name="firstRows">Its rows.</param>
    /// <param name="secondMean">The mean of the second sample.</param>
    /// <param name="secondVariance">Its variance.</param>
    /// <param name="secondRows">Its rows.</param>
    /// <returns>A chance from 0 to 1; with no variance at all, 1 for equal means and 0 for others; NaN when a sample has no rows or a number is NaN.</returns>
    /// <remarks>Welch's statistic with the normal distribution in place of Student's, which is right to the second digit from about a hundred rows on.</remarks>
    public static double PValue(double firstMean, double firstVariance, long firstRows, double secondMean, double secondVariance, long secondRows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstVariance);
        ArgumentOutOfRangeException.ThrowIfNegative(secondVariance);
        if (firstRows <= 0 || secondRows <= 0) return double.NaN;
        var difference = Math.Abs(firstMean - secondMean);
        var error = Math.Sqrt((firstVariance / firstRows) + (secondVariance / secondRows));
        return error == 0 && difference == 0 ? 1 : Normal.TwoSidedTail(difference / error);
    }
}
