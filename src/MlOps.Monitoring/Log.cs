using Microsoft.Extensions.Logging;

namespace MlOps.Monitoring;

internal static partial class Log
{
    [LoggerMessage(1700, LogLevel.Debug, "Logged {Rows} predictions of model {Model}")]
    public static partial void PredictionsWritten(this ILogger logger, string model, int rows);

    [LoggerMessage(1701, LogLevel.Error, "{Rows} predictions of model {Model} could not be written and wait for the next attempt")]
    public static partial void PredictionsNotWritten(this ILogger logger, Exception error, string model, int rows);

    [LoggerMessage(1702, LogLevel.Error, "{Rows} predictions of model {Model} were dropped because they could not be written")]
    public static partial void PredictionsDropped(this ILogger logger, string model, int rows);

    [LoggerMessage(1703, LogLevel.Error, "{Rows} predictions of model {Model} cannot be turned into rows")]
    public static partial void PredictionsUnfit(this ILogger logger, Exception error, string model, int rows);

    [LoggerMessage(1704, LogLevel.Warning, "Half-written files of the prediction log could not be removed")]
    public static partial void TornFilesLeft(this ILogger logger, Exception error);

    [LoggerMessage(1705, LogLevel.Error, "The prediction log could not be stored when the host stopped")]
    public static partial void FlushFailed(this ILogger logger, Exception error);

    [LoggerMessage(1706, LogLevel.Debug, "Joined true values to {Joined} predictions of model {Model}; {Others} true values belong to no prediction in the window")]
    public static partial void TruthsJoined(this ILogger logger, string model, int joined, long others);

    [LoggerMessage(1707, LogLevel.Error, "The prediction log met an error and goes on")]
    public static partial void LogFailed(this ILogger logger, Exception error);

    [LoggerMessage(1708, LogLevel.Error, "No file can be written for predictions that are not stored yet; until one can, they would be lost with the process")]
    public static partial void SegmentNotWritten(this ILogger logger, Exception error);

    [LoggerMessage(1709, LogLevel.Information, "Recovered {Rows} predictions that a process left which is no more; {Torn} pieces were torn and passed over")]
    public static partial void SegmentsRecovered(this ILogger logger, long rows, int torn);

    [LoggerMessage(1710, LogLevel.Information, "Monitor {Monitor} compared {Rows} predictions of model {Model} with version {Version}: {Alarms} alarms of {Checks} checks")]
    public static partial void Checked(this ILogger logger, string monitor, string model, int version, long rows, int alarms, int checks);

    [LoggerMessage(1711, LogLevel.Warning, "The prediction log could not be stored before the comparison; what it still holds is not in the report")]
    public static partial void CheckedWithoutFlush(this ILogger logger, Exception error);

    [LoggerMessage(1712, LogLevel.Information, "Monitor {Monitor} starts pipeline {Pipeline}: {Cause}")]
    public static partial void TriggerStarts(this ILogger logger, string monitor, string pipeline, string cause);

    [LoggerMessage(1713, LogLevel.Information, "Monitor {Monitor} does not start pipeline {Pipeline}: {Reason}")]
    public static partial void TriggerHeld(this ILogger logger, string monitor, string pipeline, string reason);

    [LoggerMessage(1714, LogLevel.Error, "Pipeline {Pipeline}, which monitor {Monitor} started, failed")]
    public static partial void TriggerFailed(this ILogger logger, Exception error, string monitor, string pipeline);

    [LoggerMessage(1715, LogLevel.Warning, "Monitor {Monitor} found drift of model {Model} in {Drifted}")]
    public static partial void DriftFound(this ILogger logger, string monitor, string model, string drifted);

    [LoggerMessage(1716, LogLevel.Error, "Monitor {Monitor} could not compare; it tries again the next time")]
    public static partial void MonitorFailed(this ILogger logger, Exception error, string monitor);

    [LoggerMessage(1717, LogLevel.Error, "What a process left that is no more could not be recovered; it is tried again")]
    public static partial void RecoveryFailed(this ILogger logger, Exception error);

    [LoggerMessage(1718, LogLevel.Warning, "{Rows} predictions could not be stored when the host stopped; the next start recovers them")]
    public static partial void PredictionsLeft(this ILogger logger, long rows);

    [LoggerMessage(1719, LogLevel.Information, "Upkeep of the prediction log removed {Days} days of models and put files together, so that there are {Files} less")]
    public static partial void UpkeepDone(this ILogger logger, int days, int files);

    [LoggerMessage(1720, LogLevel.Error, "Upkeep of the prediction log failed; it is tried again")]
    public static partial void UpkeepFailed(this ILogger logger, Exception error);

    [LoggerMessage(1721, LogLevel.Information, "Erased a subject from the prediction log: {Rows} predictions")]
    public static partial void SubjectErased(this ILogger logger, long rows);

    [LoggerMessage(1760, LogLevel.Information, "Monitor {Monitor} judges performance by {Rows} labelled rows of {Source}")]
    public static partial void PerformanceReferenceRead(this ILogger logger, string monitor, long rows, string source);

    [LoggerMessage(1761, LogLevel.Information, "Monitor {Monitor} has no reference to judge performance by: {Reason}")]
    public static partial void PerformanceWithoutReference(this ILogger logger, string monitor, string reason);

