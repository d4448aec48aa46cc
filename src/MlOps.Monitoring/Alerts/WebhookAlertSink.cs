using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Sends alerts to an address, as the webhooks of the registry are sent.</summary>
/// <param name="options">The address.</param>
/// <param name="write">Writes a message as whoever listens there takes it.</param>
/// <param name="time">The clock.</param>
internal sealed class WebhookAlertSink(AlertWebhookOptions options, Func<AlertMessage, string> write, TimeProvider time) : IAlertSink, IDisposable
{
    private readonly WebhookClient _client = new(new(options.Url!, options.Secret, options.AllowPrivateAddresses, options.Timeout), time);

    public async Task SendAsync(AlertMessage message, CancellationToken cancellationToken)
    {
        if (await _client.SendAsync(message.Id, write(message), cancellationToken).ConfigureAwait(false) is { } reason) throw new AlertNotSentException(reason);
    }

    public void Dispose() => _client.Dispose();
}
