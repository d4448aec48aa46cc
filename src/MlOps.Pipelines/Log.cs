using Microsoft.Extensions.Logging;

namespace MlOps.Pipelines;

internal static partial class Log
{
    [LoggerMessage(1100, LogLevel.Information, "Run {RunId} of pipeline {Pipeline} ended as {Status} after {ElapsedMs:0.0} ms: {Ran} stages ran, {Cached} were taken from earlier results")]
    public static partial void RunEnded(this ILogger logger, string runId, string pipeline, string status, double elapsedMs, int ran, int cached);

    [LoggerMessage(1101, LogLevel.Debug, "Stage {Stage} of pipeline {Pipeline} finished in {ElapsedMs:0.0} ms")]
    public static partial void StageFinished(this ILogger logger, string pipeline, string stage, double elapsedMs);

    [LoggerMessage(1102, LogLevel.Debug, "Stage {Stage} of pipeline {Pipeline} takes an earlier result: {Reason}")]
    public static partial void StageCached(this ILogger logger, string pipeline, string stage, string reason);

    [LoggerMessage(1103, LogLevel.Warning, "Stage {Stage} of pipeline {Pipeline} failed in attempt {Attempt} of {MaxAttempts} and is tried again in {DelaySeconds} s")]
    public static partial void StageRetried(this ILogger logger, string pipeline, string stage, int attempt, int maxAttempts, double delaySeconds, Exception error);

    [LoggerMessage(1104, LogLevel.Error, "Stage {Stage} of pipeline {Pipeline} failed in run {RunId}")]
    public static partial void StageFailed(this ILogger logger, string pipeline, string stage, string runId, Exception error);

    [LoggerMessage(1105, LogLevel.Warning, "Stage {Stage} of pipeline {Pipeline} did not stop when asked to and was abandoned; it may still be working")]
    public static partial void StageAbandoned(this ILogger logger, string pipeline, string stage);

    [LoggerMessage(1106, LogLevel.Information, "Run {RunId} of pipeline {Pipeline} was left by process {Owner} and goes on here with {Stages} finished stages")]
    public static partial void RunResumed(this ILogger logger, string runId, string pipeline, string owner, int stages);

    [LoggerMessage(1107, LogLevel.Information, "Run {RunId} of pipeline {Pipeline} was left by process {Owner} and cannot go on: {Reason}")]
    public static partial void RunSuperseded(this ILogger logger, string runId, string pipeline, string owner, string reason);

    [LoggerMessage(1108, LogLevel.Warning, "The lease of run {RunId} could not be renewed; another attempt will follow")]
    public static partial void LeaseNotRenewed(this ILogger logger, string runId, Exception error);

    [LoggerMessage(1109, LogLevel.Warning, "The progress handler of pipeline {Pipeline} threw at stage {Stage}; the run goes on")]
    public static partial void ProgressFailed(this ILogger logger, string pipeline, string stage, Exception error);

    [LoggerMessage(1110, LogLevel.Warning, "The end of run {RunId} could not be recorded; the next run of the pipeline goes on with it")]
    public static partial void EndNotRecorded(this ILogger logger, string runId, Exception error);

    [LoggerMessage(1111, LogLevel.Debug, "A store was busy in attempt {Attempt} and is asked again")]
    public static partial void StoreBusy(this ILogger logger, int attempt, Exception error);

    [LoggerMessage(1112, LogLevel.Warning, "The lineage of run {RunId} could not be recorded; the run goes on without it")]
    public static partial void LineageNotRecorded(this ILogger logger, string runId, Exception error);

    [LoggerMessage(1113, LogLevel.Warning, "The listener {Listener} threw at run {RunId} of pipeline {Pipeline}; the run goes on")]
    public static partial void ListenerFailed(this ILogger logger, string listener, string runId, string pipeline, Exception error);
}
