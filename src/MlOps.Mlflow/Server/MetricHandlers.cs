using System.Buffers;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>Histories of metrics.</summary>
internal static class MetricHandlers
{
    private const int PageSize = 10_000;
    private const int MostRuns = 100;
    private const int MostBulk = 25_000;
    private const int MostInterval = 2_500;

    public static async Task HistoryAsync(Call call)
    {
        var request = call.Request;
        var runId = request.RunId();
        var key = request.RequiredText("metric_key");
        var limit = request.Integer("max_results") is { } wanted ? WireNames.CheckLimit(wanted, int.MaxValue) : (int?)null;
        var after = PageTokens.Read(request.Text("page_token"));
        var page = await ReadAsync(call, runId, key, Math.Min(limit ?? PageSize, PageSize), after).ConfigureAwait(false);
        var response = call.Context.Response;
        response.ContentType = "application/json";
        response.Headers.XContentTypeOptions = "nosniff";
        using var json = new Utf8JsonWriter((IBufferWriter<byte>)response.BodyWriter, WireJson.Options);
        json.WriteStartObject();
        var left = limit ?? int.MaxValue;
        if (page.Items.Count > 0)
        {
            json.WriteStartArray("metrics"u8);
            while (true)
            {
                foreach (var metric in page.Items) WireJson.Write(json, metric);
                left -= page.Items.Count;
                if (page.Next is null || left <= 0) break;
                json.Flush(); // a long history does not lie in memory
                await response.BodyWriter.FlushAsync(call.Aborted).ConfigureAwait(false);
                page = await ReadAsync(call, runId, key, Math.Min(left, PageSize), page.Next).ConfigureAwait(false);
            }

            json.WriteEndArray();
        }

        if (limit is not null) WireJson.WriteNext(json, page.Next);
        json.WriteEndObject();
        json.Flush();
        await response.BodyWriter.FlushAsync(call.Aborted).ConfigureAwait(false);
    }

    public static async Task BulkAsync(Call call)
    {
        var request = call.Request;
        var runs = request.Texts("run_id");
        if (runs.Count == 0) throw WireException.Invalid("GetMetricHistoryBulk request must specify at least one run_id.");
        if (runs.Count > MostRuns) throw WireException.Invalid($"GetMetricHistoryBulk request cannot specify more than {MostRuns} run_ids. Received {runs.Count} run_ids.");
        if (request.Text("metric_key") is not { Length: > 0 } key) throw WireException.Invalid("GetMetricHistoryBulk request must specify a metric_key.");
        var left = (int)Math.Min(request.Integer("max_results") is { } wanted ? WireNames.CheckLimit(wanted, int.MaxValue) : MostBulk, MostBulk);
        var found = new List<(string RunId, Metric Metric)>();
        foreach (var run in runs.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var metrics = await AllAsync(call, run, key).ConfigureAwait(false);
            found.AddRange(metrics.OrderBy(m => m.Time).ThenBy(m => m.Step).ThenBy(m => m.Value).Take(left - found.Count).Select(metric => (run, metric)));
            if (found.Count >= left) break;
        }

        await call.ReplyAsync(found, static (json, found) =>
        {
            json.WriteStartArray("metrics"u8);
            foreach (var (run, metric) in found) WireJson.Write(json, metric, run);
            json.WriteEndArray();
        }).ConfigureAwait(false);
    }

    public static async Task BulkIntervalAsync(Call call)
    {
        var request = call.Request;
        var runs = request.Texts("run_ids");
        if (runs.Count == 0) throw WireException.Missing("run_ids");
        if (runs.Count > MostRuns) throw WireException.Invalid($"GetMetricHistoryBulkInterval request must specify at most {MostRuns} run_ids. Received {runs.Count} run_ids.");
        var key = request.RequiredText("metric_key");
        var limit = request.Integer("max_results") ?? MostInterval;
        if (limit is < 1 or > MostInterval) throw WireException.Invalid($"max_results must be between 1 and {MostInterval}. See the API docs for more information about request parameters.");
        var (start, end) = (request.Integer("start_step"), request.Integer("end_step"));
        if (start is null != end is null) throw WireException.Invalid("If either start step or end step are specified, both must be specified.");
        if (start > end) throw WireException.Invalid($"end_step must be greater than start_step. Found start_step={start} and end_step={end}.");
        var histories = new List<(string RunId, List<Metric> Metrics)>();
        foreach (var run in runs.Distinct(StringComparer.Ordinal))
        {
            var metrics = await AllAsync(call, run, key).ConfigureAwait(false);
            if (start is not null) metrics.RemoveAll(m => m.Step < start || m.Step > end);
            if (metrics.Count > 0) histories.Add((run, metrics));
        }

        var steps = Sample([.. histories.SelectMany(h => h.Metrics).Select(m => m.Step).Distinct().Order()], (int)limit);
        foreach (var (_, metrics) in histories)
        {
            steps.Add(metrics[0].Step);
            steps.Add(metrics[^1].Step);
        }

        await call.ReplyAsync((histories, steps), static (json, state) =>
        {
            var (histories, steps) = state;
            if (histories.Count == 0) return;
            json.WriteStartArray("metrics"u8);
            foreach (var (run, metrics) in histories)
            {
                foreach (var metric in metrics) if (steps.Contains(metric.Step)) WireJson.Write(json, metric, run);
            }

            json.WriteEndArray();
        }).ConfigureAwait(false);
    }

    /// <summary>Picks steps at even distances, and the last.</summary>
    public static HashSet<long> Sample(long[] steps, int limit)
    {
        if (steps.Length <= limit) return [.. steps];
        var interval = steps.Length / (double)limit;
        var picked = new HashSet<long> { steps[^1] };
        for (var i = 0; i < limit; i++) picked.Add(steps[(int)(i * interval)]);
        return picked;
    }

    private static async Task<Page<Metric>> ReadAsync(Call call, string runId, string key, int limit, string? after)
    {
        try
        {
            return await call.Metadata.GetMetricHistoryAsync(runId, key, limit, after, call.Aborted).ConfigureAwait(false);
        }
        catch (NotFoundException)
        {
            return new([], null);
        }
    }

    private static async Task<List<Metric>> AllAsync(Call call, string runId, string key)
    {
        var metrics = new List<Metric>();
        string? after = null;
        do
        {
            var page = await ReadAsync(call, runId, key, PageSize, after).ConfigureAwait(false);
            metrics.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);
        return metrics;
    }
}
