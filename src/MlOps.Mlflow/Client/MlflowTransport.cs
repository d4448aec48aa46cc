using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>Sends requests to an MLflow server and makes errors of ours out of its errors.</summary>
internal sealed class MlflowTransport(HttpClient http, MlflowClientOptions options, TimeProvider time, ILogger logger)
{
    public const string Api = "api/2.0/mlflow/";

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly AuthenticationHeaderValue? _authorization = Authorization(options);

    /// <summary>Reads something; null when there is no such thing.</summary>
    public Task<JsonElement?> GetAsync(string path, IEnumerable<(string Name, string? Value)> query, CancellationToken cancellationToken) =>
        SendAsync(() => new(HttpMethod.Get, Api + path + Query(query)), isRepeatable: true, isFinding: true, cancellationToken);

    /// <summary>Sends a JSON object.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, bool isRepeatable, Action<Utf8JsonWriter> write, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body, WireJson.Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        var bytes = body.ToArray();
        return (await SendAsync(
            () => new(method, Api + path) { Content = new ByteArrayContent(bytes) { Headers = { ContentType = new("application/json") } } }, isRepeatable, isFinding: false, cancellationToken).ConfigureAwait(false))!.Value;
    }

    /// <summary>Sends a stream, once: it cannot be read again.</summary>
    public async Task PutAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        using var request = Prepare(new(HttpMethod.Put, path) { Content = new StreamContent(content) { Headers = { ContentType = new("application/octet-stream") } } });
        using var response = await SendOnceAsync(request, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode) throw await ErrorAsync(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a stream that the caller disposes; null when there is no such thing.</summary>
    public async Task<Stream?> OpenAsync(string path, CancellationToken cancellationToken)
    {
        using var request = Prepare(new(HttpMethod.Get, path));
        var response = await SendOnceAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) return await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using (response)
        {
            return response.StatusCode == HttpStatusCode.NotFound ? null : throw await ErrorAsync(response, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task DeleteAsync(string path, CancellationToken cancellationToken) => SendAsync(() => new(HttpMethod.Delete, path), isRepeatable: true, isFinding: true, cancellationToken);

    public static string Query(IEnumerable<(string Name, string? Value)> query)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in query)
        {
            if (value is not null) text.Append(text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return text.ToString();
    }

    private async Task<JsonElement?> SendAsync(Func<HttpRequestMessage> make, bool isRepeatable, bool isFinding, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            string status;
            TimeSpan? asked = null;
            try
            {
                using var patience = new CancellationTokenSource(options.Timeout, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
                using var request = Prepare(make());
                using var response = await SendOnceAsync(request, cancellationToken, either.Token).ConfigureAwait(false);
                if (response.IsSuccessStatusCode) return await ReadAsync(response, cancellationToken).ConfigureAwait(false);
                if (isFinding && response.StatusCode == HttpStatusCode.NotFound) return null;
                if (attempt > options.MaxRetries || !IsWorthRepeating(response.StatusCode, isRepeatable)) throw await ErrorAsync(response, cancellationToken).ConfigureAwait(false);
                status = ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
                asked = response.Headers.RetryAfter?.Delta;
            }
            catch (StoreException e) when (e.IsTransient && e.InnerException is HttpRequestException && isRepeatable && attempt <= options.MaxRetries)
            {
                status = e.InnerException.GetType().Name;
            }

            logger.Retried(status, attempt);
            var wait = asked ?? options.RetryDelay * Math.Pow(2, attempt - 1);
            await Task.Delay(wait < LongestWait ? wait : LongestWait, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken) => SendOnceAsync(request, cancellationToken, cancellationToken);

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken, CancellationToken patience)
    {
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new StoreException($"The MLflow server at {http.BaseAddress} cannot be reached: {e.Message} Check the address and the network.", e, isTransient: true);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StoreException($"The MLflow server at {http.BaseAddress} did not answer in time. Try again, or give it longer.", e, isTransient: true);
        }
    }

    private HttpRequestMessage Prepare(HttpRequestMessage request)
    {
        request.Headers.Authorization = _authorization;
        return request;
    }

    // What made something may have made it although no answer came: only when the server refused to begin it is sent again.
    private static bool IsWorthRepeating(HttpStatusCode status, bool isRepeatable) => status switch
    {
        HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => true,
        HttpStatusCode.RequestTimeout or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => isRepeatable,
        _ => false,
    };

    private async Task<JsonElement?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return bytes.Length == 0 ? JsonDocument.Parse("{}").RootElement : JsonDocument.Parse(bytes).RootElement;
        }
        catch (JsonException e)
        {
            throw new StoreException($"What answers at {http.BaseAddress} is no MLflow server: it sent no JSON. Check the address.", e);
        }
    }

    private static async Task<Exception> ErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var (code, message) = Read(await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false));
        var status = (int)response.StatusCode;
        code ??= status switch
        {
            400 => "BAD_REQUEST",
            401 => "UNAUTHENTICATED",
            403 => ErrorCodes.PermissionDenied,
            404 => "ENDPOINT_NOT_FOUND",
            _ => ErrorCodes.InternalError,
        };
        return code switch
        {
            "ENDPOINT_NOT_FOUND" => new NotSupportedException($"The MLflow server has nothing at {response.RequestMessage?.RequestUri?.AbsolutePath}. It may be older than this call."),
            ErrorCodes.NotImplemented => new NotSupportedException($"The MLflow server does not do this: {message}"),
            _ => new MlflowServerException(code, status, message ?? response.ReasonPhrase ?? "no reason given"),
        };
    }

    private static (string? Code, string? Message) Read(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind != JsonValueKind.Object) return default;
            return (Text(json.RootElement, "error_code"), Text(json.RootElement, "message"));
        }
        catch (JsonException)
        {
            return default;
        }

        static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private static AuthenticationHeaderValue? Authorization(MlflowClientOptions options)
    {
        if (!string.IsNullOrEmpty(options.Token)) return new("Bearer", options.Token);
        return options.UserName is null ? null : new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.UserName}:{options.Password}")));
    }
}
