namespace MlOps.Statistics;

/// <summary>What is known of one column: how many values, of what kind, how they are distributed. Built from any number of rows in bounded memory; profiles of parts merge to the profile of the whole.</summary>
/// <remarks>
/// <para>
/// The kind is that of the first value that is not missing, or the one named at the beginning as long as there are no values. Values of another kind are refused; whoever reads a source without types
/// profiles its texts, which are also counted by what they look like.
/// </para>
/// <para>
/// Merging is exact: counts, smallest and largest values, distinct counts, histograms and quantiles of the merged profile are those of the whole to the last bit, sums and moments to 12 digits, whatever the
/// parts and their order. Two things know an order: <see cref="Order"/> takes the merged profile's rows as coming after this one's, and beyond the exact limit the bounds of <see cref="TopValues"/> (but not
/// their truth) depend on when a value became frequent. Not thread-safe; profile in parallel with a profile for each thread, and merge.
/// </para>
/// </remarks>
public sealed partial class ColumnProfile
{
    private long _true;
    private long _false;
    private RowOrder _booleanOrder;
    private decimal _minDecimal = decimal.MaxValue;
    private decimal _maxDecimal = decimal.MinValue;
    private TextSketch? _decimals;

    /// <summary>Begins a profile without any rows.</summary>
    /// <param name="kind">What the values are, when it is known.</param>
    /// <param name="options">How to profile; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">The kind is none of those there are.</exception>
    public ColumnProfile(ValueKind kind = ValueKind.Unknown, ProfileOptions? options = null)
    {
        if (!Enum.IsDefined(kind)) throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kind of values.");
        Options = options ?? ProfileOptions.Default;
        Become(kind);
    }

    /// <summary>Gets how the column is profiled.</summary>
    public ProfileOptions Options { get; }

    /// <summary>Gets what the values are.</summary>
    public ValueKind Kind { get; private set; }

    /// <summary>Gets how many rows there are, missing values included.</summary>
    public long Rows { get; private set; }

    /// <summary>Gets how many values are missing.</summary>
    public long Missing { get; private set; }

    /// <summary>Gets how many values are there. NaN is a value; an empty text and an empty list are values.</summary>
    public long Count => Rows - Missing;

    /// <summary>Gets the statistics of numbers (integers, reals, decimals); null for other kinds.</summary>
    public NumberStatistics? Numbers { get; private set; }

    /// <summary>Gets the statistics of truth values; null for other kinds.</summary>
    public BooleanStatistics? Booleans => Kind == ValueKind.Boolean ? new(_true, _false) : null;

    /// <summary>Gets what is known of decimals without rounding; null for other kinds.</summary>
    public DecimalStatistics? Decimals =>
        Kind != ValueKind.Decimal ? null : Count > 0 && Options.KeepValues ? new(_minDecimal, _maxDecimal) : new DecimalStatistics(null, null);

    /// <summary>Gets the statistics of texts and byte strings; null for other kinds.</summary>
    public TextStatistics? Texts { get; private set; }

    /// <summary>Gets the statistics of days, points in time and spans; null for other kinds.</summary>
    public TimeStatistics? Times { get; private set; }

    /// <summary>Gets the statistics of lists; null for other kinds.</summary>
    public ListStatistics? Lists { get; private set; }

    /// <summary>Gets how many different values there are; 0 for lists, whose values have a profile of their own.</summary>
    /// <remarks>Exact up to <see cref="ProfileOptions.ExactLimit"/>, then estimated. Missing values and NaN are no values, texts are different when their bytes are, and 0 and -0 are equal.</remarks>
    public DistinctCount Distinct => Kind switch
    {
        ValueKind.Boolean => new((_true > 0 ? 1 : 0) + (_false > 0 ? 1 : 0), true),
        ValueKind.Integer or ValueKind.Real => Numbers!.Distinct(),
        ValueKind.Decimal => _decimals!.Distinct(),
        ValueKind.Text or ValueKind.Binary => Texts!.Sketch.Distinct(),
        ValueKind.Date or ValueKind.Timestamp or ValueKind.Duration => Times!.Ticks.Distinct(),
        _ => new(0, true),
    };

    /// <summary>Gets a value indicating whether there are values and all of them are the same, so that the column tells nothing. Missing values are left out; NaN is a value.</summary>
    public bool IsConstant => Distinct.Value + (Numbers?.NaN > 0 ? 1 : 0) == 1;

    /// <summary>Gets in which order the values come.</summary>
    public ValueOrder Order => Kind switch
    {
        ValueKind.Boolean => Options.KeepValues ? _booleanOrder.Order : ValueOrder.Unknown,
        ValueKind.Text or ValueKind.Binary => Texts!.Order,
        _ => (Numbers ?? Times?.Ticks)?.Order ?? ValueOrder.Unknown,
    };

