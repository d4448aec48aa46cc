using MlOps.DataValidation;

namespace MlOps.Core;

/// <summary>Adds validation to pipelines.</summary>
public static class ValidationPipelineExtensions
{
    /// <summary>Holds a dataset to a suite.</summary>
    /// <remarks>
    /// Recorded with the run, under the name of the stage: the metrics {stage}.rows, rows_rejected, expectations, expectations_failed and, with rules, history_anomalies; the tags validation.{stage}.report (the digest
    /// of the whole result as JSON in the artifact store), rejected (that of the rows put aside), and failed and history for each failure in words. The suite and the rules are part of the stage's cache key.
    /// Where the host has an <see cref="IMetricHistory"/>, the metrics of the data's profile and of the result are added to the history of <c>{pipeline}/{stage}</c>, under the time at which the dataset was made;
    /// they count as accepted when the run goes on without a warning. A stage that is taken from the cache adds nothing.
    /// </remarks>
    /// <param name="dataset">The dataset.</param>
    /// <param name="suite">What is expected.</param>
    /// <param name="onFailure">What is done when it is not so.</param>
    /// <param name="keyColumns">Columns that are kept with each failing row; null for none.</param>
    /// <param name="sampleSize">How many failing rows are kept with each expectation.</param>
    /// <param name="references">The datasets of the pipeline that the suite refers to, by the names that it uses; null for none.</param>
    /// <param name="history">Which metrics of the data must fit those of the datasets before; null for none. The host must keep a history, as that of <c>AddMlOps()</c> does.</param>
    /// <param name="configure">Sets how the stage is run, or null for the defaults.</param>
    /// <returns>The dataset; with <see cref="FailureAction.Quarantine"/> its accepted rows.</returns>
    /// <exception cref="ArgumentException">Two references have one name, or one is of another pipeline.</exception>
    public static StageOutput<Dataset> Validate(
        this StageOutput<Dataset> dataset,
        ExpectationSuite suite,
        FailureAction onFailure = FailureAction.Stop,
        IReadOnlyList<string>? keyColumns = null,
        int sampleSize = 20,
        IReadOnlyList<(string Name, StageOutput<Dataset> Data)>? references = null,
        IReadOnlyList<HistoryRule>? history = null,
        Action<StageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(suite);
        ArgumentOutOfRangeException.ThrowIfNegative(sampleSize);
        references ??= [];
        var twice = references.GroupBy(r => r.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) throw new ArgumentException($"Two references are called '{twice.Key}'.", nameof(references));
        return dataset.AndAll([.. references.Select(r => r.Data)])
            .Then(new ValidateStage(suite, onFailure, sampleSize, keyColumns ?? [], [.. references.Select(r => r.Name)], history ?? []), configure);
    }
}
