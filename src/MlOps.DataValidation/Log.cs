using Microsoft.Extensions.Logging;

namespace MlOps.DataValidation;

internal static partial class Log
{
    [LoggerMessage(1200, LogLevel.Information, "Suite {Suite} was validated on {Rows} rows: {Failed} expectations failed, {Rejected} rows fail")]
    public static partial void Validated(this ILogger logger, string suite, long rows, int failed, long rejected);

    [LoggerMessage(1202, LogLevel.Warning, "Of the data that {Place} validates these metrics do not fit their history: {Metrics}")]
    public static partial void DoesNotFitHistory(this ILogger logger, string place, string metrics);

    [LoggerMessage(1201, LogLevel.Warning, "Of suite {Suite} these expectations cannot be asked of requests to {Model}: {Expectations}")]
    public static partial void NotAsked(this ILogger logger, string suite, string model, string expectations);

    [LoggerMessage(1203, LogLevel.Warning, "Of suite {Suite} these expectations cannot be asked of rows of feature view {View}: {Expectations}")]
    public static partial void NotAskedOfFeatures(this ILogger logger, string suite, string view, string expectations);
}
