using Microsoft.Extensions.Logging;

namespace MlOps.Postgres;

internal static partial class Log
{
    [LoggerMessage(1550, LogLevel.Warning, "The connection that is told of changes in '{Store}' was lost. Until it is back, watches look by themselves")]
    internal static partial void CannotListen(this ILogger logger, string store, Exception error);
}
