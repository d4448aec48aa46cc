namespace MlOps.DataValidation;

/// <summary>A value of a series that does not fit.</summary>
/// <param name="Index">Where it stands in the series.</param>
/// <param name="Value">The value.</param>
/// <param name="Measure">What was compared with the bounds: the value itself, or its change.</param>
/// <param name="Lower">The least that would have fitted; negative infinity when there is no such bound.</param>
/// <param name="Upper">The most that would have fitted; infinity when there is no such bound.</param>
/// <param name="Sentence">What is wrong, for people.</param>
public sealed record SeriesAnomaly(int Index, double Value, double Measure, double Lower, double Upper, string Sentence);
