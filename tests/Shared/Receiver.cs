using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace MlOps.Tests;

/// <summary>What a webhook was told.</summary>
internal sealed record Received(string Start, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>A small HTTP server on this machine that answers as the test says.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Received> _received = Channel.CreateUnbounded<Received>();
    private readonly Task _serving;

    public Receiver()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/hook?a=b");

    /// <summary>Gets or sets the status line and headers of the answers; null gives none.</summary>
    public Func<Received, string?> Answer { get; set; } = _ => "204 No Content";

    public int Count => _received.Reader.Count;

    public ValueTask<Received> NextAsync(CancellationToken cancellationToken) => _received.Reader.ReadAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true) connections.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
            while (await reader.ReadLineAsync(_stop.Token) is { } start)
            {
                var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line) headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
                var bytes = int.Parse(headers["Content-Length"], System.Globalization.CultureInfo.InvariantCulture);
                var body = new StringBuilder();
                var buffer = new char[1];
                while (Encoding.UTF8.GetByteCount(body.ToString()) < bytes && await reader.ReadAsync(buffer, _stop.Token) > 0) body.Append(buffer[0]);
                var received = new Received(start, headers, body.ToString());
                if (Answer(received) is { } answer) await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n"), _stop.Token);
                await _received.Writer.WriteAsync(received, _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // The test is over, or the other side has hung up.
        }
    }
}
