using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Tells one webhook of one entry, once.</summary>
/// <remarks>
/// The address is looked up when the connection is made, and the connection goes to what was looked up and allowed: a name that answers otherwise the next time gains
/// nothing. No redirect is followed, no proxy asked, no cookie kept, and of an answer only the status is read.
/// </remarks>
internal sealed class WebhookSender : IDisposable
{
    private readonly string _name;
    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    public WebhookSender(string name, WebhookOptions options, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        (_name, _options, _time) = (name, options, time);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, resolve ?? Dns.GetHostAddressesAsync, cancellationToken),
        };
        _client = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Sends.</summary>
    /// <returns>Why it was not received; null when it was.</returns>
    public async Task<string?> SendAsync(RegistryEvent entry, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.Timeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = Request(entry);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? null : string.Create(CultureInfo.InvariantCulture, $"it answered with the status {(int)response.StatusCode}");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"it did not answer within {_options.Timeout.TotalSeconds:0.###} s");
        }
        catch (HttpRequestException e)
        {
            return e.InnerException is AddressRefusedException refused ? refused.Message : $"it cannot be reached: {e.Message}";
        }
    }

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage Request(RegistryEvent entry)
    {
        var (id, timestamp, payload) = (
            WebhookSignature.DeliveryId(_name, entry), _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), WebhookPayload.Write(entry));
        var request = new HttpRequestMessage(HttpMethod.Post, _options.Url) { Content = new StringContent(payload, Encoding.UTF8, "application/json") };
        request.Headers.Add(WebhookSignature.DeliveryHeader, id);
        request.Headers.Add(WebhookSignature.TimestampHeader, timestamp);
        request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Of(_options.Secret!, id, timestamp, payload));
        return request;
    }

    private async ValueTask<Stream> ConnectAsync(DnsEndPoint target, Func<string, CancellationToken, Task<IPAddress[]>> resolve, CancellationToken cancellationToken)
    {
        var found = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await resolve(target.Host, cancellationToken).ConfigureAwait(false);
        var allowed = _options.AllowPrivateAddresses ? found : Array.FindAll(found, PublicAddresses.Contains);
        if (allowed.Length == 0) throw new AddressRefusedException(found.Length == 0 ? $"'{target.Host}' has no address" : $"'{target.Host}' is an address of this machine or of a private network, which the webhook is not allowed to reach");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

#pragma warning disable CA1032, CA1064 // never leaves this class
    private sealed class AddressRefusedException(string message) : Exception(message);
#pragma warning restore CA1032, CA1064
}
