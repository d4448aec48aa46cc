using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>The experiments and runs of an MLflow server.</summary>
/// <remarks>
/// The server chooses the identifiers of runs, so a run of ours carries its own in the tag <see cref="IdTag"/> and is found by it. A change of several kinds, and entries that do not fit into one
/// batch, are several requests: should one fail, those before it stay.
/// </remarks>
internal sealed class MlflowMetadataStore(MlflowTransport server, MlflowArtifacts files, IArtifactStore? artifacts) : IMetadataStore
{
    public const string IdTag = "mlops.runId";
    public const string ErrorTag = "mlops.error";

    private const int MostMetrics = 1000;
    private const int MostPairs = 100;
    private const int MostDigest = 36;
    private const int PageSize = 1000;

    private readonly ConcurrentDictionary<string, string> _theirs = new(StringComparer.Ordinal);

    public async Task<Experiment> CreateExperimentAsync(NewExperiment experiment, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        var created = await Refusals.ConflictAsync(() => PostAsync("experiments/create", false, json =>
        {
            json.WriteString("name"u8, experiment.Name);
            if (experiment.ArtifactLocation is not null) json.WriteString("artifact_location"u8, experiment.ArtifactLocation);
            WritePairs(json, "tags", experiment.Tags);
        }, cancellationToken)).ConfigureAwait(false);
        var id = Received.Text(created, "experiment_id")!;
        return await FindExperimentAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new NotFoundException("experiment", id);
    }

    public async Task<Experiment?> FindExperimentAsync(string experimentId, CancellationToken cancellationToken = default) =>
        Single(await server.GetAsync("experiments/get", [("experiment_id", experimentId)], cancellationToken).ConfigureAwait(false));

    public async Task<Experiment?> FindExperimentByNameAsync(string name, CancellationToken cancellationToken = default) =>
        Single(await server.GetAsync("experiments/get-by-name", [("experiment_name", name)], cancellationToken).ConfigureAwait(false));

    public async Task<Experiment> ChangeExperimentAsync(string experimentId, ExperimentChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.IsDeleted == false) await DoAsync("restore", json => { }).ConfigureAwait(false);
        if (change.Name is { } name) await DoAsync("update", json => json.WriteString("new_name"u8, name)).ConfigureAwait(false);
        foreach (var key in change.RemovedTags) await DoAsync("delete-experiment-tag", json => json.WriteString("key"u8, key)).ConfigureAwait(false);
        foreach (var (key, value) in change.Tags) await DoAsync("set-experiment-tag", json => WritePair(json, key, value)).ConfigureAwait(false);
        if (change.IsDeleted == true) await DoAsync("delete", json => { }).ConfigureAwait(false);
        return await FindExperimentAsync(experimentId, cancellationToken).ConfigureAwait(false) ?? throw new NotFoundException("experiment", experimentId);

