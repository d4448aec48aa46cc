using Microsoft.Extensions.Logging;

namespace MlOps.FeatureStore;

internal static partial class Log
{
    [LoggerMessage(1920, LogLevel.Warning, "{Events} events of view {View} have no event time and were put aside")]
    public static partial void EventsPutAside(this ILogger logger, string view, long events);
}
