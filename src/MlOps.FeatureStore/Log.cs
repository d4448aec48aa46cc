using Microsoft.Extensions.Logging;

namespace MlOps.FeatureStore;

internal static partial class Log
{
    [LoggerMessage(1920, LogLevel.Warning, "{Events} events of view {View} have no event time and were put aside")]
    public static partial void EventsPutAside(this ILogger logger, string view, long events);

    [LoggerMessage(1950, LogLevel.Warning, "The online store does not answer; reads go on without it, and say so in the status of their features")]
    public static partial void OnlineStoreIsAway(this ILogger logger, Exception error);

    [LoggerMessage(1951, LogLevel.Information, "The online store answers again")]
    public static partial void OnlineStoreIsBack(this ILogger logger);
}
