using Microsoft.Extensions.Logging;

namespace MlOps.FeatureStore;

internal static partial class Log
{
    [LoggerMessage(1950, LogLevel.Warning, "The online store does not answer; reads go on without it, and say so in the status of their features")]
    internal static partial void OnlineStoreIsAway(this ILogger logger, Exception error);

    [LoggerMessage(1951, LogLevel.Information, "The online store answers again")]
    internal static partial void OnlineStoreIsBack(this ILogger logger);
}
