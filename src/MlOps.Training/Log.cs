using Microsoft.Extensions.Logging;

namespace MlOps.Training;

internal static partial class Log
{
    [LoggerMessage(1300, LogLevel.Information, "Training {Model} with {Trainer} on {Rows} rows of {Dataset}")]
    public static partial void TrainingStarted(this ILogger logger, string model, string trainer, long rows, string dataset);

    [LoggerMessage(1301, LogLevel.Information, "Trained {Model} with {Trainer} in {Trials} trials: {Metric} {Value:0.0000}, baseline {Baseline:0.0000}")]
    public static partial void Trained(this ILogger logger, string model, string trainer, int trials, string metric, double value, double baseline);

    [LoggerMessage(1302, LogLevel.Debug, "Trial {Trial} of {Trainer}: {Metric} {Value:0.0000} in {ElapsedMs:0.0} ms")]
    public static partial void TrialFinished(this ILogger logger, int trial, string trainer, string metric, double value, double elapsedMs);

    [LoggerMessage(1303, LogLevel.Warning, "Trial {Trial} of {Trainer} failed and was passed over")]
    public static partial void TrialFailed(this ILogger logger, Exception error, int trial, string trainer);

    [LoggerMessage(1304, LogLevel.Information, "Judged {Model} on {Dataset}: {Held} of {Checks} checks hold")]
    public static partial void Judged(this ILogger logger, string model, string dataset, int held, int checks);

    [LoggerMessage(1305, LogLevel.Warning, "ML.NET warned while {Model} was trained: {Warning}")]
    public static partial void MLNetWarned(this ILogger logger, string model, string warning);
}
