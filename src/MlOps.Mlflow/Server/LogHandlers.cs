using System.Text.Json;
using System.Text.Json.Nodes;
using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>What is logged to runs. Every request is one transaction of the store.</summary>
internal static class LogHandlers
{
    private const string History = "mlflow.log-model.history";
    private const int MostMetrics = 1000;
    private const int MostOthers = 100;
    private const int MostTogether = 1000;

    private static readonly string[] ModelFields = ["artifact_path", "flavors", "run_id", "utc_time_created"];

    public static async Task MetricAsync(Call call)
    {
        var request = call.Request;
        var runId = request.RunId();
        var key = request.RequiredText("key");
        if (!request.Has("value")) throw WireException.Missing("value");
        var value = request.Double("value") ?? throw WireException.Missing("value");
        var timestamp = request.Integer("timestamp") ?? throw WireException.Missing("timestamp");
        var step = request.Integer("step") ?? 0;
        WireNames.CheckMetric(string.Empty, key);
        await LogAsync(call, runId, new() { Metrics = [new(key, value, step, MetricTime(string.Empty, key, value, timestamp))] }).ConfigureAwait(false);
    }

    public static async Task ParameterAsync(Call call)
    {
        var request = call.Request;
        var runId = request.RunId();
        var key = request.RequiredText("key");
        var value = WireNames.CheckParam(string.Empty, key, request.Text("value") ?? string.Empty, call.Options.TruncateLongValues);
        await LogAsync(call, runId, new() { Parameters = new Dictionary<string, string> { [key] = value } }, isBatch: false).ConfigureAwait(false);
    }

    public static async Task SetTagAsync(Call call)
    {
        var request = call.Request;
        var runId = request.RunId();
        var key = request.RequiredText("key");
        var value = WireNames.CheckTag(string.Empty, key, request.Text("value") ?? string.Empty, call.Options.TruncateLongValues);
        await LogAsync(call, runId, new() { Tags = new Dictionary<string, string> { [key] = value } }).ConfigureAwait(false);
    }

    public static async Task DeleteTagAsync(Call call)
    {
        var runId = call.Request.RunId();
        var key = call.Request.RequiredText("key");
        var run = await call.Server.Runs.FindAsync(runId, call.Aborted).ConfigureAwait(false);
        if (run.DeletedAt is not null) throw WireException.DeletedRun(runId);
        if (!run.Tags.ContainsKey(key)) throw new WireException(ErrorCodes.ResourceDoesNotExist, $"No tag with name: {key} in run with id {runId}");
        await LogAsync(call, runId, new() { RemovedTags = [key] }).ConfigureAwait(false);
    }

    public static async Task BatchAsync(Call call)
    {
        var request = call.Request;
        var runId = request.RunId();
        var metrics = ReadMetrics(request, out var metricCount);
        var paramCount = request.List("params", out _);
        var tagCount = request.List("tags", out _);
        var truncate = call.Options.TruncateLongValues;
        Check("metrics", MostMetrics, metricCount);
        var params_ = ReadPairs(request, "params", paramCount, (path, key, value) => WireNames.CheckParam(path, key, value, truncate), refuseTwice: true);
        var tags = ReadPairs(request, "tags", tagCount, (path, key, value) => WireNames.CheckTag(path, key, value, truncate), refuseTwice: false);
        Check("metrics, params, and tags", MostTogether, metricCount + paramCount + tagCount);
        WireNames.CheckRunId(runId);
        await LogAsync(call, runId, new() { Metrics = metrics, Parameters = params_, Tags = tags }).ConfigureAwait(false);
    }

    public static async Task InputsAsync(Call call)
    {
        var runId = call.Request.RunId();
        if (!call.Request.Has("datasets")) throw WireException.Missing("datasets");
        if (call.Request.List("datasets", out var list) is > 1000 and var count) Check("datasets", 1000, count);
        await LogAsync(call, runId, new() { Inputs = list.ValueKind == JsonValueKind.Array ? DatasetWire.Read(list) : [] }).ConfigureAwait(false);
    }

    public static async Task ModelAsync(Call call)
    {
        var runId = call.Request.RunId();
        var text = call.Request.RequiredText("model_json");
        var model = ReadModel(text);
        if (model is not JsonObject fields) throw WireException.Invalid("Malformed model info. \n" + PythonText.Json(text) + " \n is not a valid JSON.");
        var missing = Array.FindAll(ModelFields, field => !fields.ContainsKey(field));
        if (missing.Length > 0) throw WireException.Invalid($"Model json is missing mandatory fields: {{{string.Join(", ", missing.Select(m => $"'{m}'"))}}}");
        var run = await call.Server.Runs.FindAsync(runId, call.Aborted).ConfigureAwait(false);
        if (run.DeletedAt is not null) throw WireException.DeletedRun(runId);
        var history = run.Tags.TryGetValue(History, out var before) && ReadModel(before) is JsonArray logged ? logged : [];
        history.Add(model);
        await LogAsync(call, runId, new() { Tags = new Dictionary<string, string> { [History] = history.ToJsonString(WireJson.Text) } }).ConfigureAwait(false);
    }

