using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>How long lists are at one level, and how many are missing there.</summary>
internal readonly record struct LevelFacts(long Min, long Max, long Missing);

/// <summary>What validation needs to know of a column. It is read from a profile, or from what a peer has measured.</summary>
internal record ColumnFacts(string Name, ValueKind Kind)
{
    public long Present { get; init; }

    public long Missing { get; init; }

    /// <summary>Gets the levels of lists, outermost first; none for single values.</summary>
    public IReadOnlyList<LevelFacts> Levels { get; init; } = [];

    /// <summary>Gets how many values there are in all rows.</summary>
    public double ValueCount { get; init; }

    public double? Min { get; init; }

    public double? Max { get; init; }

    public long? MinInteger { get; init; }

    public long? MaxInteger { get; init; }

    public long NaN { get; init; }

    public bool HasInfinity { get; init; }

    /// <summary>Gets whether a number other than 0 and 1 is known.</summary>
    public double? NonBoolean { get; init; }

    public DateTime? Earliest { get; init; }

    public DateTime? Latest { get; init; }

    public long InvalidUtf8 { get; init; }

    /// <summary>Gets whether a text may be so long that its beginning alone is known.</summary>
    public bool HasCutTexts { get; init; }

    /// <summary>Gets how many values are different; null when they were not counted.</summary>
    public DistinctCount? Distinct { get; init; }

    /// <summary>Gets how often each value comes, or the most frequent ones; null when values were kept out or the column has no categories.</summary>
    public IReadOnlyList<KeyValuePair<string, double>>? Counts { get => field ??= ReadCounts?.Invoke(); init; }

    /// <summary>Gets what reads <see cref="Counts"/> when they are asked for, which few checks do.</summary>
    public Func<IReadOnlyList<KeyValuePair<string, double>>?>? ReadCounts { get; init; }

    /// <summary>Gets how many texts read as integers, reals and truth values; null when the values themselves tell.</summary>
    public long? LikeIntegers { get; init; }

    public long? LikeReals { get; init; }

    /// <summary>Gets how many values are not among <see cref="Counts"/>.</summary>
    public double UncountedValues => ReadCounts is null || Counts is null ? 0 : Math.Max(0, ValueCount - Counts.Sum(c => c.Value));

    /// <summary>Gets how often values fall into bins that fit this column and another one; null without numbers.</summary>
    public Func<ColumnFacts, Distributions?>? Align { get; init; }

    /// <summary>Gets the profile that the facts were read from.</summary>
    public ColumnProfile? Profile { get; init; }

    /// <summary>Gets the rows of the dataset; 0 when they are not known.</summary>
    public long Rows { get; init; }

    public double PresentShare => Rows == 0 ? double.NaN : (double)Present / Rows;

    public static ColumnFacts Of(string name, ColumnProfile profile, long rows)
    {
        var levels = new List<LevelFacts>();
        var values = profile;
        while (values.Lists is { } lists)
        {
            levels.Add(new((long)Or(lists.Lengths.Min, 0), (long)Or(lists.Lengths.Max, 0), values.Missing));
            values = lists.Items;
        }

        var numbers = values.Numbers;
        var texts = values.Kind == ValueKind.Text ? values.Texts : null;
        var hasCounts = values.Options.KeepValues && values.Kind is (ValueKind.Text or ValueKind.Boolean or ValueKind.Integer);
        return new(name, values.Kind)
        {
            Profile = values,
            Rows = rows,
            Present = profile.Count,
            Missing = profile.Missing + Math.Max(0, rows - profile.Rows),
            Levels = levels,
            ValueCount = values.Count,
            Min = End(numbers, 0, values.Options.KeepValues),
            Max = End(numbers, 1, values.Options.KeepValues),
            MinInteger = numbers?.MinInteger,
            MaxInteger = numbers?.MaxInteger,
            NaN = numbers?.NaN ?? 0,
            HasInfinity = numbers?.PositiveInfinities + numbers?.NegativeInfinities > 0,
            NonBoolean = numbers is null ? null : BetweenZeroAndOne(numbers),
            Earliest = values.Times?.Earliest,
            Latest = values.Times?.Latest,
            InvalidUtf8 = texts?.InvalidUtf8 ?? 0,
            HasCutTexts = texts?.Lengths.Max * 4 > values.Options.TextLimit,
            Distinct = values.Kind is ValueKind.Unknown or ValueKind.List ? null : values.Distinct,
            ReadCounts = hasCounts ? () => values.TopValues(int.MaxValue).Select(v => KeyValuePair.Create(v.Value, (double)v.Count)).ToList() : null,
            Align = other => other.Profile is { } control ? Distributions.Of(values, control) : null,
            LikeIntegers = texts?.LikeIntegers,
            LikeReals = texts?.LikeReals,
        };
    }

    // A number strictly between 0 and 1 is no truth value, though the smallest is 0 and the largest 1.
    private static double? BetweenZeroAndOne(NumberStatistics numbers) =>
        numbers.FiniteCount > 0 && numbers.CountBelow(1) - numbers.CountAtMost(0) > 0 ? numbers.ValueAtRank((long)numbers.CountAtMost(0)) : null;

    // With values kept out only bounds of the smallest and largest are known; the one is taken that lies within the values.
    private static double? End(NumberStatistics? numbers, int share, bool isKept)
    {
        if (numbers is not { Count: > 0 }) return null;
        if (isKept) return share == 0 ? numbers.Min : numbers.Max;
        var (low, high) = numbers.QuantileBounds(share);
        return share == 0 ? high : low;
    }

    private static double Or(double value, double other) => double.IsNaN(value) ? other : value;
}
