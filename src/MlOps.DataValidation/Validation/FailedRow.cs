namespace MlOps.DataValidation;

/// <summary>A row that failed an expectation.</summary>
/// <param name="Row">Its number in the data, from 0.</param>
/// <param name="Values">The columns that the expectation looked at; texts are cut after 1,000 characters.</param>
/// <param name="Keys">The key columns that were asked for.</param>
public sealed record FailedRow(long Row, IReadOnlyDictionary<string, Scalar> Values, IReadOnlyDictionary<string, Scalar> Keys);
