using System.Globalization;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>Reads the objects of the MLflow API as other servers send them.</summary>
internal static class Received
{
    public static Experiment Experiment(JsonElement json) => new(Text(json, "experiment_id")!, Text(json, "name") ?? string.Empty, Time(json, "creation_time") ?? default)
    {
        UpdatedAt = Time(json, "last_update_time") ?? default,
        DeletedAt = Text(json, "lifecycle_stage") == "deleted" ? Time(json, "last_update_time") ?? default(DateTimeOffset) : null,
        ArtifactLocation = Text(json, "artifact_location"),
        Tags = Pairs(json, "tags"),
    };

    public static Run Run(JsonElement json)
    {
        var info = json.GetProperty("info");
        var data = json.TryGetProperty("data", out var found) ? found : default;
        var tags = Pairs(data, "tags");
        tags.Remove(MlflowMetadataStore.IdTag, out var ours);
        tags.Remove(MlflowMetadataStore.ErrorTag, out var error);
        return new(
            ours ?? Text(info, "run_id") ?? Text(info, "run_uuid")!,
            Text(info, "experiment_id") ?? string.Empty,
            Text(info, "run_name") ?? tags.GetValueOrDefault(RunTags.Name) ?? string.Empty,
            Status(Text(info, "status")),
            Time(info, "start_time") ?? default,
            Time(info, "end_time"),
            error,
            Pairs(data, "params"),
            List(data, "metrics").Select(Metric).ToDictionary(m => m.Name, StringComparer.Ordinal),
            tags,
            [.. List(json.TryGetProperty("inputs", out var inputs) ? inputs : default, "dataset_inputs").Select(Input)])
        {
            User = Text(info, "user_id") is { Length: > 0 } user ? user : null,
            DeletedAt = Text(info, "lifecycle_stage") == "deleted" ? Time(info, "end_time") ?? default(DateTimeOffset) : null,
        };
    }

    public static Metric Metric(JsonElement json) => new(Text(json, "key")!, WireRequest.DoubleOf(json.GetProperty("value")) ?? double.NaN, Integer(json, "step") ?? 0, Time(json, "timestamp") ?? default);

    public static RegisteredModel Model(JsonElement json) => new(Text(json, "name")!, Time(json, "creation_timestamp") ?? default)
    {
        UpdatedAt = Time(json, "last_updated_timestamp") ?? default,
        Description = Text(json, "description") is { Length: > 0 } text ? text : null,
        Tags = Pairs(json, "tags"),
        Aliases = List(json, "aliases").ToDictionary(a => Text(a, "alias")!, a => Number(Text(a, "version")), StringComparer.Ordinal),
        LastVersion = List(json, "latest_versions").Select(v => Number(Text(v, "version"))).DefaultIfEmpty().Max(),
    };

    public static ModelVersion Version(JsonElement json) => new(
        Text(json, "name")!,
        Number(Text(json, "version")),
        null,
        Text(json, "run_id") is { Length: > 0 } run ? run : null,
        Time(json, "creation_timestamp") ?? default,
        null,
        null,
        [.. List(json, "aliases").Select(a => a.GetString()!)])
    {
        UpdatedAt = Time(json, "last_updated_timestamp") ?? default,
        By = Text(json, "user_id") is { Length: > 0 } user ? user : "unknown",
        Source = Text(json, "source"),
        RunLink = Text(json, "run_link") is { Length: > 0 } link ? link : null,
        Description = Text(json, "description") is { Length: > 0 } text ? text : null,
        Stage = Text(json, "current_stage") ?? "None",
        Tags = Pairs(json, "tags"),
    };

    public static IEnumerable<JsonElement> List(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    public static string? Next(JsonElement json) => Text(json, "next_page_token") is { Length: > 0 } token ? token : null;

    public static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DatasetInput Input(JsonElement json)
    {
        var tags = Pairs(json, "tags");
        tags.Remove(DatasetWire.ContextTag, out var context);
        var dataset = json.GetProperty("dataset");
        return new(Text(dataset, "name") ?? string.Empty, Text(dataset, "digest") ?? string.Empty, context ?? string.Empty)
        {
            SourceType = Text(dataset, "source_type"),
            Source = Text(dataset, "source"),
            Schema = Text(dataset, "schema"),
            Profile = Text(dataset, "profile"),
            Tags = tags,
        };
    }

    private static Dictionary<string, string> Pairs(JsonElement json, string name) =>
        List(json, name).ToDictionary(pair => Text(pair, "key")!, pair => Text(pair, "value") ?? string.Empty, StringComparer.Ordinal);

    private static long? Integer(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? WireRequest.IntegerOf(value) : null;

    private static DateTimeOffset? Time(JsonElement json, string name) => Integer(json, name) is { } millis ? DateTimeOffset.FromUnixTimeMilliseconds(millis) : null;

    private static int Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static RunStatus Status(string? text) => text switch
    {
        "FINISHED" => RunStatus.Finished,
        "FAILED" => RunStatus.Failed,
        "KILLED" => RunStatus.Killed,
        "SCHEDULED" => RunStatus.Scheduled,
        _ => RunStatus.Running,
    };
}
