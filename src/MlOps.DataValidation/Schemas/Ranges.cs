namespace MlOps.DataValidation;

/// <summary>The numbers that are allowed, both ends included.</summary>
/// <param name="Min">The smallest; null for no limit.</param>
/// <param name="Max">The largest; null for no limit.</param>
/// <remarks>For a column of integers an end lies within 2^53, up to where it can be written exactly.</remarks>
public sealed record NumericRange(double? Min = null, double? Max = null);

/// <summary>The counts that are allowed, both ends included.</summary>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest; null for no limit.</param>
public sealed record CountRange(long Min = 0, long? Max = null);

/// <summary>The days or moments that are allowed, both ends included, in UTC.</summary>
/// <param name="Earliest">The earliest; null for no limit.</param>
/// <param name="Latest">The latest; null for no limit. For a day without a time the whole day is meant.</param>
public sealed record TimeRange(DateTime? Earliest = null, DateTime? Latest = null);

/// <summary>How many rows a dataset may have.</summary>
/// <param name="Min">The fewest; null for no limit.</param>
/// <param name="Max">The most; null for no limit.</param>
/// <param name="Drift">The number of rows divided by that of the previous span.</param>
/// <param name="Version">The number of rows divided by that of the previous version of the same span.</param>
public sealed record RowLimits(long? Min = null, long? Max = null, NumericRange? Drift = null, NumericRange? Version = null)
{
    /// <summary>Gets the limits that allow any number of rows.</summary>
    public static RowLimits None { get; } = new();
}
