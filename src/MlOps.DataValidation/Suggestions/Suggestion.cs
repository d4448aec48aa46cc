namespace MlOps.DataValidation;

/// <summary>An expectation that a profile suggests.</summary>
/// <param name="Column">The column.</param>
/// <param name="Rule">The rule that suggests it, as NonNegativeNumbers.</param>
/// <param name="Expectation">The expectation.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record Suggestion(string Column, string Rule, Expectation Expectation, string Reason);
