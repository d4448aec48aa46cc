using MlOps.Serving;

namespace MlOps.Core;

/// <summary>Adds scoring to pipelines.</summary>
public static class ScoringPipelineExtensions
{
    /// <summary>Scores a dataset with a served model, as <see cref="IBatchScorer"/> does. The host must serve models.</summary>
    /// <param name="rows">The dataset.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">Which version, what is kept and what is logged; null for the defaults.</param>
    /// <param name="stage">Sets how the stage is run; null for the defaults.</param>
    /// <returns>The predictions.</returns>
    /// <exception cref="ArgumentException">A name is no name, or an option makes no sense.</exception>
    /// <remarks>
    /// Recorded with the run, under the name of the stage: the metrics {stage}.rows and rows_failed, the tags scoring.{stage}.version (model/version) and id (that of the scoring in the prediction log). The stage is not cached, because it
    /// depends on where the alias points; running it again makes the same dataset of the same rows and version, and logs the rows again under the same identifiers.
    /// </remarks>
    public static StageOutput<Dataset> Score(this StageOutput<Dataset> rows, string model, BatchScoringOptions? options = null, Action<StageOptions>? stage = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ModelNames.CheckModel(model);
        options ??= new();
        options.Check();
        return rows.Then(new ScoreStage(model, options), configure =>
        {
            configure.Cache = false;
            stage?.Invoke(configure);
        });
    }
}
