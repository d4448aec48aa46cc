using Microsoft.Extensions.Logging;

namespace MlOps.Relational;

internal static partial class Log
{
    [LoggerMessage(1500, LogLevel.Warning, "The aliases in '{Store}' could not be read for changes; the watch goes on")]
    internal static partial void CannotWatch(this ILogger logger, string store, Exception error);
}
