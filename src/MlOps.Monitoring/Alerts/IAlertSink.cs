namespace MlOps.Monitoring;

/// <summary>Somewhere that alerts are sent: a chat, a pager, a mailbox. A host adds its own with <c>AddAlertSink</c>. Thread-safe.</summary>
/// <remarks>What a sink throws is a failure of this message: it is sent again later, a few times, and neither monitors nor other sinks wait for it.</remarks>
public interface IAlertSink
{
    /// <summary>Sends a message.</summary>
    /// <param name="message">The message. It has only what the sink's options let out.</param>
    /// <param name="cancellationToken">Stops the sending.</param>
    /// <returns>When it has been received.</returns>
    /// <exception cref="AlertNotSentException">It was not received, and the message of the exception says why.</exception>
    Task SendAsync(AlertMessage message, CancellationToken cancellationToken);
}

/// <summary>What a sink is told after a run of a monitor: everything new at once.</summary>
/// <param name="Id">What tells it from others. The same message sent again has the same.</param>
/// <param name="Monitor">The monitor.</param>
/// <param name="Model">The model.</param>
/// <param name="Version">The version that the predictions were held against.</param>
/// <param name="From">The first moment of the window that was looked at.</param>
/// <param name="To">The moment after the last.</param>
/// <param name="Raised">What is wrong, the gravest first.</param>
/// <param name="Resolved">What was wrong and no longer is.</param>
public sealed record AlertMessage(
    string Id, string Monitor, string Model, int Version, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<Alert> Raised, IReadOnlyList<Alert> Resolved)
{
    /// <summary>Gets how many more alarms the run found of which nobody is told, since more are open than are remembered; the gravest are.</summary>
    public int LeftOut { get; init; }

    /// <summary>Gets the message in a line.</summary>
    public string Title => Raised.Count == 0
        ? $"{Monitor}: {Resolved.Count} of model {Model} resolved"
        : $"{Monitor}: {Raised.Count} {(Raised.Count == 1 ? "alarm" : "alarms")} of model {Model}, version {Version}";
}

/// <summary>A message that a sink did not receive.</summary>
/// <param name="message">Why not.</param>
/// <param name="innerException">The error behind it; null for none.</param>
#pragma warning disable CA1032 // it always says why
public sealed class AlertNotSentException(string message, Exception? innerException = null) : Core.MlOpsException(message, innerException);
#pragma warning restore CA1032
