using Microsoft.Extensions.Logging;

namespace MlOps.DataValidation;

internal static partial class Log
{
    [LoggerMessage(1200, LogLevel.Information, "Suite {Suite} was validated on {Rows} rows: {Failed} expectations failed, {Rejected} rows fail")]
    public static partial void Validated(this ILogger logger, string suite, long rows, int failed, long rejected);

    [LoggerMessage(1201, LogLevel.Warning, "Of suite {Suite} these expectations cannot be asked of requests to {Model}: {Expectations}")]
    public static partial void NotAsked(this ILogger logger, string suite, string model, string expectations);
}
