namespace MlOps.Statistics;

public sealed partial class NumberStatistics
{
    private Bucket[] _buckets = [];
    private long[] _before = [];
    private long _bucketsOf = -1;

    /// <summary>Gets how far a quantile may be from the true one, relative to its value: 0 when each value was counted.</summary>
    /// <remarks>
    /// Up to <see cref="ProfileOptions.ExactLimit"/> different values quantiles are exact. With more, the error is as small as that many buckets allow, as a rule 2^-8 or better where values spread over
    /// many powers of two and much better where they do not; <see cref="QuantileBounds"/> gives the bounds of one quantile.
    /// </remarks>
    public double QuantileError
    {
        get
        {
            return _sketch.IsExact ? 0 : Math.Pow(2, _sketch.Level - 52);
        }
    }

    /// <summary>Gives the quantile that a share of the numbers does not exceed, between two neighbours by linear interpolation (Hyndman and Fan 1996, definition 7, as in R and NumPy).</summary>
    /// <param name="share">The share from 0 to 1; 0.5 is the median.</param>
    /// <returns>The quantile; NaN without numbers.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    public double Quantile(double share)
    {
        CheckShare(share);
        if (Count == 0) return double.NaN;
        var position = share * (Count - 1);
        var rank = Math.Min((long)position, Count - 1);
        var low = ValueAtRank(rank);
        var fraction = position - rank;
        if (fraction <= 0 || rank + 1 >= Count) return low;
        var high = ValueAtRank(rank + 1);
        return low == high || double.IsInfinity(low) || double.IsInfinity(high) ? (fraction < 0.5 ? low : high) : low + ((high - low) * fraction);
    }

    /// <summary>Gives bounds between which the quantile lies for certain.</summary>
    /// <param name="share">The share from 0 to 1.</param>
    /// <returns>The lower and the upper bound; NaN without numbers.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    public (double Low, double High) QuantileBounds(double share)
    {
        CheckShare(share);
        if (Count == 0) return (double.NaN, double.NaN);
        var position = share * (Count - 1);
        var rank = Math.Min((long)position, Count - 1);
        return (BucketAt(rank).Low, BucketAt(Math.Min(Count - 1, (long)Math.Ceiling(position))).High);
    }

