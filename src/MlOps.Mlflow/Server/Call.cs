using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>One request to the MLflow API: what it asks, what it asks it of, and how it is answered.</summary>
internal sealed class Call(MlflowServer server, HttpContext context, WireRequest request)
{
    public MlflowServer Server => server;

    public HttpContext Context => context;

    public WireRequest Request => request;

    public IMetadataStore Metadata => server.Metadata;

    public IModelRegistry Registry => server.Registry;

    public MlflowOptions Options => server.Options;

    public CancellationToken Aborted => context.RequestAborted;

    public DateTimeOffset Now => server.Time.GetUtcNow();

    /// <summary>Gets who calls, for the record: as the host's authentication says.</summary>
    public ChangeNote Note => new(context.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name : "an MLflow client", "over the MLflow API", Now);

    public Task ReplyAsync() => ReplyAsync(0, static (_, _) => { });

    public Task ReplyAsync<T>(T state, Action<Utf8JsonWriter, T> write) => ReplyAsync(context, StatusCodes.Status200OK, state, write);

    public static async Task ReplyAsync<T>(HttpContext context, int status, T state, Action<Utf8JsonWriter, T> write)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.Headers.XContentTypeOptions = "nosniff";
        var body = response.BodyWriter;
        using (var json = new Utf8JsonWriter((IBufferWriter<byte>)body, WireJson.Options))
        {
            json.WriteStartObject();
            write(json, state);
            json.WriteEndObject();
        }

        await body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    public static Task ErrorAsync(HttpContext context, string code, string message, int? status = null) =>
        ReplyAsync(context, status ?? ErrorCodes.StatusOf(code), (code, message), static (json, error) =>
        {
            json.WriteString("error_code"u8, error.code);
            json.WriteString("message"u8, error.message);
        });
}
