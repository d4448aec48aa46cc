using MlOps.DataValidation;

namespace MlOps.Core;

/// <summary>Adds schemas to pipelines.</summary>
public static class SchemaPipelineExtensions
{
    /// <summary>Holds a dataset to a schema.</summary>
    /// <remarks>Recorded as by the stage of a suite; the tag validation.{stage}.schema is the schema's fingerprint, which is part of the stage's cache key.</remarks>
    /// <param name="dataset">The dataset.</param>
    /// <param name="schema">What is expected.</param>
    /// <param name="onFailure">What is done when it is not so.</param>
    /// <param name="environment">The environment, for instance training; null expects every column.</param>
    /// <param name="keyColumns">Columns that are kept with each failing row; null for none.</param>
    /// <param name="sampleSize">How many failing rows are kept with each expectation.</param>
    /// <param name="history">Which metrics of the data must fit those of the datasets before; null for none. The host must keep a history, as that of <c>AddMlOps()</c> does.</param>
    /// <param name="configure">Sets how the stage is run, or null for the defaults.</param>
    /// <returns>The dataset; with <see cref="FailureAction.Quarantine"/> its accepted rows.</returns>
    public static StageOutput<Dataset> Validate(
        this StageOutput<Dataset> dataset,
        DataSchema schema,
        FailureAction onFailure = FailureAction.Stop,
        string? environment = null,
        IReadOnlyList<string>? keyColumns = null,
        int sampleSize = 20,
        IReadOnlyList<HistoryRule>? history = null,
        Action<StageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentOutOfRangeException.ThrowIfNegative(sampleSize);
        return dataset.Then(new ValidateSchemaStage(schema, environment, onFailure, sampleSize, keyColumns ?? [], history ?? []), configure);
    }
}
