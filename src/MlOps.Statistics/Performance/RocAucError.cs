namespace MlOps.Statistics;

/// <summary>How far the area under the curve scatters by chance alone.</summary>
public static class RocAucError
{
    /// <summary>Learns from rows whose truth is known.</summary>
    /// <param name="scores">The scores, higher for positive.</param>
    /// <param name="truth">1 for positive, else 0. Rows where a value is NaN are left out.</param>
    /// <returns>The standard error at one row, which is to be divided by the root of the rows of a chunk; NaN with fewer than two rows of either class.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <remarks>
    /// E. DeLong, D. DeLong, D. Clarke-Pearson, Biometrics 44, 1988: both the positives and the negatives of a chunk are drawn. NannyML's error, which <see cref="BinarySamplingError"/> gives, counts those of the rarer class alone
    /// and is too small by up to a factor of 1.4 where the classes are as frequent as each other.
    /// </remarks>
    public static double OfOneRow(ReadOnlySpan<double> scores, ReadOnlySpan<double> truth)
    {
        if (scores.Length != truth.Length) throw new ArgumentException($"There are {scores.Length} scores and {truth.Length} true values.", nameof(truth));
        var (sorted, labels, count) = (new double[scores.Length], new double[scores.Length], 0);
        for (var i = 0; i < scores.Length; i++)
        {
            if (double.IsNaN(scores[i]) || double.IsNaN(truth[i])) continue;
            (sorted[count], labels[count]) = (scores[i], truth[i]);
            count++;
        }

        Array.Sort(sorted, labels, 0, count);
        var all = labels.AsSpan(0, count);
        var positives = 0;
        foreach (var label in all) positives += label != 0 ? 1 : 0;
        var negatives = count - positives;
        if (positives < 2 || negatives < 2) return double.NaN;
        var (ofPositives, ofNegatives, hitsBelow, missesBelow) = (default(RunningMoments), default(RunningMoments), 0, 0);
        for (int start = 0, end; start < count; start = end)
        {
            var hits = 0;
            for (end = start; end < count && sorted[end] == sorted[start]; end++) hits += labels[end] != 0 ? 1 : 0;
            var misses = end - start - hits;
            for (var i = 0; i < hits; i++) ofPositives = ofPositives.With((missesBelow + (misses / 2.0)) / negatives);
            for (var i = 0; i < misses; i++) ofNegatives = ofNegatives.With((positives - hitsBelow - (hits / 2.0)) / positives);
            hitsBelow += hits;
            missesBelow += misses;
        }

        return Math.Sqrt(count * ((ofPositives.SampleVariance / positives) + (ofNegatives.SampleVariance / negatives)));
    }
}
