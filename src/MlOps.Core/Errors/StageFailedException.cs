namespace MlOps.Core;

/// <summary>A stage of a pipeline failed, and with it the run.</summary>
/// <remarks>Stages that do not depend on the failed one were finished and recorded; the next run of the pipeline reuses them.</remarks>
public sealed class StageFailedException : MlOpsException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="stageName">The stage that failed first.</param>
    /// <param name="runId">The run.</param>
    /// <param name="innerException">What the stage threw.</param>
    public StageFailedException(string pipeline, string stageName, string runId, Exception innerException)
        : base($"Stage '{stageName}' of pipeline '{pipeline}' failed in run {runId}: {innerException?.Message}", innerException)
    {
        Pipeline = pipeline;
        StageName = stageName;
        RunId = runId;
    }

    /// <summary>Gets the pipeline.</summary>
    public string Pipeline { get; }

    /// <summary>Gets the stage that failed first.</summary>
    public string StageName { get; }

    /// <summary>Gets the run.</summary>
    public string RunId { get; }

    /// <inheritdoc/>
    public override bool IsTransient => InnerException is MlOpsException { IsTransient: true };
}
