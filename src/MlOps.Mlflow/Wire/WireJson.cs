using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>Writes the objects of the MLflow API. What is unset and lists that are empty are left out, as protocol buffers do.</summary>
internal static class WireJson
{
    /// <summary>Texts as they are, but what HTML would read as markup is escaped.</summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);

    public static readonly JsonWriterOptions Options = new() { SkipValidation = true, Encoder = Encoder };

    public static readonly JsonSerializerOptions Text = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Utf8JsonWriter json, Experiment experiment, string location)
    {
        json.WriteString("experiment_id"u8, experiment.Id);
        json.WriteString("name"u8, experiment.Name);
        json.WriteString("artifact_location"u8, location);
        json.WriteString("lifecycle_stage"u8, experiment.DeletedAt is null ? "active"u8 : "deleted"u8);
        json.WriteNumber("last_update_time"u8, Millis(experiment.UpdatedAt));
        json.WriteNumber("creation_time"u8, Millis(experiment.CreatedAt));
        WriteTags(json, experiment.Tags);
    }

    public static void WriteInfo(Utf8JsonWriter json, Run run, string artifactUri)
    {
        json.WriteString("run_uuid"u8, run.Id);
        json.WriteString("experiment_id"u8, run.ExperimentId);
        json.WriteString("run_name"u8, run.Name);
        json.WriteString("user_id"u8, run.User ?? string.Empty);
        json.WriteString("status"u8, StatusOf(run.Status));
        json.WriteNumber("start_time"u8, Millis(run.StartedAt));
        if (run.EndedAt is { } end) json.WriteNumber("end_time"u8, Millis(end));
        json.WriteString("artifact_uri"u8, artifactUri);
        json.WriteString("lifecycle_stage"u8, run.DeletedAt is null ? "active"u8 : "deleted"u8);
        json.WriteString("run_id"u8, run.Id);
    }

    public static void Write(Utf8JsonWriter json, Run run, string artifactUri)
    {
        json.WriteStartObject("info"u8);
        WriteInfo(json, run, artifactUri);
        json.WriteEndObject();
        json.WriteStartObject("data"u8);
        if (run.Metrics.Count > 0)
        {
            json.WriteStartArray("metrics"u8);
            foreach (var metric in run.Metrics.Values) Write(json, metric);
            json.WriteEndArray();
        }

        WritePairs(json, "params", run.Parameters);
        WriteRunTags(json, run);
        json.WriteEndObject();
        json.WriteStartObject("inputs"u8);
        if (run.Inputs.Count > 0)
        {
            json.WriteStartArray("dataset_inputs"u8);
            foreach (var input in run.Inputs) Write(json, input);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Metric metric, string? runId = null)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, metric.Name);
        WriteNumber(json, metric.Value);
        json.WriteNumber("timestamp"u8, Millis(metric.Time));
        json.WriteNumber("step"u8, metric.Step);
        if (runId is not null) json.WriteString("run_id"u8, runId);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, RegisteredModel model, IReadOnlyList<ModelVersion> latest)
    {
        json.WriteString("name"u8, model.Name);
        json.WriteNumber("creation_timestamp"u8, Millis(model.CreatedAt));
        json.WriteNumber("last_updated_timestamp"u8, Millis(model.UpdatedAt));
        if (!string.IsNullOrEmpty(model.Description)) json.WriteString("description"u8, model.Description);
        if (latest.Count > 0)
        {
            json.WriteStartArray("latest_versions"u8);
            foreach (var version in latest)
            {
                json.WriteStartObject();
                Write(json, version);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        WriteTags(json, model.Tags);
        if (model.Aliases.Count == 0) return;
        json.WriteStartArray("aliases"u8);
        foreach (var (alias, version) in model.Aliases)
        {
            json.WriteStartObject();
            json.WriteString("alias"u8, alias);
            json.WriteString("version"u8, version.ToString(CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter json, ModelVersion version)
    {
        json.WriteString("name"u8, version.Model);
        json.WriteString("version"u8, version.Version.ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("creation_timestamp"u8, Millis(version.CreatedAt));
        json.WriteNumber("last_updated_timestamp"u8, Millis(version.UpdatedAt));
        json.WriteString("current_stage"u8, version.Stage);
        json.WriteString("description"u8, version.Description ?? string.Empty);
        json.WriteString("source"u8, ModelSources.Of(version));
        json.WriteString("run_id"u8, version.RunId ?? string.Empty);
        json.WriteString("status"u8, "READY"u8);
        WriteTags(json, version.Tags);
        json.WriteString("run_link"u8, version.RunLink ?? string.Empty);
        if (version.Aliases.Count == 0) return;
        json.WriteStartArray("aliases"u8);
        foreach (var alias in version.Aliases) json.WriteStringValue(alias);
        json.WriteEndArray();
    }

    public static long Millis(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    public static ReadOnlySpan<byte> StatusOf(RunStatus status) => status switch
    {
        RunStatus.Finished => "FINISHED"u8,
        RunStatus.Failed => "FAILED"u8,
        RunStatus.Killed => "KILLED"u8,
        RunStatus.Scheduled => "SCHEDULED"u8,
        _ => "RUNNING"u8,
    };

    public static void WriteNext(Utf8JsonWriter json, string? next)
    {
        if (next is not null) json.WriteString("next_page_token"u8, PageTokens.Write(next));
    }

    private static void WriteTags(Utf8JsonWriter json, IReadOnlyDictionary<string, string> tags) => WritePairs(json, "tags", tags);

    // Runs that were not made over this API may lack the tag that MLflow's tools expect.
    private static void WriteRunTags(Utf8JsonWriter json, Run run)
    {
        if (run.Tags.Count == 0 && run.Name.Length == 0) return;
        json.WriteStartArray("tags"u8);
        foreach (var (key, value) in run.Tags) WritePair(json, key, key == RunTags.Name ? run.Name : value);
        if (!run.Tags.ContainsKey(RunTags.Name)) WritePair(json, RunTags.Name, run.Name);
        json.WriteEndArray();
    }

    private static void WritePairs(Utf8JsonWriter json, string member, IReadOnlyDictionary<string, string> pairs)
    {
        if (pairs.Count == 0) return;
        json.WriteStartArray(member);
        foreach (var (key, value) in pairs) WritePair(json, key, value);
        json.WriteEndArray();
    }

    private static void WritePair(Utf8JsonWriter json, string key, string value)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, key);
        json.WriteString("value"u8, value);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DatasetInput input)
    {
        json.WriteStartObject();
        if (input.Tags.Count > 0 || input.Context.Length > 0)
        {
            json.WriteStartArray("tags"u8);
            foreach (var (key, value) in input.Tags) WritePair(json, key, value);
            if (input.Context.Length > 0) WritePair(json, DatasetWire.ContextTag, input.Context);
            json.WriteEndArray();
        }

        json.WriteStartObject("dataset"u8);
        json.WriteString("name"u8, input.Name);
        json.WriteString("digest"u8, input.Fingerprint);
        json.WriteString("source_type"u8, input.SourceType ?? string.Empty);
        json.WriteString("source"u8, input.Source ?? string.Empty);
        if (input.Schema is not null) json.WriteString("schema"u8, input.Schema);
        if (input.Profile is not null) json.WriteString("profile"u8, input.Profile);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, double value)
    {
        if (double.IsNaN(value)) json.WriteString("value"u8, "NaN"u8);
        else json.WriteNumber("value"u8, double.IsInfinity(value) ? Math.CopySign(double.MaxValue, value) : value);
    }
}
