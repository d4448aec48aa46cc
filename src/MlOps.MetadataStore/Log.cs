using Microsoft.Extensions.Logging;

namespace MlOps.MetadataStore;

internal static partial class Log
{
    [LoggerMessage(1400, LogLevel.Error, "Artifact '{Path}' is damaged: its SHA-256 is {Actual}. It was not used")]
    internal static partial void Damaged(this ILogger logger, string path, string actual);

    [LoggerMessage(1401, LogLevel.Information, "Removed '{Path}', left unfinished by a writer that is gone")]
    internal static partial void RemovedLeftover(this ILogger logger, string path);

    [LoggerMessage(1402, LogLevel.Warning, "Cannot remove '{Path}'; the next start tries again")]
    internal static partial void CannotRemove(this ILogger logger, string path, Exception error);

    [LoggerMessage(1403, LogLevel.Warning, "The damaged artifact '{Path}' could not be set aside; it will be found damaged again")]
    internal static partial void CannotSetAside(this ILogger logger, string path, Exception error);

    [LoggerMessage(1420, LogLevel.Warning, "{Entries} entries of run {RunId} could not be recorded and are lost")]
    internal static partial void EntriesLost(this ILogger logger, int entries, string runId, Exception? error);

    [LoggerMessage(1421, LogLevel.Warning, "The queue of entries of run {RunId} is full; entries are lost until it has room again")]
    internal static partial void EntriesFull(this ILogger logger, string runId);

    [LoggerMessage(1422, LogLevel.Debug, "Entries of run {RunId} could not be recorded in attempt {Attempt}; another will follow")]
    internal static partial void EntriesRetried(this ILogger logger, string runId, int attempt, Exception error);

    [LoggerMessage(1423, LogLevel.Warning, "The end of run {RunId} could not be recorded")]
    internal static partial void EndNotRecorded(this ILogger logger, string runId, Exception error);

    [LoggerMessage(1424, LogLevel.Warning, "The lineage of run {RunId} could not be recorded; the run goes on without it")]
    internal static partial void LineageNotRecorded(this ILogger logger, string runId, Exception error);

    [LoggerMessage(1410, LogLevel.Information, "OpenLineage {Event}")]
    internal static partial void OpenLineage(this ILogger logger, string @event);

    [LoggerMessage(1411, LogLevel.Warning, "{Events} OpenLineage events could not be sent to {Sink} and are lost")]
    internal static partial void OpenLineageLost(this ILogger logger, int events, string sink, Exception error);

    [LoggerMessage(1412, LogLevel.Warning, "The queue of OpenLineage events before {Sink} is full; events are lost until it has room again")]
    internal static partial void OpenLineageFull(this ILogger logger, string sink);

    [LoggerMessage(1430, LogLevel.Information, "Retention {Verb}: {Purged} runs purged, {Runs} runs deleted, {Versions} versions, the stages of {Forgotten} pipeline runs, {Artifacts} artifacts of {Bytes} bytes; {Kept} old records are needed and kept")]
    internal static partial void Retained(this ILogger logger, string verb, int purged, int runs, int versions, int forgotten, int artifacts, long bytes, int kept);

    [LoggerMessage(1431, LogLevel.Error, "Retention failed; what was removed until then stays removed, and the next time goes on")]
    internal static partial void CannotRetain(this ILogger logger, Exception error);
}
