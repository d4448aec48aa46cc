using Microsoft.Extensions.Logging;

namespace MlOps.FeatureStore;

internal static partial class Log
{
    [LoggerMessage(1900, LogLevel.Information, "{By} applied {Changes} feature definitions and removed {Removed}")]
    public static partial void DefinitionsApplied(this ILogger logger, int changes, int removed, string by);

    [LoggerMessage(1901, LogLevel.Warning, "The feature definitions of this host are not in the catalog as they are: {Plan}")]
    public static partial void DefinitionsNotApplied(this ILogger logger, string plan);

    [LoggerMessage(1902, LogLevel.Warning, "The feature catalog could not be brought up to date; the host goes on without, and tries again at its next start")]
    public static partial void CatalogNotReached(this ILogger logger, Exception exception);

    [LoggerMessage(1903, LogLevel.Warning, "What features come from was not recorded")]
    public static partial void FeatureLineageNotRecorded(this ILogger logger, Exception exception);

    [LoggerMessage(1920, LogLevel.Warning, "{Events} events of view {View} have no event time and were put aside")]
    public static partial void EventsPutAside(this ILogger logger, string view, long events);

    [LoggerMessage(1921, LogLevel.Information, "Training set {Name} was made: {Rows} rows with {Features} features")]
    public static partial void TrainingSetMade(this ILogger logger, string name, long rows, int features);

    [LoggerMessage(1922, LogLevel.Warning, "Where training set {Name} came from could not be recorded")]
    public static partial void LineageNotRecorded(this ILogger logger, Exception error, string name);

    [LoggerMessage(1940, LogLevel.Warning, "The source of view {View} has no index that leads to the newest event of an entity, so its events are copied for each training set. Create one: {Statement}")]
    public static partial void IndexMissing(this ILogger logger, string view, string statement);

    [LoggerMessage(1950, LogLevel.Warning, "The online store does not answer; reads go on without it, and say so in the status of their features")]
    public static partial void OnlineStoreIsAway(this ILogger logger, Exception error);

    [LoggerMessage(1951, LogLevel.Information, "The online store answers again")]
    public static partial void OnlineStoreIsBack(this ILogger logger);

    [LoggerMessage(1970, LogLevel.Information, "Feature view {View} is materialized from {From:O} to {To:O}: {Read} rows read, {Written} entities written, {Superseded} were newer already, {Rejected} rows rejected, in {ElapsedMs:0.0} ms")]
    public static partial void Materialized(this ILogger logger, string view, DateTimeOffset from, DateTimeOffset to, long read, long written, long superseded, long rejected, double elapsedMs);

    [LoggerMessage(1971, LogLevel.Error, "Feature view {View} could not be materialized")]
    public static partial void NotMaterialized(this ILogger logger, Exception error, string view);

    [LoggerMessage(1972, LogLevel.Warning, "Statistics of feature view {View} could not be kept; its features were written")]
    public static partial void StatisticsNotKept(this ILogger logger, Exception error, string view);

    [LoggerMessage(1973, LogLevel.Error, "Features could not be materialized by the host; it tries again the next time")]
    public static partial void MaterializationBroke(this ILogger logger, Exception error);

    [LoggerMessage(1990, LogLevel.Warning, "Model {Model} was not served what training sets of {Service} say: {Features} features differ in more of {Compared} predictions than may be")]
    public static partial void Inconsistent(this ILogger logger, string model, string service, int features, long compared);

    [LoggerMessage(1991, LogLevel.Error, "What model {Model} was served could not be compared with training sets of {Service}; the host tries again the next time")]
    public static partial void ConsistencyNotChecked(this ILogger logger, Exception error, string model, string service);

    [LoggerMessage(1992, LogLevel.Warning, "Features of {Service} that are not in the prediction log of model {Model} were not compared: {Features}")]
    public static partial void FeaturesNotLogged(this ILogger logger, string model, string service, string features);
}