    /// <summary>Gives the number at a rank, from which every definition of a quantile can be made.</summary>
    /// <param name="rank">How many numbers come before it in ascending order, from 0 to the count less one.</param>
    /// <returns>The number, exact as <see cref="QuantileError"/> says.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no number of that rank.</exception>
    public double ValueAtRank(long rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, Count);
        if (rank < NegativeInfinities) return double.NegativeInfinity;
        rank -= NegativeInfinities;
        if (rank >= FiniteCount) return double.PositiveInfinity;
        Prepare();
        var at = IndexAt(rank);
        var bucket = _buckets[at];
        if (bucket.Low == bucket.High) return bucket.Low;
        var value = bucket.Low + ((bucket.High - bucket.Low) * ((rank - _before[at] + 0.5) / bucket.Count));
        return _whole ? Math.Clamp(Math.Round(value), bucket.Low, bucket.High) : value;
    }

    /// <summary>Estimates how many numbers are below a value; exact when <see cref="QuantileError"/> is 0.</summary>
    /// <param name="value">The value.</param>
    /// <returns>How many numbers are below it, as a number that need not be whole.</returns>
    public double CountBelow(double value) => Below(value, orEqual: false);

    /// <summary>Estimates how many numbers do not exceed a value; exact when <see cref="QuantileError"/> is 0.</summary>
    /// <param name="value">The value.</param>
    /// <returns>How many numbers are not above it, as a number that need not be whole.</returns>
    public double CountAtMost(double value) => Below(value, orEqual: true);

    /// <summary>Counts the finite numbers in bins of the same width from the smallest to the largest.</summary>
    /// <param name="bins">How many bins.</param>
    /// <returns>The bins in ascending order; a number on an edge belongs to the bin above it, the largest to the last bin. A single bin when all are equal, none without finite numbers.</returns>
    /// <remarks>The counts are a function of the merged profile, so they do not depend on how it came about. They are exact when <see cref="QuantileError"/> is 0, and always add up.</remarks>
    public IReadOnlyList<HistogramBin> EqualWidthHistogram(int bins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        if (FiniteCount == 0) return [];
        var (min, max) = (FiniteMin, FiniteMax);
        if (min == max) return [new(min, max, FiniteCount)];
        var edges = new double[bins + 1];
        for (var i = 0; i <= bins; i++) edges[i] = (min * ((double)(bins - i) / bins)) + (max * ((double)i / bins));
        (edges[0], edges[^1]) = (min, max);
        return Between(edges, orEqual: false);
    }

    /// <summary>Counts the numbers in bins that have as nearly as possible the same count.</summary>
    /// <param name="bins">How many bins at most; fewer where many numbers are equal, for equal numbers are never divided.</param>
    /// <returns>The bins in ascending order; a number on an edge belongs to the bin below it, the smallest to the first bin, which has no width when the smallest alone fills it. Infinities take part. None without numbers.</returns>
    public IReadOnlyList<HistogramBin> QuantileHistogram(int bins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        if (Count == 0) return [];
        var edges = new List<double>(bins + 1) { Min };
        for (var i = 1; i < bins; i++)
        {
            var edge = ValueAtRank(Math.Max(0, (long)Math.Ceiling((double)i / bins * Count) - 1));
            if ((edge > edges[^1] || edges.Count == 1) && edge < Max) edges.Add(edge);
        }

        edges.Add(Max);
        return Between([.. edges], orEqual: true);
    }

    /// <summary>Counts the numbers in given bins.</summary>
    /// <param name="bins">The bins, for instance of a reference.</param>
    /// <returns>A count for each bin; they add up to <see cref="Count"/>, and are exact when <see cref="QuantileError"/> is 0.</returns>
    public long[] CountIn(NumericBins bins)
    {
        ArgumentNullException.ThrowIfNull(bins);
        var counts = new long[bins.Count];
        double before = 0;
        for (var i = 0; i < bins.Edges.Count; i++)
        {
            var upTo = Math.Round(CountAtMost(bins.Edges[i]));
            counts[i] = (long)(upTo - (bins.OnePerValue ? Math.Round(CountBelow(bins.Edges[i])) : before));
            before = upTo;
        }

        counts[^1] = Count - counts.Sum();
        return counts;
    }

    private static void CheckShare(double share)
    {
        if (!(share is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "A share lies between 0 and 1.");
    }

    private HistogramBin[] Between(double[] edges, bool orEqual)
    {
        var bins = new HistogramBin[edges.Length - 1];
        double before = orEqual ? 0 : NegativeInfinities;
        double all = orEqual ? Count : NegativeInfinities + FiniteCount;
        for (var i = 0; i < bins.Length; i++)
        {
            var upTo = i == bins.Length - 1 ? all : Math.Clamp(Math.Round(Below(edges[i + 1], orEqual)), before, all);
            bins[i] = new(edges[i], edges[i + 1], (long)(upTo - before));
            before = upTo;
        }

        return bins;
    }

    private double Below(double value, bool orEqual)
    {
        if (double.IsNaN(value) || Count == 0) return double.IsNaN(value) ? double.NaN : 0;
        if (double.IsNegativeInfinity(value)) return orEqual ? NegativeInfinities : 0;
        if (double.IsPositiveInfinity(value)) return orEqual ? Count : NegativeInfinities + FiniteCount;
        Prepare();
        var (low, high) = (0, _buckets.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_buckets[middle].High < value) low = middle + 1;
            else high = middle;
        }

        if (low == _buckets.Length) return NegativeInfinities + FiniteCount;
        var bucket = _buckets[low];
        double below = NegativeInfinities + _before[low];
        if (bucket.Low == bucket.High) return below + (orEqual && bucket.Low == value ? bucket.Count : 0);
        if (value < bucket.Low) return below;
        if (value == bucket.High && orEqual) return below + bucket.Count;
        return below + (bucket.Count * ((value - bucket.Low) / (bucket.High - bucket.Low)));
    }

    private Bucket BucketAt(long rank)
    {
        if (rank < NegativeInfinities) return new(double.NegativeInfinity, double.NegativeInfinity, NegativeInfinities);
        rank -= NegativeInfinities;
        if (rank >= FiniteCount) return new(double.PositiveInfinity, double.PositiveInfinity, PositiveInfinities);
        Prepare();
        return _buckets[IndexAt(rank)];
    }

    // The last bucket that begins at or before the rank.
    private int IndexAt(long rank)
    {
        var at = Array.BinarySearch(_before, rank);
        return at >= 0 ? at : ~at - 1;
    }

    // No bucket reaches past the smallest and the largest number.
    private void Prepare()
    {
        if (_bucketsOf == FiniteCount) return;
        var buckets = _sketch.Buckets();
        if (_options.KeepValues && buckets.Length > 0)
        {
            buckets[0] = buckets[0] with { Low = Math.Max(buckets[0].Low, ExactMin) };
            buckets[^1] = buckets[^1] with { High = Math.Min(buckets[^1].High, ExactMax) };
        }

        _before = new long[buckets.Length];
        for (var i = 1; i < buckets.Length; i++) _before[i] = _before[i - 1] + buckets[i - 1].Count;
        (_buckets, _bucketsOf) = (buckets, FiniteCount);
    }
}

/// <summary>A bin of a histogram.</summary>
/// <param name="Low">Its lower edge.</param>
/// <param name="High">Its upper edge.</param>
/// <param name="Count">How many numbers are in it.</param>
public readonly record struct HistogramBin(double Low, double High, long Count);