    /// <summary>Gives the values that come most often, the most frequent first, equal counts in ordinal order of the text.</summary>
    /// <param name="count">How many at most.</param>
    /// <returns>
    /// The values with their counts; none for lists and when values are kept out. With an exact distinct count the counts are exact and every value is there if asked for. With more different values
    /// each that has at least one row in 128 is there, with bounds on its count.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public IReadOnlyList<ValueCount> TopValues(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Options.KeepValues ? [.. Values().OrderByDescending(v => v.Count).ThenBy(v => v.Value, StringComparer.Ordinal).Take(count)] : [];
    }

    /// <summary>Adds the rows that another profile has seen, as coming after those of this one.</summary>
    /// <param name="other">The other profile. It is not changed.</param>
    /// <exception cref="ArgumentException">The profiles were made with different options, or of values of different kinds.</exception>
    public void Merge(ColumnProfile other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Options != Options) throw new ArgumentException("Profiles merge when they were made with equal options.", nameof(other));
        if (ReferenceEquals(other, this)) other = Clone();
        if (Lists is not null && !Takes(other)) throw new ArgumentException("The lists hold values of different kinds.", nameof(other));
        if (other.Count > 0) Expect(other.Kind);
        else if (Count == 0 && other.Kind > Kind) Become(other.Kind);
        Rows += other.Rows;
        Missing += other.Missing;
        if (other.Kind != Kind) return;
        _true += other._true;
        _false += other._false;
        _booleanOrder += other._booleanOrder;
        (_minDecimal, _maxDecimal) = (Math.Min(_minDecimal, other._minDecimal), Math.Max(_maxDecimal, other._maxDecimal));
        if (_decimals is not null) _decimals.Merge(other._decimals!);
        if (Numbers is not null) Numbers.Merge(other.Numbers!);
        if (Texts is not null) Texts.Merge(other.Texts!);
        if (Lists is not null)
        {
            Lists.Lengths.Merge(other.Lists!.Lengths);
            Lists.Items.Merge(other.Lists.Items);
        }

        if (Times is null) return;
        Times.Ticks.Merge(other.Times!.Ticks);
        Times.WithOffset += other.Times.WithOffset;
    }

    /// <summary>Makes a copy that grows by itself.</summary>
    /// <returns>The copy.</returns>
    public ColumnProfile Clone()
    {
        var clone = new ColumnProfile(ValueKind.Unknown, Options)
        {
            Kind = Kind,
            Rows = Rows,
            Missing = Missing,
            _true = _true,
            _false = _false,
            _booleanOrder = _booleanOrder,
            _minDecimal = _minDecimal,
            _maxDecimal = _maxDecimal,
            _decimals = _decimals?.Clone(),
            Numbers = Numbers?.Clone(),
            Texts = Texts?.Clone(),
        };
        if (Times is not null) clone.Times = new(Kind, Times.Ticks.Clone()) { WithOffset = Times.WithOffset };
        if (Lists is not null) clone.Lists = new(Lists.Lengths.Clone(), Lists.Items.Clone());
        return clone;
    }

    /// <summary>Whether another profile can be merged into this one.</summary>
    internal bool Takes(ColumnProfile other) => other.Count == 0 || Count == 0 || (other.Kind == Kind && (Lists is null || Lists.Items.Takes(other.Lists!.Items)));

    private IEnumerable<ValueCount> Values() => Kind switch
    {
        ValueKind.Boolean => new[] { new ValueCount("false", _false, 0), new ValueCount("true", _true, 0) }.Where(v => v.Count > 0),
        ValueKind.Integer or ValueKind.Real => Numbers!.Values(),
        ValueKind.Decimal => _decimals!.Values(),
        ValueKind.Text or ValueKind.Binary => Texts!.Sketch.Values(),
        ValueKind.Date or ValueKind.Timestamp or ValueKind.Duration => Times!.Ticks.Values(Times.TextOf),
        _ => [],
    };

    // Values of one kind only. Before there is any, the kind is only an intention.
    private void Expect(ValueKind kind)
    {
        if (kind == Kind) return;
        if (Count > 0) throw new ArgumentException($"The column holds {Kind} values, so it cannot take {kind} values. Profile it as one kind, or as text.");
        Become(kind);
    }

    private void Become(ValueKind kind)
    {
        (Kind, Numbers, Texts, Times, Lists, _decimals) = (kind, null, null, null, null, null);
        switch (kind)
        {
            case ValueKind.Integer or ValueKind.Real or ValueKind.Decimal:
                Numbers = new(kind == ValueKind.Integer, Options);
                if (kind == ValueKind.Decimal) _decimals = new(Options);
                break;
            case ValueKind.Text or ValueKind.Binary:
                Texts = new(kind == ValueKind.Binary, Options);
                break;
            case ValueKind.Date or ValueKind.Timestamp or ValueKind.Duration:
                Times = new(kind, new NumberStatistics(whole: true, Options));
                break;
            case ValueKind.List:
                Lists = new(new NumberStatistics(whole: true, Options with { KeepValues = true }), new ColumnProfile(ValueKind.Unknown, Options));
                break;
        }
    }
}
