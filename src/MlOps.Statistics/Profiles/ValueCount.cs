namespace MlOps.Statistics;

/// <summary>A value and how often it came.</summary>
/// <param name="Value">The value as invariant text: numbers as they are written in code, days and times in ISO 8601, true or false. A text too long to be kept ends in an ellipsis.</param>
/// <param name="Count">How often it came at least.</param>
/// <param name="Missed">How much oftener it may have come; 0 when the count is exact.</param>
public readonly record struct ValueCount(string Value, long Count, long Missed);
