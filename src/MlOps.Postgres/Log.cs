using Microsoft.Extensions.Logging;

namespace MlOps.Postgres;

internal static partial class Log
{
    [LoggerMessage(1550, LogLevel.Warning, "The connection that is told of changes in '{Store}' was lost. Until it is back, watches look by themselves")]
    internal static partial void CannotListen(this ILogger logger, string store, Exception error);

    [LoggerMessage(1551, LogLevel.Debug, "A call to '{Store}' is made again after '{SqlState}', attempt {Attempt}")]
    internal static partial void CallIsRepeated(this ILogger logger, string store, string sqlState, int attempt);
}
