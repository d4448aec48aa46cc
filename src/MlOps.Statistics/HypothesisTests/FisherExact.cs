namespace MlOps.Statistics;

/// <summary>Fisher's exact test that two samples have the same share of something. It holds its level with any number of rows and hits.</summary>
/// <remarks>Fisher, The Design of Experiments, 1935. Given how many hits both samples have together, the hits of one follow the hypergeometric distribution when nothing has changed.</remarks>
public static class FisherExact
{
    /// <summary>Gives the chance of shares at least this far apart, when both samples have the same true share: twice the smaller tail, at most 1.</summary>
    /// <param name="firstHits">How many rows of the first sample have it.</param>
    /// <param name="firstRows">The rows of the first sample.</param>
    /// <param name="secondHits">How many rows of the second sample have it.</param>
    /// <param name="secondRows">The rows of the second sample.</param>
    /// <returns>A chance from 0 to 1; 1 when all rows of both samples agree, NaN when a sample has no rows.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative or larger than its sample.</exception>
    public static double PValue(long firstHits, long firstRows, long secondHits, long secondRows)
    {
        Check(firstHits, firstRows, nameof(firstHits));
        Check(secondHits, secondRows, nameof(secondHits));
        if (firstRows == 0 || secondRows == 0) return double.NaN;
        var hits = firstHits + secondHits;
        if (hits == 0 || hits == firstRows + secondRows) return 1;

        // The tail on the side of the first sample's share; the other one is that of its misses.
        var upper = (double)firstHits / firstRows >= (double)secondHits / secondRows;
        var tail = upper ? Tail(firstHits, hits, firstRows, secondRows) : Tail(firstRows - firstHits, firstRows + secondRows - hits, firstRows, secondRows);
        return Math.Min(1, 2 * tail);
    }

    // The chance that the first sample has at least so many of the hits.
    private static double Tail(long first, long hits, long firstRows, long secondRows)
    {
        var term = Math.Exp(LogChoose(firstRows, first) + LogChoose(secondRows, hits - first) - LogChoose(firstRows + secondRows, hits));
        var sum = term;
        for (var k = first; k < Math.Min(hits, firstRows) && term > sum * 1e-17; k++)
        {
            term *= (double)(firstRows - k) / (k + 1) * (hits - k) / (secondRows - hits + k + 1);
            sum += term;
        }

        return sum;
    }

    private static double LogChoose(double n, double k) => SpecialFunctions.LogGamma(n + 1) - SpecialFunctions.LogGamma(k + 1) - SpecialFunctions.LogGamma(n - k + 1);

    private static void Check(long hits, long rows, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hits, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hits, rows, name);
    }
}
