namespace MlOps.Statistics;

/// <summary>What of decimal numbers is known without rounding. Everything else stands in <see cref="ColumnProfile.Numbers"/>, as doubles.</summary>
/// <param name="Min">The smallest number; null without numbers and when values are kept out.</param>
/// <param name="Max">The largest number; null without numbers and when values are kept out.</param>
public readonly record struct DecimalStatistics(decimal? Min, decimal? Max);
