using Microsoft.Extensions.Logging;

namespace MlOps.FeatureStore;

internal static partial class MaterializationLog
{
    [LoggerMessage(1970, LogLevel.Information, "Feature view {View} is materialized from {From:O} to {To:O}: {Read} rows read, {Written} entities written, {Superseded} were newer already, {Rejected} rows rejected, in {ElapsedMs:0.0} ms")]
    public static partial void Materialized(this ILogger logger, string view, DateTimeOffset from, DateTimeOffset to, long read, long written, long superseded, long rejected, double elapsedMs);

    [LoggerMessage(1971, LogLevel.Error, "Feature view {View} could not be materialized")]
    public static partial void NotMaterialized(this ILogger logger, Exception error, string view);
}
