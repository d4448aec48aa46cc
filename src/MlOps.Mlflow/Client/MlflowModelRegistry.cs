using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>The registered models of an MLflow server. It keeps no history, knows no gates, approvals or bundles, and who changes something is whoever it lets in.</summary>
/// <remarks>An alias is read before it is moved, but somebody else may move it in between: the server has no conditional move.</remarks>
internal sealed class MlflowModelRegistry(MlflowTransport server) : IModelRegistry
{
    private static readonly HttpMethod Patch = HttpMethod.Patch;

    public async Task<RegisteredModel> CreateModelAsync(NewModel model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var created = await Refusals.ConflictAsync(() => server.SendAsync(HttpMethod.Post, "registered-models/create", false, json =>
        {
            json.WriteString("name"u8, model.Name);
            if (model.Description is not null) json.WriteString("description"u8, model.Description);
            MlflowMetadataStore.WritePairs(json, "tags", model.Tags);
        }, cancellationToken)).ConfigureAwait(false);
        return Received.Model(created.GetProperty("registered_model"));
    }

    public async Task<RegisteredModel?> FindModelAsync(string model, CancellationToken cancellationToken = default) =>
        await server.GetAsync("registered-models/get", [("name", model)], cancellationToken).ConfigureAwait(false) is { } json ? Received.Model(json.GetProperty("registered_model")) : null;

    public async Task<RegisteredModel> ChangeModelAsync(string model, ModelChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.Description is { } description) await DoAsync(Patch, "update", json => json.WriteString("description"u8, description)).ConfigureAwait(false);
        foreach (var key in change.RemovedTags) await DoAsync(HttpMethod.Delete, "delete-tag", json => json.WriteString("key"u8, key)).ConfigureAwait(false);
        foreach (var (key, value) in change.Tags) await DoAsync(HttpMethod.Post, "set-tag", json => MlflowMetadataStore.WritePair(json, key, value)).ConfigureAwait(false);
        if (change.Name is { } name) await DoAsync(HttpMethod.Post, "rename", json => json.WriteString("new_name"u8, name)).ConfigureAwait(false);
        return await FindModelAsync(change.Name ?? model, cancellationToken).ConfigureAwait(false) ?? throw new NotFoundException("model", model);

