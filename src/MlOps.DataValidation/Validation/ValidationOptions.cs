namespace MlOps.DataValidation;

/// <summary>How data is validated.</summary>
public sealed record ValidationOptions
{
    /// <summary>Gets how many failing rows are kept with each expectation.</summary>
    /// <value>The default is 20. Counts are exact whatever it is.</value>
    public int SampleSize { get; init => field = AtLeast(value, 0, nameof(SampleSize)); } = 20;

    /// <summary>Gets the columns that are kept with each failing row, so that it can be found again.</summary>
    public IReadOnlyList<string> KeyColumns { get; init; } = [];

    /// <summary>Gets how many different values one expectation remembers, for uniqueness, distinct values and reference keys.</summary>
    /// <value>The default is 20 million, about 1 GB for a key. An expectation that needs more fails and says so.</value>
    public int MaxDistinct { get; init => field = AtLeast(value, 1, nameof(MaxDistinct)); } = 20_000_000;

    /// <summary>Gets how many values of a column are kept for exact quantiles, medians and z-scores.</summary>
    /// <value>The default is 8 million (64 MB). With more values they are counted in bins that are at most 0.025 % of the value wide.</value>
    public int MaxExactValues { get; init => field = AtLeast(value, 1, nameof(MaxExactValues)); } = 8_000_000;

    /// <summary>Gets how long a regular expression may take for one value, before its expectation fails.</summary>
    /// <value>The default is one second.</value>
    public TimeSpan PatternTimeout { get; init => field = value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(PatternTimeout), value, "The time must be above zero."); } = TimeSpan.FromSeconds(1);

    /// <summary>Gets the clock, for expectations about freshness.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets the seed of tests that draw samples.</summary>
    /// <value>The default is 0; the same seed gives the same result.</value>
    public int Seed { get; init; }

    /// <summary>Gets the tables that expectations compare with, by the names that these use.</summary>
    public IReadOnlyDictionary<string, ReferenceSource> References { get; init; } = new Dictionary<string, ReferenceSource>();

    private static int AtLeast(int value, int least, string name) =>
        value >= least ? value : throw new ArgumentOutOfRangeException(name, value, $"The number must be at least {least}.");
}
