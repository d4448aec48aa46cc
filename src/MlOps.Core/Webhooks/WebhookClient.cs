using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MlOps.Core;

/// <summary>Where something is sent, and under which conditions.</summary>
/// <param name="Url">The address.</param>
/// <param name="Secret">What it is signed with; null to send it without a signature.</param>
/// <param name="AllowPrivateAddresses">Whether it may be one of this machine, of a private network or of a link.</param>
/// <param name="Timeout">How long one attempt may take.</param>
internal sealed record WebhookTarget(Uri Url, string? Secret, bool AllowPrivateAddresses, TimeSpan Timeout)
{
    /// <summary>Says whether something can be sent to an address: https or http, without a user and a fragment.</summary>
    public static bool IsAddress(Uri url) => url is { IsAbsoluteUri: true, Scheme: "https" or "http", UserInfo: "", Fragment: "" };
}

/// <summary>Sends JSON to an address that a host configured, once.</summary>
/// <remarks>
/// The address is looked up when the connection is made, and the connection goes to what was looked up and allowed: a name that answers otherwise the next time gains
/// nothing. No redirect is followed, no proxy asked, no cookie kept, and of an answer only the status is read.
/// </remarks>
internal sealed class WebhookClient : IDisposable
{
    private readonly WebhookTarget _target;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    public WebhookClient(WebhookTarget target, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        (_target, _time) = (target, time);
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
    /// <param name="deliveryId">What tells this message from others; the same message sent again has the same.</param>
    /// <param name="payload">The JSON.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Why it was not received; null when it was.</returns>
    public async Task<string?> SendAsync(string deliveryId, string payload, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_target.Timeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = Request(deliveryId, payload);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? null : string.Create(CultureInfo.InvariantCulture, $"it answered with the status {(int)response.StatusCode}");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"it did not answer within {_target.Timeout.TotalSeconds:0.###} s");
        }
        catch (HttpRequestException e)
        {
            return e.InnerException is AddressRefusedException refused ? refused.Message : $"it cannot be reached: {e.Message}";
        }
    }

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage Request(string deliveryId, string payload)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _target.Url) { Content = new StringContent(payload, Encoding.UTF8, "application/json") };
        if (_target.Secret is not { } secret) return request;
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Headers.Add(WebhookSignature.DeliveryHeader, deliveryId);
        request.Headers.Add(WebhookSignature.TimestampHeader, timestamp);
        request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Of(secret, deliveryId, timestamp, payload));
        return request;
    }

    private async ValueTask<Stream> ConnectAsync(DnsEndPoint target, Func<string, CancellationToken, Task<IPAddress[]>> resolve, CancellationToken cancellationToken)
    {
        var found = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await resolve(target.Host, cancellationToken).ConfigureAwait(false);
        var allowed = _target.AllowPrivateAddresses ? found : Array.FindAll(found, PublicAddresses.Contains);
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