        Task DoAsync(HttpMethod method, string verb, Action<Utf8JsonWriter> write) => OfModelAsync(method, verb, model, write, cancellationToken);
    }

    public Task DeleteModelAsync(string model, ChangeNote note, CancellationToken cancellationToken = default) => OfModelAsync(HttpMethod.Delete, "delete", model, json => { }, cancellationToken);

    public async Task<Page<RegisteredModel>> SearchModelsAsync(ModelQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var found = await SearchAsync("registered-models/search", query.Limit, query.Filter, query.OrderBy, query.After, cancellationToken).ConfigureAwait(false);
        return new([.. Received.List(found, "registered_models").Select(Received.Model)], Received.Next(found));
    }

    public async Task<ModelVersion> RegisterAsync(NewModelVersion version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (version.Source is not { } source)
            throw new NotSupportedException($"An MLflow server keeps no bundles: version of '{version.Model}' needs a source. Put its files into the run's artifacts and give runs:/<run>/<path>.");
        try
        {
            if (await FindModelAsync(version.Model, cancellationToken).ConfigureAwait(false) is null)
                await CreateModelAsync(new(version.Model, new(version.By, string.Empty, version.CreatedAt)), cancellationToken).ConfigureAwait(false);
        }
        catch (ConflictException)
        {
            // Somebody else has just made it.
        }

        var created = await Refusals.ConflictAsync(() => server.SendAsync(HttpMethod.Post, "model-versions/create", false, json =>
        {
            json.WriteString("name"u8, version.Model);
            json.WriteString("source"u8, source);
            if (version.RunId is not null) json.WriteString("run_id"u8, version.RunId);
            if (version.RunLink is not null) json.WriteString("run_link"u8, version.RunLink);
            if (version.Description is not null) json.WriteString("description"u8, version.Description);
            MlflowMetadataStore.WritePairs(json, "tags", version.Tags);
        }, cancellationToken)).ConfigureAwait(false);
        return Received.Version(created.GetProperty("model_version"));
    }

    public async Task<ModelVersion?> FindAsync(string model, int version, CancellationToken cancellationToken = default) =>
        Single(await server.GetAsync("model-versions/get", [("name", model), ("version", Text(version))], cancellationToken).ConfigureAwait(false));

    public async Task<ModelVersion?> FindByAliasAsync(string model, string alias, CancellationToken cancellationToken = default)
    {
        try
        {
            return Single(await server.GetAsync("registered-models/alias", [("name", model), ("alias", alias)], cancellationToken).ConfigureAwait(false));
        }
        catch (MlflowServerException e) when (e.ErrorCode == ErrorCodes.InvalidParameterValue)
        {
            return null; // as MLflow says that there is none
        }
    }

    public async Task<ModelVersion> ChangeVersionAsync(string model, int version, VersionChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.Signature is not null) throw new NotSupportedException("An MLflow server keeps no signatures.");
        if (change.Description is { } description) await DoAsync(Patch, "update", json => json.WriteString("description"u8, description)).ConfigureAwait(false);
        foreach (var key in change.RemovedTags) await DoAsync(HttpMethod.Delete, "delete-tag", json => json.WriteString("key"u8, key)).ConfigureAwait(false);
        foreach (var (key, value) in change.Tags) await DoAsync(HttpMethod.Post, "set-tag", json => MlflowMetadataStore.WritePair(json, key, value)).ConfigureAwait(false);
        if (change.Stage is { } stage)
        {
            await DoAsync(HttpMethod.Post, "transition-stage", json =>
            {
                json.WriteString("stage"u8, stage);
                json.WriteBoolean("archive_existing_versions"u8, change.ArchiveOthers);
            }).ConfigureAwait(false);
        }

        return await FindAsync(model, version, cancellationToken).ConfigureAwait(false) ?? throw Missing(model, version);

        Task DoAsync(HttpMethod method, string verb, Action<Utf8JsonWriter> write) => OfVersionAsync(method, verb, model, version, write, cancellationToken);
    }

    public Task DeleteVersionAsync(string model, int version, ChangeNote note, CancellationToken cancellationToken = default) =>
        OfVersionAsync(HttpMethod.Delete, "delete", model, version, json => { }, cancellationToken);

    public async Task<Page<ModelVersion>> SearchVersionsAsync(VersionQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Stage is not null) throw new NotSupportedException("An MLflow server does not search by stage. Search without it and look at the stage of each version.");
        var filter = query.Filter;
        if (query.Model is { } model)
        {
            var name = model.Contains('\'', StringComparison.Ordinal) ? $"name = \"{model}\"" : $"name = '{model}'";
            filter = string.IsNullOrEmpty(filter) ? name : $"{filter} AND {name}";
        }

        var found = await SearchAsync("model-versions/search", query.Limit, filter, query.OrderBy, query.After, cancellationToken).ConfigureAwait(false);
        return new([.. Received.List(found, "model_versions").Select(Received.Version)], Received.Next(found));
    }

    public async Task<IReadOnlyList<ModelVersion>> GetLatestVersionsAsync(IReadOnlyCollection<string> models, CancellationToken cancellationToken = default)
    {
        RegistryChecks.CheckModels(models);
        List<ModelVersion> latest = [];
        foreach (var model in models.Distinct(StringComparer.Ordinal))
        {
            if (await server.GetAsync("registered-models/get-latest-versions", [("name", model)], cancellationToken).ConfigureAwait(false) is { } found)
                latest.AddRange(Received.List(found, "model_versions").Select(Received.Version));
        }

        return ModelStages.InOrder(latest);
    }

    public async Task SetAliasAsync(AliasChange change, CancellationToken cancellationToken = default)
    {
        ModelNames.CheckChange(change);
        var current = (await FindByAliasAsync(change.Model, change.Alias, cancellationToken).ConfigureAwait(false))?.Version;
        if (current != change.From) throw ModelNames.Conflict(change, current);
        await OfModelAsync(change.To is null ? HttpMethod.Delete : HttpMethod.Post, "alias", change.Model, json =>
        {
            json.WriteString("alias"u8, change.Alias);
            if (change.To is { } to) json.WriteString("version"u8, Text(to));
        }, cancellationToken).ConfigureAwait(false);
    }

    public Task ApproveAsync(Approval approval, CancellationToken cancellationToken = default) => throw new NotSupportedException("An MLflow server keeps no approvals.");

    public Task<IReadOnlyList<RegistryEvent>> GetHistoryAsync(RegistryHistoryQuery query, CancellationToken cancellationToken = default) => throw NoHistory();

    public async IAsyncEnumerable<RegistryEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        throw NoHistory();
#pragma warning disable CS0162 // an iterator needs a yield
        yield break;
#pragma warning restore CS0162
    }

    private async Task<JsonElement> SearchAsync(string path, int limit, string? filter, IReadOnlyList<string> orderBy, string? after, CancellationToken cancellationToken) =>
        await Refusals.SearchAsync(() => server.GetAsync(
            path,
            [("max_results", Text(limit)), ("filter", string.IsNullOrEmpty(filter) ? null : filter), ("page_token", after), .. orderBy.Select(o => ("order_by", (string?)o))],
            cancellationToken)).ConfigureAwait(false) ?? default;

    private Task<JsonElement> OfModelAsync(HttpMethod method, string verb, string model, Action<Utf8JsonWriter> write, CancellationToken cancellationToken) =>
        Refusals.MissingAsync("model", model, () => Refusals.ConflictAsync(() => server.SendAsync(method, $"registered-models/{verb}", true, json =>
        {
            json.WriteString("name"u8, model);
            write(json);
        }, cancellationToken)));

    private Task<JsonElement> OfVersionAsync(HttpMethod method, string verb, string model, int version, Action<Utf8JsonWriter> write, CancellationToken cancellationToken) =>
        Refusals.MissingAsync("version", $"{model}/{version}", () => Refusals.ConflictAsync(() => server.SendAsync(method, $"model-versions/{verb}", true, json =>
        {
            json.WriteString("name"u8, model);
            json.WriteString("version"u8, Text(version));
            write(json);
        }, cancellationToken)));

    private static ModelVersion? Single(JsonElement? found) => found is { } json ? Received.Version(json.GetProperty("model_version")) : null;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static NotFoundException Missing(string model, int version) => new("version", $"{model}/{version}");

    private static NotSupportedException NoHistory() => new("An MLflow server keeps no history of its registry. Use a registry of this library where you need one.");
}
