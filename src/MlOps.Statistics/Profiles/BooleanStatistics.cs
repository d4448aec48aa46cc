namespace MlOps.Statistics;

/// <summary>The statistics of truth values.</summary>
/// <param name="True">How many are true.</param>
/// <param name="False">How many are false.</param>
public readonly record struct BooleanStatistics(long True, long False);
