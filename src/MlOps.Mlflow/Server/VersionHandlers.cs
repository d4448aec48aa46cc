using System.Globalization;
using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>Versions of registered models.</summary>
internal static class VersionHandlers
{
    private const int MostListed = 200_000;
    private const int LongestChain = 10;

    public static async Task CreateAsync(Call call)
    {
        var request = call.Request;
        var name = request.RequiredText("name");
        var source = request.RequiredText("source");
        var runId = request.Text("run_id") is { Length: > 0 } id ? id : null;
        var tags = request.Pairs("tags", WireNames.CheckVersionTag);
        WireNames.CheckModel(name);
        WireNames.CheckLength("source", 65535, source);
        await CheckSourceAsync(call, source, runId).ConfigureAwait(false);
        await ModelHandlers.FindAsync(call, name).ConfigureAwait(false);
        if (ModelSources.Model(source) is not null) await ResolveAsync(call, source).ConfigureAwait(false);
        var description = request.Text("description");
        var link = request.Text("run_link");
        var created = await call.Registry.RegisterAsync(
            new(name, null, runId, call.Now)
            {
                By = call.Note.By,
                Source = source,
                RunLink = string.IsNullOrEmpty(link) ? null : link,
                Description = string.IsNullOrEmpty(description) ? null : description,
                Tags = tags,
            },
            call.Aborted).ConfigureAwait(false);
        await ReplyAsync(call, created).ConfigureAwait(false);
    }

    public static async Task GetAsync(Call call) => await ReplyAsync(call, await FindAsync(call).ConfigureAwait(false)).ConfigureAwait(false);

    public static async Task UpdateAsync(Call call) =>
        await ReplyAsync(call, await ChangeAsync(call, new(call.Note) { Description = call.Request.Text("description") }).ConfigureAwait(false)).ConfigureAwait(false);

    public static async Task DeleteAsync(Call call)
    {
        var (name, version) = Named(call);
        try
        {
            await call.Registry.DeleteVersionAsync(name, version, call.Note, call.Aborted).ConfigureAwait(false);
        }
        catch (NotFoundException)
        {
            throw Missing(name, version);
        }

        await call.ReplyAsync().ConfigureAwait(false);
    }

    public static async Task SearchAsync(Call call)
    {
        var request = call.Request;
        var page = await call.Registry.SearchVersionsAsync(
            new()
            {
                Limit = WireNames.CheckLimit(request.Integer("max_results") ?? MostListed, MostListed),
                Filter = Filters.Of(request.Text("filter")),
                OrderBy = Filters.Order(request.Texts("order_by")),
                After = PageTokens.Read(request.Text("page_token")),
            },
            call.Aborted).ConfigureAwait(false);
        await ReplyAsync(call, page.Items, page.Next).ConfigureAwait(false);
    }

    public static async Task DownloadUriAsync(Call call)
    {
        var version = await FindAsync(call).ConfigureAwait(false);
        var source = ModelSources.Of(version);
        if (ModelSources.Model(source) is not null) source = await ResolveAsync(call, source).ConfigureAwait(false);
        await call.ReplyAsync(source, static (json, source) => json.WriteString("artifact_uri"u8, source)).ConfigureAwait(false);
    }

    public static async Task SetTagAsync(Call call)
    {
        Named(call);
        var key = call.Request.RequiredText("key");
        var value = WireNames.CheckVersionTag(string.Empty, key, call.Request.Text("value") ?? string.Empty);
        await ChangeAsync(call, new(call.Note) { Tags = new Dictionary<string, string> { [key] = value } }).ConfigureAwait(false);
        await call.ReplyAsync().ConfigureAwait(false);
    }

    public static async Task DeleteTagAsync(Call call)
    {
        Named(call);
        var key = call.Request.RequiredText("key");
        WireNames.CheckVersionTag(string.Empty, key, string.Empty);
        await ChangeAsync(call, new(call.Note) { RemovedTags = [key] }).ConfigureAwait(false);
        await call.ReplyAsync().ConfigureAwait(false);
    }

    public static async Task TransitionAsync(Call call)
    {
        Named(call);
        var stage = ModelHandlers.StageOf(call.Request.RequiredText("stage"));
        var archives = call.Request.Flag("archive_existing_versions");
        if (archives && stage is not ("Staging" or "Production"))
            throw WireException.Invalid($"Model version transition cannot archive existing model versions because '{stage}' is not an Active stage. Valid stages are Staging, Production.");
        await ReplyAsync(call, await ChangeAsync(call, new(call.Note) { Stage = stage, ArchiveOthers = archives }).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public static Task ReplyAsync(Call call, ModelVersion version) => call.ReplyAsync(version, static (json, version) =>
    {
        json.WriteStartObject("model_version"u8);
        WireJson.Write(json, version);
        json.WriteEndObject();
    });

    public static Task ReplyAsync(Call call, IReadOnlyList<ModelVersion> versions, string? next) => call.ReplyAsync((versions, next), static (json, state) =>
    {
        var (versions, next) = state;
        if (versions.Count > 0)
        {
            json.WriteStartArray("model_versions"u8);
            foreach (var version in versions)
            {
                json.WriteStartObject();
                WireJson.Write(json, version);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        WireJson.WriteNext(json, next);
    });

    public static async Task<ModelVersion> FindAsync(Call call)
    {
        var (name, version) = Named(call);
        return await call.Registry.FindAsync(name, version, call.Aborted).ConfigureAwait(false) ?? throw Missing(name, version);
    }

    private static (string Name, int Version) Named(Call call)
    {
        var name = call.Request.RequiredText("name");
        return (name, WireNames.CheckVersion(call.Request.RequiredText("version", orNumber: true)));
    }

    private static async Task<ModelVersion> ChangeAsync(Call call, VersionChange change)
    {
        var (name, version) = Named(call);
        try
        {
            return await call.Registry.ChangeVersionAsync(name, version, change, call.Aborted).ConfigureAwait(false);
        }
        catch (NotFoundException)
        {
            throw Missing(name, version);
        }
    }

    private static async Task CheckSourceAsync(Call call, string source, string? runId)
    {
        string? uri = null;
        var scheme = ArtifactLocations.SplitScheme(source).Scheme;
        if (runId is not null && (scheme is null || scheme.Equals("file", StringComparison.OrdinalIgnoreCase)))
        {
            var run = await call.Server.Runs.FindAsync(runId, call.Aborted).ConfigureAwait(false);
            uri = await call.Server.Runs.UriAsync(run, call.Aborted).ConfigureAwait(false);
        }

        ModelSources.Check(source, uri);
    }

    // A version may be a copy of another: its files are those of the first.
    private static async Task<string> ResolveAsync(Call call, string source)
    {
        for (var i = 0; i < LongestChain && ModelSources.Model(source) is var (name, version, alias); i++)
        {
            var found = alias is null
                ? await call.Registry.FindAsync(name, WireNames.CheckVersion(version!), call.Aborted).ConfigureAwait(false)
                : await call.Registry.FindByAliasAsync(name, alias, call.Aborted).ConfigureAwait(false);
            source = ModelSources.Of(found ?? throw WireException.NoVersion(name, version ?? alias!));
        }

        return source;
    }

    private static WireException Missing(string name, int version) => WireException.NoVersion(name, version.ToString(CultureInfo.InvariantCulture));
}