    private static JsonNode? ReadModel(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static List<Metric> ReadMetrics(WireRequest request, out int count)
    {
        count = request.List("metrics", out var list);
        var metrics = new List<Metric>(Math.Min(count, MostMetrics));
        if (count == 0) return metrics;
        Check("metrics", MostMetrics, count);
        var index = 0;
        string? last = null; // batches often hold one metric many times
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object) throw WireRequest.Wrong("metrics", list);
            string? key = null;
            JsonElement value = default, timestamp = default, step = default;
            foreach (var member in item.EnumerateObject())
            {
                if (member.NameEquals("key"u8)) key = last is not null && member.Value.ValueKind == JsonValueKind.String && member.Value.ValueEquals(last) ? last : WireRequest.Member(item, "key", "metrics", list);
                else if (member.NameEquals("value"u8)) value = member.Value;
                else if (member.NameEquals("timestamp"u8)) timestamp = member.Value;
                else if (member.NameEquals("step"u8)) step = member.Value;
            }

            if (string.IsNullOrEmpty(key)) throw WireException.Missing($"metrics[{index}].key");
            if (IsMissing(value)) throw WireException.Missing($"metrics[{index}].value");
            if (IsMissing(timestamp)) throw WireException.Missing($"metrics[{index}].timestamp");
            if (!ReferenceEquals(key, last)) WireNames.CheckMetric($"metrics[{index}].", key);
            last = key;
            var number = WireRequest.DoubleOf(value) ?? throw WireRequest.Wrong($"metrics[{index}].value", value);
            var time = WireRequest.IntegerOf(timestamp) ?? throw WireRequest.Wrong($"metrics[{index}].timestamp", timestamp);
            var at = IsMissing(step) ? 0 : WireRequest.IntegerOf(step) ?? throw WireRequest.Wrong($"metrics[{index}].step", step);
            metrics.Add(new(key, number, at, MetricTime($"metrics[{index}].", key, number, time)));
            index++;
        }

        return metrics;
    }

    private static Dictionary<string, string> ReadPairs(WireRequest request, string name, int count, Func<string, string, string, string> check, bool refuseTwice)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (count == 0) return pairs;
        Check(name, MostOthers, count);
        request.List(name, out var list);
        var index = 0;
        List<string>? twice = null;
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object) throw WireRequest.Wrong(name, list);
            var key = WireRequest.Member(item, "key", name, list) is { Length: > 0 } text ? text : throw WireException.Missing($"{name}[{index}].key");
            var value = check($"{name}[{index}].", key, WireRequest.Member(item, "value", name, list) ?? string.Empty);
            if (refuseTwice && pairs.ContainsKey(key)) (twice ??= []).Add(key);
            pairs[key] = value;
            index++;
        }

        if (twice is not null) throw WireException.Invalid($"Duplicate parameter keys have been submitted: [{string.Join(", ", twice.Select(PythonText.Quoted))}]. Please ensure the request contains only one param value per param key.");
        return pairs;
    }

    private static bool IsMissing(JsonElement value) => value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null || (value.ValueKind == JsonValueKind.String && value.ValueEquals(string.Empty));

    private static DateTimeOffset MetricTime(string path, string key, double value, long timestamp)
    {
        if (timestamp >= 0 && timestamp <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()) return DateTimeOffset.FromUnixTimeMilliseconds(timestamp);
        throw WireException.Invalid($"Invalid value {timestamp} for parameter '{path}timestamp' supplied: metric '{key}' (value={PythonText.Number(value)}). Timestamp must be a nonnegative long (64-bit integer) ");
    }

    private static void Check(string what, int most, int count)
    {
        if (count > most) throw WireException.Invalid($"A batch logging request can contain at most {most} {what}. Got {count} {what}. Please split up {what} across multiple requests and try again.");
    }

    /// <summary>Records entries. Only when the store refuses them it is asked why.</summary>
    private static async Task LogAsync(Call call, string runId, RunEntries entries, bool isBatch = true)
    {
        if (runId == RunDirectory.Loose) throw WireException.NoRun(runId);
        try
        {
            await call.Metadata.LogAsync(runId, entries, call.Aborted).ConfigureAwait(false);
        }
        catch (NotFoundException)
        {
            throw WireException.NoRun(runId);
        }
        catch (ConflictException)
        {
            var run = await call.Server.Runs.FindAsync(runId, call.Aborted).ConfigureAwait(false);
            throw run.DeletedAt is not null ? WireException.DeletedRun(runId) : Changed(run, entries, isBatch);
        }

        await call.ReplyAsync().ConfigureAwait(false);
    }

    private static WireException Changed(Run run, RunEntries entries, bool isBatch)
    {
        var changed = entries.Parameters.Where(p => run.Parameters.TryGetValue(p.Key, out var before) && before != p.Value).Select(p => (p.Key, Before: run.Parameters[p.Key], p.Value)).ToList();
        if (!isBatch && changed is [var (key, old, value)])
            return WireException.Invalid($"Changing param values is not allowed. Param with key='{key}' was already logged with value='{old}' for run ID='{run.Id}'. Attempted logging new value '{value}'.");
        var list = string.Join(", ", changed.Select(c => $"{{'key': {PythonText.Quoted(c.Key)}, 'old_value': {PythonText.Quoted(c.Before)}, 'new_value': {PythonText.Quoted(c.Value)}}}"));
        return WireException.Invalid($"Changing param values is not allowed. Params were already logged='[{list}]' for run ID='{run.Id}'.");
    }
}
