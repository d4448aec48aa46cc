using Microsoft.Extensions.Logging;

namespace MlOps.FeatureStore;

internal static partial class Log
{
    [LoggerMessage(1920, LogLevel.Warning, "{Events} events of view {View} have no event time and were put aside")]
    public static partial void EventsPutAside(this ILogger logger, string view, long events);

    [LoggerMessage(1940, LogLevel.Warning, "The source of view {View} has no index that leads to the newest event of an entity, so its events are copied for each training set. Create one: {Statement}")]
    public static partial void IndexMissing(this ILogger logger, string view, string statement);
}
