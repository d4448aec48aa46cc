using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Writes what the Open Inference Protocol v2 answers.</summary>
internal static class Answers
{
    private static readonly JsonWriterOptions Options = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string ServerVersion = typeof(Answers).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    public static Task ErrorAsync(HttpContext context, int status, string message) => WriteAsync(context, status, message, static (json, text) => json.WriteString("error"u8, text));

    public static Task ServerAsync(HttpContext context) => WriteAsync(context, StatusCodes.Status200OK, 0, static (json, _) =>
    {
        json.WriteString("name"u8, "mlops.sdk"u8);
        json.WriteString("version"u8, ServerVersion);
        json.WriteStartArray("extensions"u8);
        json.WriteEndArray();
    });

    public static Task LiveAsync(HttpContext context) => WriteAsync(context, StatusCodes.Status200OK, 0, static (json, _) => json.WriteBoolean("live"u8, true));

    public static Task ReadyAsync(HttpContext context) => WriteAsync(context, StatusCodes.Status200OK, 0, static (json, _) =>
    {
        json.WriteBoolean("live"u8, true);
        json.WriteBoolean("ready"u8, true);
    });

    public static Task ModelReadyAsync(HttpContext context, ServedModel served) => WriteAsync(context, StatusCodes.Status200OK, served, static (json, served) =>
    {
        json.WriteString("name"u8, served.Name);
        json.WriteBoolean("ready"u8, true);
    });

    /// <summary>Writes what a model takes and gives: inputs that the host brings when they are left out have the parameter <c>optional</c>, and what they are found by stands behind the model's own.</summary>
    public static Task ModelAsync(HttpContext context, ServedModel served, IReadOnlyList<ModelVersion> versions, RequestColumns columns) =>
        WriteAsync(context, StatusCodes.Status200OK, (served, versions, columns), static (json, state) =>
        {
            var (served, versions, columns) = state;
            var manifest = served.Model.Manifest;
            json.WriteString("name"u8, served.Name);
            json.WriteStartArray("versions"u8);
            foreach (var version in versions) json.WriteStringValue(version.Version.ToString(CultureInfo.InvariantCulture));
            json.WriteEndArray();
            json.WriteString("platform"u8, manifest.Platform);
            WriteSpecs(json, "inputs", columns.Inputs, columns.Optional);
            WriteSpecs(json, "outputs", manifest.Signature.Outputs, []);
            json.WriteStartObject("properties"u8);
            json.WriteString("version"u8, served.VersionText);
            json.WriteString("digest"u8, served.Version.RequireBundle().Artifact.Digest);
            json.WriteString("task"u8, manifest.Task);
            json.WriteEndObject();
        });

    /// <summary>Writes predictions; what is odd about the inputs stands in the parameter <c>warnings</c>.</summary>
    public static Task PredictionsAsync(HttpContext context, ServedModel served, string id, IReadOnlyList<Tensor> outputs, IReadOnlyList<InputFinding> flagged) =>
        WriteAsync(context, StatusCodes.Status200OK, (served, id, outputs, flagged), static (json, state) =>
        {
            var (served, id, outputs, flagged) = state;
            json.WriteString("model_name"u8, served.Name);
            json.WriteString("model_version"u8, served.VersionText);
            json.WriteString("id"u8, id);
            if (flagged.Count > 0)
            {
                json.WriteStartObject("parameters"u8);
                json.WriteStartArray("warnings"u8);
                for (var i = 0; i < flagged.Count; i++) json.WriteStringValue(InputGuards.Words(flagged[i]));
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteStartArray("outputs"u8);
            for (var i = 0; i < outputs.Count; i++) TensorJson.Write(json, outputs[i]);
            json.WriteEndArray();
        });

    private static void WriteSpecs(Utf8JsonWriter json, string member, IReadOnlyList<TensorSpec> specs, IReadOnlyList<string> optional)
    {
        json.WriteStartArray(member);
        foreach (var spec in specs)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, spec.Name);
            json.WriteString("datatype"u8, TensorJson.DatatypeOf(spec.Type));
            json.WriteStartArray("shape"u8);
            json.WriteNumberValue(-1);
            json.WriteNumberValue(spec.Width);
            json.WriteEndArray();
            if (optional.Contains(spec.Name))
            {
                json.WriteStartObject("parameters"u8);
                json.WriteBoolean("optional"u8, true);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static async Task WriteAsync<T>(HttpContext context, int status, T state, Action<Utf8JsonWriter, T> write)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var body = context.Response.BodyWriter;
        using (var json = new Utf8JsonWriter((IBufferWriter<byte>)body, Options))
        {
            json.WriteStartObject();
            write(json, state);
            json.WriteEndObject();
        }

        await body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