    [LoggerMessage(1762, LogLevel.Debug, "Monitor {Monitor} does not know what the training of version {Version} took")]
    public static partial void TrainingTimeUnknown(this ILogger logger, Exception error, string monitor, int version);

    [LoggerMessage(1770, LogLevel.Warning, "Monitor {Monitor} does not start pipeline {Pipeline} any more: {Reason}")]
    public static partial void TriggerStopped(this ILogger logger, string monitor, string pipeline, string reason);

    [LoggerMessage(1771, LogLevel.Information, "Pipeline {Pipeline}, which monitor {Monitor} started, has ended as run {RunId}: it found version {Version} and left version {Champion}, with {Refusals} refusals")]
    public static partial void TriggerRan(this ILogger logger, string monitor, string pipeline, string runId, int version, int champion, int refusals);

    [LoggerMessage(1772, LogLevel.Warning, "Monitor {Monitor} leaves out {Periods} runs that were missed; the last {CatchUp} are made up for")]
    public static partial void PeriodsLeftOut(this ILogger logger, string monitor, long periods, int catchUp);

    [LoggerMessage(1773, LogLevel.Warning, "Monitor {Monitor} ran last for {Last}, which lies far ahead: the clock was wrong then or is now. Its schedule begins anew")]
    public static partial void ClockWentBack(this ILogger logger, string monitor, DateTimeOffset last);

    [LoggerMessage(1774, LogLevel.Error, "A run of monitor {Monitor} could not be remembered; it counts all the same")]
    public static partial void RunNotRemembered(this ILogger logger, Exception error, string monitor);

    [LoggerMessage(1775, LogLevel.Error, "Which datasets went into run {RunId} of pipeline {Pipeline} is not known; monitor {Monitor} may start it for one of them again")]
    public static partial void DatasetsUnknown(this ILogger logger, Exception error, string monitor, string pipeline, string runId);

    [LoggerMessage(1780, LogLevel.Error, "What is open of monitor {Monitor} could not be kept; nobody is told of its alarms this time")]
    public static partial void AlertsNotKept(this ILogger logger, Exception error, string monitor);

    [LoggerMessage(1781, LogLevel.Information, "Alarms {Cause} of monitors {Monitor} are silenced until {Until} by {By}")]
    public static partial void Silenced(this ILogger logger, string monitor, string cause, DateTimeOffset until, string by);

    [LoggerMessage(1782, LogLevel.Debug, "Sink {Sink} was told of {Raised} new and {Resolved} resolved alarms of monitor {Monitor}")]
    public static partial void AlertSent(this ILogger logger, string sink, string monitor, int raised, int resolved);

    [LoggerMessage(1783, LogLevel.Warning, "Sink {Sink} did not receive an alert at attempt {Attempt}; the next is in {Seconds:0.#} s: {Reason}")]
    public static partial void AlertFailed(this ILogger logger, string sink, int attempt, double seconds, string reason);

    [LoggerMessage(1784, LogLevel.Error, "Sink {Sink} was not told of alarms of monitor {Monitor} after {Attempts} attempts: {Reason}")]
    public static partial void AlertGivenUp(this ILogger logger, Exception? error, string sink, string monitor, int attempts, string reason);

    [LoggerMessage(1785, LogLevel.Warning, "Monitor {Monitor} of model {Model}: {Cause}: {Sentence}")]
    public static partial void AlertIsOpen(this ILogger logger, string monitor, string model, string cause, string sentence);

    [LoggerMessage(1786, LogLevel.Error, "Monitor {Monitor} of model {Model}: {Cause}: {Sentence}")]
    public static partial void AlertIsCritical(this ILogger logger, string monitor, string model, string cause, string sentence);

    [LoggerMessage(1787, LogLevel.Information, "Monitor {Monitor} of model {Model}: {Cause} is resolved, which was open since {Since}")]
    public static partial void AlertIsResolved(this ILogger logger, string monitor, string model, string cause, DateTimeOffset since);

    [LoggerMessage(1778, LogLevel.Error, "Which alerts wait for their sinks could not be kept; it is tried again")]
    public static partial void OutboxNotKept(this ILogger logger, Exception error);

    [LoggerMessage(1779, LogLevel.Warning, "Sink {Sink} was not told of alarms of monitor {Monitor} when the host stopped; the next start sends the message: {Reason}")]
    public static partial void AlertLeft(this ILogger logger, string sink, string monitor, string reason);

    [LoggerMessage(1788, LogLevel.Warning, "More alarms of monitor {Monitor} are open than are remembered: {LeftOut} are left out, the gravest are kept")]
    public static partial void AlertsLeftOut(this ILogger logger, string monitor, int leftOut);

    [LoggerMessage(1789, LogLevel.Error, "Check {Check} of monitor {Monitor} could not do its work; the others go on")]
    public static partial void CheckFailed(this ILogger logger, Exception error, string monitor, string check);

    [LoggerMessage(1790, LogLevel.Error, "The report of monitor {Monitor} could not be written; what it found is acted on all the same")]
    public static partial void ReportNotWritten(this ILogger logger, Exception error, string monitor);
}
