using Microsoft.Extensions.Logging;

namespace MlOps.FeatureStore;

internal static partial class Log
{
    [LoggerMessage(1920, LogLevel.Warning, "{Events} events of view {View} have no event time and were put aside")]
    public static partial void EventsPutAside(this ILogger logger, string view, long events);

    [LoggerMessage(1921, LogLevel.Information, "Training set {Name} was made: {Rows} rows with {Features} features")]
    public static partial void TrainingSetMade(this ILogger logger, string name, long rows, int features);

    [LoggerMessage(1922, LogLevel.Warning, "Where training set {Name} came from could not be recorded")]
    public static partial void LineageNotRecorded(this ILogger logger, Exception error, string name);
}
