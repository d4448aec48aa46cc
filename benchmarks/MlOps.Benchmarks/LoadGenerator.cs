using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MlOps.Benchmarks;

/// <summary>A plain HTTP/1.1 client that costs little beside the server that it measures: it sends the same bytes again and again and counts the answers. Loopback only.</summary>
internal static class LoadGenerator
{
    /// <summary>Posts a body from several connections for a while.</summary>
    /// <returns>Answers a second, after a warm-up.</returns>
    public static async Task<double> RequestsPerSecondAsync(int port, string path, string json, int connections = 16)
    {
        var body = Encoding.UTF8.GetBytes(json);
        byte[] request = [.. Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];
        await RunAsync(port, request, connections, TimeSpan.FromSeconds(2));
        var elapsed = Stopwatch.StartNew();
        var answers = await RunAsync(port, request, connections, TimeSpan.FromSeconds(4));
        return answers / elapsed.Elapsed.TotalSeconds;
    }

    private static async Task<long> RunAsync(int port, byte[] request, int connections, TimeSpan time)
    {
        using var end = new CancellationTokenSource(time);
        var counts = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => ConnectionAsync(port, request, end.Token))));
        return counts.Sum();
    }

    private static async Task<long> ConnectionAsync(int port, byte[] request, CancellationToken end)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        var buffer = new byte[64 << 10];
        long answers = 0;
        while (!end.IsCancellationRequested)
        {
            await socket.SendAsync(request, CancellationToken.None);
            var received = 0;
            while (true)
            {
                if (received == buffer.Length) Array.Resize(ref buffer, 2 * received);
                var count = await socket.ReceiveAsync(buffer.AsMemory(received), CancellationToken.None);
                if (count == 0) throw new InvalidOperationException($"The server closed the connection after {received} bytes of an answer.");
                received += count;
                if (IsComplete(buffer.AsSpan(0, received))) break;
            }

            answers++;
        }

        return answers;
    }

    private static bool IsComplete(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0) return false;
        if (!answer.StartsWith("HTTP/1.1 200"u8)) throw new InvalidOperationException(Encoding.UTF8.GetString(answer));
        var length = answer[..head].IndexOf("Content-Length: "u8);
        if (length < 0) return answer.EndsWith("0\r\n\r\n"u8); // chunked
        return Utf8Parser.TryParse(answer[(length + 16)..], out int size, out _) && answer.Length >= head + 4 + size;
    }
}
