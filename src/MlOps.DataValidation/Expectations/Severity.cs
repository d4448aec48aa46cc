namespace MlOps.DataValidation;

/// <summary>What a failed expectation means.</summary>
public enum Severity
{
    /// <summary>The validation fails, and a row that fails is rejected.</summary>
    Error,

    /// <summary>It is reported; the validation does not fail and rows that fail are only flagged.</summary>
    Warning,
}
