namespace MlOps.Statistics;

/// <summary>Keeps the share of false discoveries down when many tests are made at once.</summary>
public static class BenjaminiHochberg
{
    /// <summary>Adjusts p-values, so that those not above a level are the discoveries of which at most that share is expected to be false.</summary>
    /// <param name="pValues">The p-values. NaN stands for a test that was not made: it stays NaN and does not count.</param>
    /// <returns>The adjusted values in the same order, none smaller than before and none above 1.</returns>
    /// <remarks>
    /// Benjamini and Hochberg, Journal of the Royal Statistical Society B 57, 1995. When nothing at all has changed, the chance of even one discovery is at most the level, for tests
    /// that are independent or positively dependent.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A value is below 0 or above 1.</exception>
    public static double[] Adjust(ReadOnlySpan<double> pValues)
    {
        var adjusted = pValues.ToArray();
        var order = new List<int>(adjusted.Length);
        for (var i = 0; i < adjusted.Length; i++)
        {
            if (double.IsNaN(adjusted[i])) continue;
            if (adjusted[i] is < 0 or > 1) throw new ArgumentOutOfRangeException(nameof(pValues), adjusted[i], "A p-value lies between 0 and 1.");
            order.Add(i);
        }

        var values = adjusted.ToArray();
        order.Sort((a, b) => values[a].CompareTo(values[b]));
        var least = 1.0;
        for (var rank = order.Count; rank > 0; rank--)
        {
            least = Math.Min(least, values[order[rank - 1]] * order.Count / rank);
            adjusted[order[rank - 1]] = least;
        }

        return adjusted;
    }
}
