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

    [LoggerMessage(1605, LogLevel.Information, "The gate of model {Model} for {Alias} was asked about version {Version} and has {Objections} objections")]
    internal static partial void GateAsked(this ILogger logger, string model, string alias, int version, int objections);

    [LoggerMessage(1606, LogLevel.Warning, "Webhook {Webhook} was not told of entry {Sequence} in attempt {Attempt} and is tried again in {DelaySeconds} s: {Reason}")]
    internal static partial void WebhookFailed(this ILogger logger, string webhook, long sequence, int attempt, double delaySeconds, string reason);

    [LoggerMessage(1607, LogLevel.Error, "Webhook {Webhook} was not told of entry {Sequence} in {Attempts} attempts, and is not any more: {Reason}")]
    internal static partial void WebhookGaveUp(this ILogger logger, string webhook, long sequence, int attempts, string reason);

    [LoggerMessage(1608, LogLevel.Error, "Webhook {Webhook} could not follow the history and begins again where it was")]
    internal static partial void WebhookBroke(this ILogger logger, string webhook, Exception error);
}
