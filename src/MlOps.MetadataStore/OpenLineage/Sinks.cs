using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging;

namespace MlOps.MetadataStore;

/// <summary>Somebody who takes events.</summary>
internal interface IOpenLineageSink
{
    /// <summary>Gets what it is called in metrics and logs.</summary>
    string Name { get; }

    /// <summary>Gets whether it takes several events at once.</summary>
    bool TakesMany { get; }

    /// <summary>Sends events, all of them or none.</summary>
    Task SendAsync(IReadOnlyList<string> events, CancellationToken cancellationToken);

    /// <summary>Says whether another attempt may go well.</summary>
    bool IsPassing(Exception error);
}

/// <summary>Appends events to a file, one a line. Several processes may share it: each has it alone while it writes.</summary>
internal sealed class FileSink(string path) : IOpenLineageSink
{
    private readonly string _path = Path.GetFullPath(path);

    public string Name => "file";

    public bool TakesMany => true;

    public async Task SendAsync(IReadOnlyList<string> events, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        var file = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, 1, useAsync: true);
        await using (file.ConfigureAwait(false))
        {
            var end = file.Seek(0, SeekOrigin.End);
            try
            {
                await file.WriteAsync(Encoding.UTF8.GetBytes(string.Join('\n', events) + "\n"), cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                file.SetLength(end); // no half a line
                throw;
            }
        }
    }

    public bool IsPassing(Exception error) => error is IOException and not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException);
}

/// <summary>Posts events, one a request.</summary>
internal sealed class HttpSink(IHttpClientFactory http, Uri url, string? apiKey, TimeSpan timeout) : IOpenLineageSink
{
    public const string ClientName = "MlOps.OpenLineage";

    // Made now: a host that stops sends its last events when it makes nothing any more.
    private readonly HttpClient _client = CreateClient(http, timeout);

    public string Name => "http";

    public bool TakesMany => false;

    public async Task SendAsync(IReadOnlyList<string> events, CancellationToken cancellationToken)
    {
        foreach (var json in events)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
            if (apiKey is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode) throw new HttpRequestException($"The receiver answered {(int)response.StatusCode}.", null, response.StatusCode);
        }
    }

    public bool IsPassing(Exception error) => error switch
    {
        HttpRequestException { StatusCode: { } status } => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500,
        HttpRequestException or TaskCanceledException => true,
        _ => false,
    };

    private static HttpClient CreateClient(IHttpClientFactory http, TimeSpan timeout)
    {
        var client = http.CreateClient(ClientName);
        client.Timeout = timeout;
        return client;
    }
}

/// <summary>Writes events to the log.</summary>
internal sealed class LogSink(ILogger logger) : IOpenLineageSink
{
    public string Name => "log";

    public bool TakesMany => true;

    public Task SendAsync(IReadOnlyList<string> events, CancellationToken cancellationToken)
    {
        foreach (var json in events) logger.OpenLineage(json);
        return Task.CompletedTask;
    }

    public bool IsPassing(Exception error) => false;
}
