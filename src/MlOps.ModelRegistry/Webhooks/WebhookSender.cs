using System.Net;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Tells one webhook of one entry, once.</summary>
internal sealed class WebhookSender(string name, WebhookOptions options, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null) : IDisposable
{
    private readonly WebhookClient _client = new(new(options.Url!, options.Secret, options.AllowPrivateAddresses, options.Timeout), time, resolve);

    /// <summary>Sends.</summary>
    /// <returns>Why it was not received; null when it was.</returns>
    public Task<string?> SendAsync(RegistryEvent entry, CancellationToken cancellationToken) => _client.SendAsync(DeliveryId(entry), WebhookPayload.Write(entry), cancellationToken);

    public void Dispose() => _client.Dispose();

    // Telling the same entry again, also after a restart or from another host, has the same name, so that a receiver can pass it over.
    private string DeliveryId(RegistryEvent entry) => Sha256.Hex($"{name.Length}:{name}:{entry.Sequence}:{entry.Hash}")[..32];
}
