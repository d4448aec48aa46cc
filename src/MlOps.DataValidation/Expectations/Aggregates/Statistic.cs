namespace MlOps.DataValidation;

/// <summary>A number that tells something about a column.</summary>
public enum Statistic
{
    /// <summary>The least value, of any type that has an order.</summary>
    Min,

    /// <summary>The largest value, of any type that has an order.</summary>
    Max,

    /// <summary>The mean of numbers; of booleans the share of true.</summary>
    Mean,

    /// <summary>The middle value, or half way between the two in the middle.</summary>
    Median,

    /// <summary>The sum of numbers, 0 for none.</summary>
    Sum,

    /// <summary>The standard deviation of a sample (divided by n - 1).</summary>
    StandardDeviation,

    /// <summary>The standard deviation of a population (divided by n).</summary>
    PopulationStandardDeviation,

    /// <summary>The number of different values.</summary>
    DistinctCount,

    /// <summary>The number of different values over the number of values.</summary>
    DistinctShare,

    /// <summary>The number of values that come exactly once over the number of values.</summary>
    UniqueShare,

    /// <summary>The number of missing values over the number of rows.</summary>
    MissingShare,

    /// <summary>The length of the shortest text, in characters.</summary>
    MinLength,

    /// <summary>The length of the longest text, in characters.</summary>
    MaxLength,

    /// <summary>The mean length of texts, in characters.</summary>
    MeanLength,
}

internal static class Statistics
{
    public static string Words(this Statistic statistic) => statistic switch
    {
        Statistic.Min => "least value",
        Statistic.Max => "largest value",
        Statistic.StandardDeviation => "standard deviation",
        Statistic.PopulationStandardDeviation => "standard deviation of the population",
        Statistic.DistinctCount => "number of different values",
        Statistic.DistinctShare => "share of different values",
        Statistic.UniqueShare => "share of values that come once",
        Statistic.MissingShare => "share of missing values",
        Statistic.MinLength => "shortest length",
        Statistic.MaxLength => "longest length",
        Statistic.MeanLength => "mean length",
        _ => statistic.ToString().ToLowerInvariant(),
    };
}
