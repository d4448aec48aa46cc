using Microsoft.Extensions.Logging;

namespace MlOps.ModelRegistry;

internal static partial class Log
{
    [LoggerMessage(1600, LogLevel.Information, "Model {Model} version {Version} ({Platform}) is loaded and predicts its samples, after {ElapsedMs:0.0} ms")]
    internal static partial void Loaded(this ILogger logger, string model, int version, string platform, double elapsedMs);

    [LoggerMessage(1601, LogLevel.Information, "Model {Model} version {Version} is registered as {Alias}")]
    internal static partial void Registered(this ILogger logger, string model, int version, string alias);

    [LoggerMessage(1602, LogLevel.Warning, "A candidate for model {Model} is not registered: {Reasons}")]
    internal static partial void Refused(this ILogger logger, string model, string reasons);

    [LoggerMessage(1603, LogLevel.Information, "Model {Model} version {Version} is {Alias} now; before it was {Previous}")]
    internal static partial void Promoted(this ILogger logger, string model, int version, string alias, int? previous);

    [LoggerMessage(1604, LogLevel.Warning, "Model {Model} version {Version} does not become {Alias}: {Reasons}")]
    internal static partial void NotPromoted(this ILogger logger, string model, int version, string alias, string reasons);
}
