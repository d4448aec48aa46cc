using Microsoft.Extensions.Logging;

namespace MlOps.Serving;

internal static partial class Log
{
    [LoggerMessage(1800, LogLevel.Information, "Model {Model} serves version {To} as {Alias}; before it was {From}")]
    public static partial void Swapped(this ILogger logger, string model, string alias, int? from, int to);

    [LoggerMessage(1801, LogLevel.Warning, "Model {Model} is no longer served as {Alias}: the alias was removed")]
    public static partial void Removed(this ILogger logger, string model, string alias);

    [LoggerMessage(1802, LogLevel.Error, "Version {Version} of model {Model} cannot be loaded")]
    public static partial void NotLoaded(this ILogger logger, Exception error, string model, int version);

    [LoggerMessage(1803, LogLevel.Error, "Model {Model} could not follow its alias {Alias}; it goes on as it was and is looked at again within {Seconds} seconds")]
    public static partial void NotRefreshed(this ILogger logger, Exception error, string model, string alias, int seconds);

    [LoggerMessage(1804, LogLevel.Error, "The watch over the aliases broke and starts again")]
    public static partial void WatchBroke(this ILogger logger, Exception error);

    [LoggerMessage(1805, LogLevel.Error, "A request for predictions failed")]
    public static partial void RequestFailed(this ILogger logger, Exception error);

    [LoggerMessage(1806, LogLevel.Warning, "A request cannot be answered now: {Reason}")]
    public static partial void Unavailable(this ILogger logger, string reason);

    [LoggerMessage(1807, LogLevel.Error, "A prediction of model {Model} could not be put into the prediction log")]
    public static partial void NotRecorded(this ILogger logger, Exception error, string model);

    [LoggerMessage(1808, LogLevel.Error, "A model that is no longer used could not be disposed")]
    public static partial void NotDisposed(this ILogger logger, Exception error);

    [LoggerMessage(1809, LogLevel.Warning, "{Edges} records of which models are served could not be written to the lineage; the service goes on without them")]
    public static partial void LineageNotRecorded(this ILogger logger, Exception error, int edges);

    [LoggerMessage(1810, LogLevel.Warning, "A request for features cannot be answered now: {Reason}")]
    public static partial void FeaturesUnavailable(this ILogger logger, string reason);

    [LoggerMessage(1811, LogLevel.Error, "A request for features failed")]
    public static partial void FeatureRequestFailed(this ILogger logger, Exception error);

    [LoggerMessage(1812, LogLevel.Information, "Requests to model {Model} have no shadow: no version is loaded as {Alias}. One is taken up as soon as there is")]
    public static partial void NoShadow(this ILogger logger, string model, string alias);

    [LoggerMessage(1813, LogLevel.Warning, "Version {Version} of model {Model} fails as a shadow; the answers are not touched. Further failures are counted and stand in the prediction log")]
    public static partial void ShadowFails(this ILogger logger, Exception error, int version, string model);

    [LoggerMessage(1814, LogLevel.Information, "Version {Version} of model {Model} scored {Rows} rows of {Dataset} in {ElapsedMs:0.0} ms")]
    public static partial void Scored(this ILogger logger, int version, string model, long rows, string dataset, double elapsedMs);

    [LoggerMessage(1815, LogLevel.Warning, "{Failed} of {Rows} rows of {Dataset} could not be scored by version {Version} of model {Model}; the predictions say why, row by row")]
    public static partial void NotAllScored(this ILogger logger, long failed, long rows, string dataset, int version, string model);

    [LoggerMessage(1816, LogLevel.Error, "A page of a monitor could not be read")]
    public static partial void MonitoringUnavailable(this ILogger logger, Exception error);
}
