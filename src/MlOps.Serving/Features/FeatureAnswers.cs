using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Writes what Feast's feature server answers.</summary>
internal static class FeatureAnswers
{
    private static readonly JsonWriterOptions Options = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonEncodedText Present = JsonEncodedText.Encode("PRESENT"), Null = JsonEncodedText.Encode("NULL_VALUE");
    private static readonly JsonEncodedText Epoch = JsonEncodedText.Encode("1970-01-01T00:00:00Z"); // for what has no event, as Feast gives it

    public static Task DetailAsync(HttpContext context, int status, string detail) => WriteAsync(context, status, detail, static (json, detail) =>
    {
        json.WriteStartObject();
        json.WriteString("detail"u8, detail);
        json.WriteEndObject();
    });

    /// <summary>Writes an error of the request with its place, as FastAPI does.</summary>
    public static Task InvalidAsync(HttpContext context, IReadOnlyList<object> place, string message) => WriteAsync(context, StatusCodes.Status422UnprocessableEntity, (place, message), static (json, error) =>
    {
        json.WriteStartObject();
        json.WriteStartArray("detail"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "value_error"u8);
        json.WriteStartArray("loc"u8);
        json.WriteStringValue("body"u8);
        foreach (var part in error.place)
        {
            if (part is int position) json.WriteNumberValue(position);
            else json.WriteStringValue((string)part);
        }

        json.WriteEndArray();
        json.WriteString("msg"u8, error.message);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>Writes null, which is what Feast says when something is done.</summary>
    public static Task DoneAsync(HttpContext context) => WriteAsync(context, StatusCodes.Status200OK, 0, static (json, _) => json.WriteNullValue());

    /// <summary>Writes features column by column: first the join keys, as they were given, then the features.</summary>
    public static Task FeaturesAsync(HttpContext context, OnlineFeaturesRequest request, FeatureVectors vectors) =>
        WriteAsync(context, StatusCodes.Status200OK, (request, vectors), static (json, state) =>
        {
            var (request, vectors) = state;
            json.WriteStartObject();
            json.WriteStartObject("metadata"u8);
            json.WriteStartArray("feature_names"u8);
            for (var i = 0; i < request.Question.Names.Count; i++) json.WriteStringValue(request.Question.Names[i]);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartArray("results"u8);
            foreach (var key in request.Question.Columns.Keys) WriteKey(json, request.Given[key.Name]);
            var columns = new FeatureColumns(json, vectors);
            for (var feature = 0; feature < vectors.Columns.Count; feature++) columns.Write(feature);
            json.WriteEndArray();
            json.WriteEndObject();
        });

    private static void WriteKey(Utf8JsonWriter json, IReadOnlyList<FeatureValue> values)
    {
        json.WriteStartObject();
        json.WriteStartArray("values"u8);
        for (var i = 0; i < values.Count; i++) FeatureJson.Write(json, values[i]);
        json.WriteEndArray();
        json.WriteStartArray("statuses"u8);
        for (var i = 0; i < values.Count; i++) json.WriteStringValue(values[i].IsMissing ? Null : Present);
        json.WriteEndArray();
        json.WriteStartArray("event_timestamps"u8);
        for (var i = 0; i < values.Count; i++) json.WriteStringValue(Epoch);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static async Task WriteAsync<T>(HttpContext context, int status, T state, Action<Utf8JsonWriter, T> write)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var body = context.Response.BodyWriter;
        using (var json = new Utf8JsonWriter((IBufferWriter<byte>)body, Options)) write(json, state);
        await body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
