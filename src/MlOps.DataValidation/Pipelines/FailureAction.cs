namespace MlOps.DataValidation;

/// <summary>What a pipeline does when its data is not as expected.</summary>
public enum FailureAction
{
    /// <summary>The run fails with <see cref="DataValidationException"/>.</summary>
    Stop,

    /// <summary>The run goes on with the data as it is; the failures are recorded.</summary>
    Warn,

    /// <summary>Rows that fail are put aside and the run goes on with the others. It fails when an expectation that is not about rows, or about too many rows for its share, is not met.</summary>
    Quarantine,
}
