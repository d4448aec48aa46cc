using Microsoft.Extensions.Logging;

namespace MlOps.Mlflow;

internal static partial class Log
{
    [LoggerMessage(2100, LogLevel.Error, "A request of the MLflow API failed at {Path}")]
    public static partial void RequestFailed(this ILogger logger, Exception error, string path);

    [LoggerMessage(2101, LogLevel.Warning, "A request of the MLflow API cannot be answered now: {Reason}")]
    public static partial void Unavailable(this ILogger logger, string reason);

    [LoggerMessage(2102, LogLevel.Warning, "A request of the MLflow API was refused: {Reason}")]
    public static partial void Refused(this ILogger logger, string reason);

    [LoggerMessage(2103, LogLevel.Debug, "The MLflow server was asked again after {Status} in attempt {Attempt}")]
    public static partial void Retried(this ILogger logger, string status, int attempt);
}
