using System.Globalization;

namespace MlOps.Statistics;

/// <summary>The statistics of numbers. NaN is counted and left out of everything else; infinities take part in the smallest, the largest and the quantiles, but not in sums and moments.</summary>
/// <remarks>Belongs to a <see cref="ColumnProfile"/> and grows with it. Not thread-safe, not even for reading.</remarks>
public sealed partial class NumberStatistics
{
    private readonly ProfileOptions _options;
    private readonly bool _whole;
    private readonly ValueSketch _sketch;
    private Moments _moments;
    private RowOrder _order;
    private double _min = double.PositiveInfinity;
    private double _max = double.NegativeInfinity;
    private long _minWhole = long.MaxValue;
    private long _maxWhole = long.MinValue;
    private Int128 _sumWhole;

    internal NumberStatistics(bool whole, ProfileOptions options)
        : this(whole, options, new ValueSketch(options.ExactLimit, whole, options.KeepValues))
    {
    }

    private NumberStatistics(bool whole, ProfileOptions options, ValueSketch sketch)
    {
        (_whole, _options, _sketch) = (whole, options, sketch);
        if (!options.KeepValues) _order = RowOrder.None;
    }

    /// <summary>Gets how many numbers there are, infinities included and NaN not.</summary>
    public long Count => FiniteCount + PositiveInfinities + NegativeInfinities;

    /// <summary>Gets how many of the numbers are finite.</summary>
    public long FiniteCount => _moments.Count;

    /// <summary>Gets how many values are NaN.</summary>
    public long NaN { get; private set; }

    /// <summary>Gets how many values are positive infinity.</summary>
    public long PositiveInfinities { get; private set; }

    /// <summary>Gets how many values are negative infinity.</summary>
    public long NegativeInfinities { get; private set; }

    /// <summary>Gets how many values are 0, of either sign.</summary>
    public long Zeros { get; private set; }

    /// <summary>Gets how many numbers are below 0, negative infinity included.</summary>
    public long Negatives { get; private set; }

    /// <summary>Gets the smallest number; NaN when there is none.</summary>
    public double Min => NegativeInfinities > 0 ? double.NegativeInfinity : FiniteCount > 0 ? FiniteMin : PositiveInfinities > 0 ? double.PositiveInfinity : double.NaN;

    /// <summary>Gets the largest number; NaN when there is none.</summary>
    public double Max => PositiveInfinities > 0 ? double.PositiveInfinity : FiniteCount > 0 ? FiniteMax : NegativeInfinities > 0 ? double.NegativeInfinity : double.NaN;

    /// <summary>Gets the smallest finite number; NaN when there is none.</summary>
    public double FiniteMin => FiniteCount == 0 ? double.NaN : _options.KeepValues ? ExactMin : _sketch.Buckets()[0].Low;

    /// <summary>Gets the largest finite number; NaN when there is none.</summary>
    public double FiniteMax => FiniteCount == 0 ? double.NaN : _options.KeepValues ? ExactMax : _sketch.Buckets()[^1].High;

    /// <summary>Gets the smallest of whole numbers without rounding, also beyond 2^53; null for other numbers, without numbers, and when values are kept out.</summary>
    public long? MinInteger => _whole && FiniteCount > 0 && _options.KeepValues ? _minWhole : null;

    /// <summary>Gets the largest of whole numbers without rounding, also beyond 2^53; null for other numbers, without numbers, and when values are kept out.</summary>
    public long? MaxInteger => _whole && FiniteCount > 0 && _options.KeepValues ? _maxWhole : null;

    /// <summary>Gets the sum of the finite numbers; 0 when there are none.</summary>
    public double Sum => FiniteCount == 0 ? 0 : _whole ? (double)_sumWhole : (_moments.Mean * DoubleDouble.Of(FiniteCount)).Value;

    /// <summary>Gets the sum of whole numbers without rounding; null for other numbers.</summary>
    public Int128? SumInteger => _whole ? _sumWhole : null;

    /// <summary>Gets the mean of the finite numbers; NaN when there are none.</summary>
    public double Mean => FiniteCount == 0 ? double.NaN : _whole ? (DoubleDouble.Of(_sumWhole) / DoubleDouble.Of(FiniteCount)).Value : _moments.Mean.Value;

    /// <summary>Gets the mean squared distance of the finite numbers from their mean; NaN when there are none.</summary>
    public double PopulationVariance => FiniteCount == 0 ? double.NaN : Math.Max(0, (_moments.Second / DoubleDouble.Of(FiniteCount)).Value);

    /// <summary>Gets the unbiased estimate of the variance (n - 1 in the denominator); NaN with fewer than two finite numbers.</summary>
    public double SampleVariance => FiniteCount < 2 ? double.NaN : Math.Max(0, (_moments.Second / DoubleDouble.Of(FiniteCount - 1)).Value);

    /// <summary>Gets the standard deviation of the finite numbers as they are (n in the denominator); NaN when there are none.</summary>
    public double PopulationStandardDeviation => Math.Sqrt(PopulationVariance);

    /// <summary>Gets the standard deviation as an estimate of that of what the numbers were drawn from (n - 1 in the denominator); NaN with fewer than two finite numbers.</summary>
    public double SampleStandardDeviation => Math.Sqrt(SampleVariance);

    /// <summary>Gets the skewness of the finite numbers, m3 / m2^1.5 (the population's, without a correction for bias); NaN without spread.</summary>
    public double Skewness
    {
        get
        {
            var variance = PopulationVariance;
            return variance > 0 ? _moments.Third.Value / FiniteCount / (variance * Math.Sqrt(variance)) : double.NaN;
        }
    }

    /// <summary>Gets the excess kurtosis of the finite numbers, m4 / m2^2 - 3 (the population's; 0 for the normal distribution); NaN without spread.</summary>
    public double Kurtosis
    {
        get
        {
            var variance = PopulationVariance;
            return variance > 0 ? (_moments.Fourth.Value / FiniteCount / (variance * variance)) - 3 : double.NaN;
        }
    }

    internal ValueOrder Order => _options.KeepValues ? _order.Order : ValueOrder.Unknown;

    internal ValueSketch Sketch => _sketch;

    private double ExactMin => _whole ? _minWhole : _min;

    private double ExactMax => _whole ? _maxWhole : _max;

    internal DistinctCount Distinct()
    {
        long infinities = (PositiveInfinities > 0 ? 1 : 0) + (NegativeInfinities > 0 ? 1 : 0);
        return _sketch.IsExact ? new(_sketch.ExactDistinct + infinities, true) : DistinctCount.Estimated(_sketch.Distinct!, FiniteCount, infinities);
    }

    internal IEnumerable<ValueCount> Values() =>
        Values(raw => _whole ? raw.ToString(CultureInfo.InvariantCulture) : BitConverter.Int64BitsToDouble(raw).ToString("R", CultureInfo.InvariantCulture));

    internal IEnumerable<ValueCount> Values(Func<long, string> textOf)
    {
        foreach (var (raw, count, missed) in _sketch.Values()) yield return new(textOf(raw), count, missed);
        if (NegativeInfinities > 0) yield return new("-Infinity", NegativeInfinities, 0);
        if (PositiveInfinities > 0) yield return new("Infinity", PositiveInfinities, 0);
    }
}