        Task DoAsync(string verb, Action<Utf8JsonWriter> write) => Refusals.MissingAsync("experiment", experimentId, () => Refusals.ConflictAsync(() => PostAsync($"experiments/{verb}", true, json =>
        {
            json.WriteString("experiment_id"u8, experimentId);
            write(json);
        }, cancellationToken)));
    }

    public async Task<Page<Experiment>> SearchExperimentsAsync(ExperimentQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var found = await Refusals.SearchAsync(() => PostAsync("experiments/search", true, json =>
        {
            json.WriteNumber("max_results"u8, query.Limit);
            json.WriteString("view_type"u8, ViewOf(query.View));
            WriteSearch(json, query.Filter, query.OrderBy, query.After);
        }, cancellationToken)).ConfigureAwait(false);
        return new([.. Received.List(found, "experiments").Select(Received.Experiment)], Received.Next(found));
    }

    public async Task StartRunAsync(NewRun run, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        var experiment = run.ExperimentId ?? await ExperimentIdAsync(run, cancellationToken).ConfigureAwait(false);
        if (await TheirsAsync(run.Id, [experiment], cancellationToken).ConfigureAwait(false) is { } known)
        {
            await PostAsync("runs/update", true, json =>
            {
                json.WriteString("run_id"u8, known);
                json.WriteString("status"u8, "RUNNING"u8);
            }, cancellationToken).ConfigureAwait(false);
            return;
        }

        var tags = new Dictionary<string, string>(run.Tags, StringComparer.Ordinal) { [IdTag] = run.Id };
        tags.TryAdd(RunTags.Name, run.Name);
        if (run.ParentId is { } parent) tags[RunTags.Parent] = await TheirsAsync(parent, null, cancellationToken).ConfigureAwait(false) ?? parent;
        var created = await Refusals.MissingAsync("experiment", experiment, () => Refusals.ConflictAsync(() => PostAsync("runs/create", false, json =>
        {
            json.WriteString("experiment_id"u8, experiment);
            json.WriteString("run_name"u8, tags[RunTags.Name]);
            json.WriteNumber("start_time"u8, WireJson.Millis(run.StartedAt));
            if (run.User is not null) json.WriteString("user_id"u8, run.User);
            WritePairs(json, "tags", tags);
        }, cancellationToken))).ConfigureAwait(false);
        _theirs[run.Id] = Received.Text(created.GetProperty("run").GetProperty("info"), "run_id")!;
    }

    public async Task LogAsync(string runId, RunEntries entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var id = await RequireAsync(runId, cancellationToken).ConfigureAwait(false);
        var metrics = entries.Metrics.Chunk(MostMetrics - (2 * MostPairs)).ToList();
        var parameters = entries.Parameters.Chunk(MostPairs).ToList();
        var tags = entries.Tags.Chunk(MostPairs).ToList();
        for (var i = 0; i < Math.Max(metrics.Count, Math.Max(parameters.Count, tags.Count)); i++)
        {
            var at = i;
            await SendAsync("runs/log-batch", json =>
            {
                if (at < metrics.Count) WriteMetrics(json, metrics[at]);
                if (at < parameters.Count) WritePairs(json, "params", parameters[at]);
                if (at < tags.Count) WritePairs(json, "tags", tags[at]);
            }).ConfigureAwait(false);
        }

        if (entries.Inputs.Count > 0) await SendAsync("runs/log-inputs", json => WriteInputs(json, entries.Inputs)).ConfigureAwait(false);
        foreach (var key in entries.RemovedTags) await RemoveTagAsync(key).ConfigureAwait(false);
        foreach (var path in entries.RemovedArtifacts) await files.DeleteAsync(id, path, cancellationToken).ConfigureAwait(false);
        foreach (var (path, artifact) in entries.Artifacts)
        {
            if (artifacts is null) throw new NotSupportedException("Files of runs can only be sent to an MLflow server when the host has an IArtifactStore that holds their bytes. Register one.");
            var content = await artifacts.OpenAsync(artifact.Digest, cancellationToken).ConfigureAwait(false);
            await using var _ = content.ConfigureAwait(false);
            await files.PutAsync(id, path, content, cancellationToken).ConfigureAwait(false);
        }

        Task SendAsync(string path, Action<Utf8JsonWriter> write) => Refusals.MissingAsync("run", runId, () => Refusals.ConflictAsync(() => PostAsync(path, true, json =>
        {
            json.WriteString("run_id"u8, id);
            write(json);
        }, cancellationToken)));

        async Task RemoveTagAsync(string key)
        {
            try
            {
                await SendAsync("runs/delete-tag", json => json.WriteString("key"u8, key)).ConfigureAwait(false);
            }
            catch (NotFoundException)
            {
                // It is not there, which is what was wanted.
            }
        }
    }

    public async Task ChangeRunAsync(string runId, RunChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var id = await RequireAsync(runId, cancellationToken).ConfigureAwait(false);
        if (change.IsDeleted == false) await DoAsync("runs/restore", json => { }).ConfigureAwait(false);
        if (change.Status is not null || change.Name is not null || change.EndedAt is not null)
        {
            await DoAsync("runs/update", json =>
            {
                if (change.Status is { } status) json.WriteString("status"u8, WireJson.StatusOf(status));
                if (change.EndedAt is { } end) json.WriteNumber("end_time"u8, WireJson.Millis(end));
                else if (change.Status is RunStatus.Finished or RunStatus.Failed or RunStatus.Killed) json.WriteNumber("end_time"u8, WireJson.Millis(change.At));
                if (change.Name is { } name) json.WriteString("run_name"u8, name);
            }).ConfigureAwait(false);
        }

        if (change.Error is { } error) await DoAsync("runs/set-tag", json => WritePair(json, ErrorTag, error)).ConfigureAwait(false);
        if (change.IsDeleted == true) await DoAsync("runs/delete", json => { }).ConfigureAwait(false);

        Task DoAsync(string path, Action<Utf8JsonWriter> write) => Refusals.MissingAsync("run", runId, () => Refusals.ConflictAsync(() => PostAsync(path, true, json =>
        {
            json.WriteString("run_id"u8, id);
            write(json);
        }, cancellationToken)));
    }

    public async Task<Run?> FindRunAsync(string runId, CancellationToken cancellationToken = default)
    {
        var id = await TheirsAsync(runId, null, cancellationToken).ConfigureAwait(false);
        var found = id is null ? null : await server.GetAsync("runs/get", [("run_id", id)], cancellationToken).ConfigureAwait(false);
        return found is { } json ? Received.Run(json.GetProperty("run")) : null;
    }

    public async Task<Page<Run>> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var ids = query.ExperimentIds;
        if (query.Experiment is { } name)
        {
            var named = await FindExperimentByNameAsync(name, cancellationToken).ConfigureAwait(false);
            ids = named is not null && (ids is null || ids.Contains(named.Id)) ? [named.Id] : [];
        }

        ids ??= await AllExperimentsAsync(cancellationToken).ConfigureAwait(false);
        if (ids.Count == 0) return new([], null);
        var filter = new StringBuilder(query.Filter);
        if (query.Status is { } status) And($"attributes.status = '{Encoding.UTF8.GetString(WireJson.StatusOf(status))}'");
        foreach (var (key, value) in query.Tags) And($"tags.`{key}` = {Quote(value)}");
        var found = await Refusals.SearchAsync(() => PostAsync("runs/search", true, json =>
        {
            WriteTexts(json, "experiment_ids", ids);
            json.WriteNumber("max_results"u8, query.Limit);
            json.WriteString("run_view_type"u8, ViewOf(query.View));
            WriteSearch(json, filter.ToString(), query.OrderBy, query.After);
        }, cancellationToken)).ConfigureAwait(false);
        return new([.. Received.List(found, "runs").Select(Received.Run)], Received.Next(found));

        void And(string condition) => filter.Append(filter.Length == 0 ? string.Empty : " AND ").Append(condition);
    }

    /// <summary>Reads a history. MLflow servers send all of it at once and in no order, so pages are made here.</summary>
    public async Task<Page<Metric>> GetMetricHistoryAsync(string runId, string metric, int? limit = null, string? after = null, CancellationToken cancellationToken = default)
    {
        var id = await RequireAsync(runId, cancellationToken).ConfigureAwait(false);
        var found = await server.GetAsync("metrics/get-history", [("run_id", id), ("metric_key", metric)], cancellationToken).ConfigureAwait(false);
        var start = 0;
        if (after is not null && (!int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out start) || start < 0)) throw new SearchException("The page is none of this metric.");
        var all = Received.List(found ?? default, "metrics").Select(Received.Metric).OrderBy(m => m.Step).ThenBy(m => m.Time).ThenBy(m => m.Value).ToList();
        var page = all.Skip(start).Take(limit ?? int.MaxValue).ToList();
        var next = start + page.Count;
        return new(page, next < all.Count ? next.ToString(CultureInfo.InvariantCulture) : null);
    }

    public Task<PurgeReport> PurgeAsync(DateTimeOffset deletedBefore, bool isDryRun = false, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("An MLflow server removes nothing for good over its API. Run its own command 'mlflow gc' beside its database.");

    /// <summary>Gives the server's identifier of a run; null when it has none.</summary>
    public async Task<string?> TheirsAsync(string runId, IReadOnlyList<string>? experiments, CancellationToken cancellationToken)
    {
        if (_theirs.TryGetValue(runId, out var known)) return known;
        if (experiments is null && await server.GetAsync("runs/get", [("run_id", runId)], cancellationToken).ConfigureAwait(false) is not null) return _theirs[runId] = runId;
        experiments ??= await AllExperimentsAsync(cancellationToken).ConfigureAwait(false);
        if (experiments.Count == 0) return null;
        var found = await PostAsync("runs/search", true, json =>
        {
            WriteTexts(json, "experiment_ids", experiments);
            json.WriteString("filter"u8, $"tags.`{IdTag}` = {Quote(runId)}");
            json.WriteString("run_view_type"u8, "ALL"u8);
            json.WriteNumber("max_results"u8, 1);
        }, cancellationToken).ConfigureAwait(false);
        foreach (var run in Received.List(found, "runs")) return _theirs[runId] = Received.Text(run.GetProperty("info"), "run_id")!;
        return null;
    }

    private async Task<string> RequireAsync(string runId, CancellationToken cancellationToken) =>
        await TheirsAsync(runId, null, cancellationToken).ConfigureAwait(false) ?? throw new NotFoundException("run", runId);

    private async Task<string> ExperimentIdAsync(NewRun run, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (await FindExperimentByNameAsync(run.Experiment, cancellationToken).ConfigureAwait(false) is { } found) return found.Id;
            try
            {
                return (await CreateExperimentAsync(new(run.Experiment, run.StartedAt), cancellationToken).ConfigureAwait(false)).Id;
            }
            catch (ConflictException) when (attempt == 0)
            {
                // Somebody else has just made it.
            }
        }
    }

    private async Task<IReadOnlyList<string>> AllExperimentsAsync(CancellationToken cancellationToken) =>
        await this.ReadExperimentsAsync(new() { View = LifecycleView.All, Limit = PageSize }, cancellationToken).Select(e => e.Id).ToListAsync(cancellationToken).ConfigureAwait(false);

    private Task<JsonElement> PostAsync(string path, bool isRepeatable, Action<Utf8JsonWriter> write, CancellationToken cancellationToken) =>
        server.SendAsync(HttpMethod.Post, path, isRepeatable, write, cancellationToken);

    private static Experiment? Single(JsonElement? found) => found is { } json ? Received.Experiment(json.GetProperty("experiment")) : null;

    private static string ViewOf(LifecycleView view) => view switch
    {
        LifecycleView.Deleted => "DELETED_ONLY",
        LifecycleView.All => "ALL",
        _ => "ACTIVE_ONLY",
    };

    private static string Quote(string value) => value.Contains('\'', StringComparison.Ordinal) ? $"\"{value}\"" : $"'{value}'";

    internal static void WriteSearch(Utf8JsonWriter json, string? filter, IReadOnlyList<string> orderBy, string? after)
    {
        if (!string.IsNullOrEmpty(filter)) json.WriteString("filter"u8, filter);
        if (orderBy.Count > 0) WriteTexts(json, "order_by", orderBy);
        if (after is not null) json.WriteString("page_token"u8, after);
    }

    internal static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    internal static void WritePairs(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        json.WriteStartArray(name);
        foreach (var (key, value) in pairs)
        {
            json.WriteStartObject();
            WritePair(json, key, value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    internal static void WritePair(Utf8JsonWriter json, string key, string value)
    {
        json.WriteString("key"u8, key);
        json.WriteString("value"u8, value);
    }

    private static void WriteMetrics(Utf8JsonWriter json, IEnumerable<Metric> metrics)
    {
        json.WriteStartArray("metrics"u8);
        foreach (var metric in metrics) WireJson.Write(json, metric);
        json.WriteEndArray();
    }

    private static void WriteInputs(Utf8JsonWriter json, IEnumerable<DatasetInput> inputs)
    {
        json.WriteStartArray("datasets"u8);
        foreach (var input in inputs)
        {
            json.WriteStartObject();
            var tags = new Dictionary<string, string>(input.Tags, StringComparer.Ordinal);
            if (input.Context.Length > 0) tags[DatasetWire.ContextTag] = input.Context;
            WritePairs(json, "tags", tags);
            json.WriteStartObject("dataset"u8);
            json.WriteString("name"u8, input.Name);
            json.WriteString("digest"u8, input.Fingerprint.Length <= MostDigest ? input.Fingerprint : input.Fingerprint[..MostDigest]);
            json.WriteString("source_type"u8, input.SourceType ?? "local");
            json.WriteString("source"u8, input.Source ?? string.Empty);
            if (input.Schema is not null) json.WriteString("schema"u8, input.Schema);
            if (input.Profile is not null) json.WriteString("profile"u8, input.Profile);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
