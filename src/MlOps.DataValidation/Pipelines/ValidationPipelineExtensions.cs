using MlOps.DataValidation;

namespace MlOps.Core;

/// <summary>Adds validation to pipelines.</summary>
public static class ValidationPipelineExtensions
{
    /// <summary>Holds a dataset to a suite.</summary>
    /// <remarks>
    /// Recorded with the run: the metrics rows, rows_rejected, expectations and expectations_failed; the tags validation.report (the digest of the whole result as JSON in the artifact store),
    /// validation.rejected (that of the rows put aside) and one validation.failed for each failure in words. The suite is part of the stage's cache key.
    /// </remarks>
    /// <param name="dataset">The dataset.</param>
    /// <param name="suite">What is expected.</param>
    /// <param name="onFailure">What is done when it is not so.</param>
    /// <param name="keyColumns">Columns that are kept with each failing row; null for none.</param>
    /// <param name="sampleSize">How many failing rows are kept with each expectation.</param>
    /// <param name="configure">Sets how the stage is run, or null for the defaults.</param>
    /// <returns>The dataset; with <see cref="FailureAction.Quarantine"/> its accepted rows.</returns>
    public static StageOutput<Dataset> Validate(
        this StageOutput<Dataset> dataset,
        ExpectationSuite suite,
        FailureAction onFailure = FailureAction.Stop,
        IReadOnlyList<string>? keyColumns = null,
        int sampleSize = 20,
        Action<StageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(suite);
        ArgumentOutOfRangeException.ThrowIfNegative(sampleSize);
        return dataset.Then(new ValidateStage(suite, onFailure, sampleSize, keyColumns ?? []), configure);
    }
}
