using Microsoft.Extensions.Logging;

namespace MlOps.DataValidation;

internal static partial class Log
{
    [LoggerMessage(1200, LogLevel.Information, "Suite {Suite} was validated on {Rows} rows: {Failed} expectations failed, {Rejected} rows fail")]
    public static partial void Validated(this ILogger logger, string suite, long rows, int failed, long rejected);
}
