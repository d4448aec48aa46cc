namespace MlOps.DataValidation;

/// <summary>A record of a stream that failed.</summary>
/// <typeparam name="T">The record.</typeparam>
/// <param name="Record">The record.</param>
/// <param name="Row">Its number in the stream, from 0.</param>
/// <param name="Failures">The expectations that it fails, in the suite's order.</param>
public sealed record RejectedRecord<T>(T Record, long Row, IReadOnlyList<Expectation> Failures);
