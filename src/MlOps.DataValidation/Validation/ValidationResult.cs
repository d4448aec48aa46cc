using System.Text.Json.Serialization;

namespace MlOps.DataValidation;

/// <summary>What came of a suite of expectations.</summary>
/// <remarks>Immutable; it survives being written as JSON and read back.</remarks>
/// <param name="Suite">The name of the suite.</param>
/// <param name="RowCount">How many rows the data has.</param>
/// <param name="Results">What came of each expectation, in the suite's order.</param>
public sealed record ValidationResult(string Suite, long RowCount, IReadOnlyList<ExpectationResult> Results)
{
    /// <summary>Gets whether every expectation of severity error was met.</summary>
    [JsonIgnore]
    public bool Success => Results.All(r => r.Success || r.Severity != Severity.Error);

    /// <summary>Gets how many rows failed an expectation of severity error.</summary>
    public long RejectedCount { get; init; }

    /// <summary>Gets the expectations that failed, errors first.</summary>
    [JsonIgnore]
    public IEnumerable<ExpectationResult> Failures => Results.Where(r => !r.Success).OrderBy(r => r.Severity);

    /// <summary>Throws when an expectation of severity error was not met.</summary>
    /// <returns>This result.</returns>
    /// <exception cref="DataValidationException">One was not; the message lists the first of them in words.</exception>
    public ValidationResult ThrowIfFailed() => Success ? this : throw new DataValidationException(this);
}
