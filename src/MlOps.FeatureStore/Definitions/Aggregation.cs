namespace MlOps.FeatureStore;

/// <summary>How a feature is computed from the events of an entity in a window.</summary>
/// <param name="Kind">What is computed, of the feature's column. Missing values take no part, save in <see cref="AggregationKind.Count"/> of no column. An empty window gives a missing value, also for a count.</param>
/// <param name="Window">How far back the window reaches; null is all the history before the moment.</param>
/// <remarks>
/// With t the moment that is asked for, w the window and h the hop, a sliding window is [floor(t - w, h), t) and a tumbling one [floor(t, h) - w, floor(t, h)): the first moment belongs to it, the last does not.
/// Floors count from 1970-01-01T00:00:00Z. This is the window of Chronon (SawtoothAggregator).
/// </remarks>
public sealed record Aggregation(AggregationKind Kind, TimeSpan? Window)
{
    /// <summary>Gets the step in which the window's beginning moves.</summary>
    /// <value>Unless it is set: a day for windows of 12 days and more, an hour for 12 hours and more, else 5 minutes (Chronon's Resolution.scala).</value>
    public TimeSpan Hop { get; init; } = DefaultHop(Window);

    /// <summary>Gets whether the window also ends on a hop.</summary>
    public bool IsTumbling { get; init; }

    /// <summary>Gets which of several: the place, from 1, in <see cref="AggregationKind.LastK"/> (1 is the newest) and <see cref="AggregationKind.TopK"/> (1 is the largest).</summary>
    public int K { get; init; } = 1;

    /// <summary>Gets which quantile, between 0 and 1.</summary>
    public double Quantile { get; init; } = 0.5;

    /// <summary>Gives the hop that a window has unless another is set.</summary>
    /// <param name="window">The window.</param>
    /// <returns>The hop.</returns>
    public static TimeSpan DefaultHop(TimeSpan? window) => window switch
    {
        { TotalDays: >= 12 } => TimeSpan.FromDays(1),
        { TotalHours: >= 12 } => TimeSpan.FromHours(1),
        _ => TimeSpan.FromMinutes(5),
    };
}

/// <summary>What an aggregation computes.</summary>
public enum AggregationKind
{
    /// <summary>The number of events, or of values of a column.</summary>
    Count,

    /// <summary>The sum.</summary>
    Sum,

    /// <summary>The mean.</summary>
    Mean,

    /// <summary>The smallest value.</summary>
    Min,

    /// <summary>The largest value.</summary>
    Max,

    /// <summary>The population variance, with the number of values as divisor.</summary>
    Variance,

    /// <summary>The value of the earliest event; of several at one time the first in source order.</summary>
    First,

    /// <summary>The value of the latest event; of several at one time the first in source order, as Chronon has it.</summary>
    Last,

    /// <summary>The value of the k-th latest event.</summary>
    LastK,

    /// <summary>The exact number of different values.</summary>
    Distinct,

    /// <summary>The number of different values by HyperLogLog.</summary>
    ApproximateDistinct,

    /// <summary>A quantile, by a sketch with a relative error.</summary>
    Quantile,

    /// <summary>The k-th largest value.</summary>
    TopK,
}
