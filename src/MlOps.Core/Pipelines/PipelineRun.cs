namespace MlOps.Core;

/// <summary>A run of a pipeline that has ended.</summary>
/// <param name="RunId">The identifier in the metadata store.</param>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Status">How it ended.</param>
/// <param name="IsResumed">Whether it went on with a run that another process had left.</param>
/// <param name="Duration">How long it took, in this process.</param>
/// <param name="Stages">Its stages, in order.</param>
public sealed record PipelineRun(string RunId, string Pipeline, RunStatus Status, bool IsResumed, TimeSpan Duration, IReadOnlyList<StageRun> Stages)
{
    /// <summary>Gets the output of the only or last stage that makes a value of this type.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidOperationException">No stage makes such a value.</exception>
    public T Output<T>() => Stages.LastOrDefault(s => s.Output is T)?.Output is T value
        ? value
        : throw new InvalidOperationException($"No stage of pipeline '{Pipeline}' makes a {typeof(T).Name}.");
}

/// <summary>A stage of a run that has ended.</summary>
/// <param name="Name">The stage.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Duration">How long it took, all attempts and waits together; almost nothing for a cache hit.</param>
/// <param name="Attempts">How often it was tried; 0 for a cache hit.</param>
/// <param name="Cache">Whether an earlier result was taken, and why or why not.</param>
/// <param name="Output">What it made; null when it failed.</param>
/// <param name="OutputFingerprint">The SHA-256 of what it made; null when it failed.</param>
public sealed record StageRun(string Name, StageStatus Status, TimeSpan Duration, int Attempts, CacheDecision Cache, object? Output, string? OutputFingerprint);

/// <summary>How a stage ended.</summary>
public enum StageStatus
{
    /// <summary>It ran.</summary>
    Finished,

    /// <summary>An earlier result was taken.</summary>
    Cached,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It did not run, because a stage before it failed or the run was cancelled.</summary>
    Skipped,
}

/// <summary>Whether an earlier result of a stage was, or would be, taken.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="IsHit">Whether it was taken.</param>
/// <param name="Reason">Why or why not, in a sentence: which code, parameter or input changed.</param>
public sealed record CacheDecision(string Stage, bool IsHit, string Reason);

/// <summary>Something happened in a run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Stage">The stage.</param>
/// <param name="Event">What happened.</param>
/// <param name="Message">More, in a few words; null when there is no more to say.</param>
/// <param name="Fraction">How much of the stage is done, 0 to 1; null when unknown.</param>
/// <param name="Elapsed">How long the stage has taken so far.</param>
public sealed record PipelineProgress(string RunId, string Pipeline, string Stage, StageEvent Event, string? Message, double? Fraction, TimeSpan Elapsed);

/// <summary>What can happen to a stage in a run.</summary>
public enum StageEvent
{
    /// <summary>It started.</summary>
    Started,

    /// <summary>It reported how far it is.</summary>
    Progressed,

    /// <summary>An attempt failed and another will follow.</summary>
    Retrying,

    /// <summary>It ended well.</summary>
    Finished,

    /// <summary>An earlier result was taken.</summary>
    Cached,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It will not run, because a stage before it failed or the run was cancelled.</summary>
    Skipped,
}
