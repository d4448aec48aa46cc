using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>Files of runs: listed, fetched and put. A path is a key of a run's files, the bytes lie in the artifact store under their digest.</summary>
internal static class ArtifactHandlers
{
    private const int MostUploaded = 10 << 20;
    private const int CopySize = 256 << 10;

    public static async Task ListOfRunAsync(Call call)
    {
        var path = ArtifactPaths.Join(ArtifactPaths.Split(call.Request.Text("path") ?? string.Empty));
        var run = await FindAsync(call, call.Request.RunId()).ConfigureAwait(false);
        var uri = await call.Server.Runs.UriAsync(run, call.Aborted).ConfigureAwait(false);
        await call.ReplyAsync((uri, FolderListing.Of(run.Artifacts, path)), static (json, state) =>
        {
            json.WriteString("root_uri"u8, state.uri);
            Write(json, state.Item2, isFullPath: true);
        }).ConfigureAwait(false);
    }

    public static async Task GetOfRunAsync(Call call)
    {
        var parts = ArtifactPaths.Split(call.Request.RequiredText("path"));
        var run = await FindAsync(call, call.Request.RunId()).ConfigureAwait(false);
        await SendAsync(call, run.Artifacts, ArtifactPaths.Join(parts)).ConfigureAwait(false);
    }

    public static async Task GetOfVersionAsync(Call call)
    {
        var parts = ArtifactPaths.Split(call.Request.RequiredText("path"));
        var version = await VersionHandlers.FindAsync(call).ConfigureAwait(false);
        var path = ArtifactPaths.Join(parts);
        if (version is { Source: null, Bundle: { } bundle })
        {
            await SendAsync(call, BundleFiles(bundle), path).ConfigureAwait(false);
            return;
        }

        var (scheme, rest) = ArtifactLocations.SplitScheme(ModelSources.Of(version));
        if (scheme == "runs")
        {
            var source = ArtifactPaths.Split(rest.TrimStart('/'));
            if (source.Length == 0) throw NoFile(path);
            var run = await FindAsync(call, source[0]).ConfigureAwait(false);
            await SendAsync(call, run.Artifacts, ArtifactPaths.Join([.. source[1..], .. parts])).ConfigureAwait(false);
            return;
        }

        if (ArtifactLocations.ProxiedParts(ModelSources.Of(version)) is not { } folder) throw NoFile(path);
        var place = await call.Server.Runs.ResolveAsync([.. ArtifactPaths.Split(string.Join('/', folder)), .. parts], RunParts.Artifacts, call.Aborted).ConfigureAwait(false);
        await SendAsync(call, place.Run?.Artifacts, place.Path).ConfigureAwait(false);
    }

    public static async Task ListAsync(Call call)
    {
        var parts = ArtifactPaths.Split(call.Request.Text("path") ?? string.Empty);
        if (await BundleAsync(call, parts).ConfigureAwait(false) is var (bundle, inner))
        {
            await call.ReplyAsync(FolderListing.Of(bundle, inner), static (json, files) => Write(json, files, isFullPath: false)).ConfigureAwait(false);
            return;
        }

        var place = await call.Server.Runs.ResolveAsync(parts, RunParts.Artifacts, call.Aborted).ConfigureAwait(false);
        IReadOnlyList<FolderEntry> files = place.Run is null ? [] : place.IsAboveRoot && place.Run.Artifacts.Count > 0 ? [new("artifacts", null)] : place.IsAboveRoot ? [] : FolderListing.Of(place.Run.Artifacts, place.Path);
        await call.ReplyAsync(files, static (json, files) => Write(json, files, isFullPath: false)).ConfigureAwait(false);
    }

    public static async Task DownloadAsync(Call call)
    {
        var parts = ArtifactPaths.Split(PathOf(call));
        if (await BundleAsync(call, parts).ConfigureAwait(false) is var (bundle, inner))
        {
            await SendAsync(call, bundle, inner).ConfigureAwait(false);
            return;
        }

        var place = await call.Server.Runs.ResolveAsync(parts, RunParts.Artifacts, call.Aborted).ConfigureAwait(false);
        await SendAsync(call, place.IsAboveRoot ? null : place.Run?.Artifacts, place.Path).ConfigureAwait(false);
    }

    public static async Task PutAsync(Call call)
    {
        var parts = ArtifactPaths.Split(PathOf(call));
        var place = await call.Server.Runs.ResolveAsync(parts, RunParts.None, call.Aborted).ConfigureAwait(false);
        if (place.Path.Length == 0) throw WireException.Invalid("Invalid path");
        if (place.Run is { DeletedAt: not null } run && run.Id != RunDirectory.Loose) throw WireException.DeletedRun(run.Id);
        await StoreAsync(call, place.RunId, place.Path, call.Context.Request.Body, limit: null).ConfigureAwait(false);
    }

    public static async Task UploadAsync(Call call)
    {
        var request = call.Request;
        if (request.Text("run_uuid") is not { Length: > 0 } runId) throw WireException.Invalid("Request must specify run_uuid.");
        if (request.Text("path") is not { Length: > 0 } path) throw WireException.Invalid("Request must specify path.");
        var inner = ArtifactPaths.Join(ArtifactPaths.Split(path));
        if (inner.Length == 0) throw WireException.Invalid("Invalid path");
        if (call.Context.Request.ContentLength > MostUploaded) throw TooLarge();
        using var body = await RequestBody.ReadAsync(call.Context, MostUploaded).ConfigureAwait(false);
        if (body.Memory.IsEmpty) throw WireException.Invalid("Request must specify data.");
        await FindAsync(call, runId).ConfigureAwait(false);
        using var stream = new MemoryStream(body.Memory.ToArray(), writable: false);
        await StoreAsync(call, runId, inner, stream, MostUploaded).ConfigureAwait(false);
    }

    public static async Task DeleteAsync(Call call)
    {
        var parts = ArtifactPaths.Split(PathOf(call));
        var place = await call.Server.Runs.ResolveAsync(parts, RunParts.Artifacts, call.Aborted).ConfigureAwait(false);
        if (parts.Length == 0) throw WireException.Invalid("Invalid path");
        if (place.Run is { Artifacts.Count: > 0 } run)
        {
            // The root of a run is everything below it.
            var removed = place.Path.Length > 0 ? [place.Path] : run.Artifacts.Keys.Select(key => key.Split('/')[0]).Distinct(StringComparer.Ordinal).ToList();
            await call.Server.Runs.LogAsync(place.RunId, new() { RemovedArtifacts = removed }, call.Aborted).ConfigureAwait(false);
        }

        await call.ReplyAsync().ConfigureAwait(false);
    }

    public static Task MultipartAsync(Call call)
    {
        ArtifactPaths.Split(PathOf(call));
        ArtifactPaths.Split(call.Request.Text("path") ?? string.Empty);
        throw new WireException(ErrorCodes.NotImplemented, "Multipart upload is not supported for the current artifact repository");
    }

    private static string PathOf(Call call) => call.Context.Request.RouteValues["path"] as string ?? string.Empty;

    private static async Task<Run> FindAsync(Call call, string runId) =>
        (runId == RunDirectory.Loose ? null : await call.Server.Runs.LookAsync(runId, RunParts.Artifacts, call.Aborted).ConfigureAwait(false)) ?? throw WireException.NoRun(runId);

    // models/{name}/{version}: the bundle of a version that was made here.
    private static async Task<(IReadOnlyDictionary<string, ArtifactRef> Files, string Path)?> BundleAsync(Call call, string[] parts)
    {
        if (parts.Length is < 3 or > 4 || parts[0] != "models" || !int.TryParse(parts[2], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)) return null;
        return await call.Registry.FindAsync(parts[1], number, call.Aborted).ConfigureAwait(false) is { Source: null, Bundle: { } bundle } ? (BundleFiles(bundle), ArtifactPaths.Join(parts.AsSpan(3))) : null;
    }

    private static Dictionary<string, ArtifactRef> BundleFiles(ModelBundle bundle) => new() { [bundle.Model + ".zip"] = bundle.Artifact };

    private static async Task StoreAsync(Call call, string runId, string path, Stream content, long? limit)
    {
        if (limit is null && call.Context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature) feature.MaxRequestBodySize = null;
        var stored = await call.Server.Artifacts.PutAsync(content, call.Aborted).ConfigureAwait(false);
        await call.Server.Runs.LogAsync(runId, new() { Artifacts = new Dictionary<string, ArtifactRef> { [path] = stored } }, call.Aborted).ConfigureAwait(false);
        await call.ReplyAsync().ConfigureAwait(false);
    }

    private static async Task SendAsync(Call call, IReadOnlyDictionary<string, ArtifactRef>? files, string path)
    {
        if (files is null || !files.TryGetValue(path, out var artifact)) throw NoFile(path);
        var content = await OpenAsync(call, artifact, path).ConfigureAwait(false);
        await using var _ = content.ConfigureAwait(false);
        var response = call.Context.Response;
        var name = path[(path.LastIndexOf('/') + 1)..];
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(name);
        response.ContentType = ContentTypes.Of(name);
        response.ContentLength = content.Length;
        response.Headers.ContentDisposition = disposition.ToString();
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        if (HttpMethods.IsHead(call.Context.Request.Method)) return;
        await content.CopyToAsync(response.Body, CopySize, call.Aborted).ConfigureAwait(false);
    }

    private static async Task<Stream> OpenAsync(Call call, ArtifactRef artifact, string path)
    {
        try
        {
            return await call.Server.Artifacts.OpenAsync(artifact.Digest, call.Aborted).ConfigureAwait(false);
        }
        catch (NotFoundException)
        {
            throw NoFile(path);
        }
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<FolderEntry> files, bool isFullPath)
    {
        if (files.Count == 0) return;
        json.WriteStartArray("files"u8);
        foreach (var file in files)
        {
            json.WriteStartObject();
            json.WriteString("path"u8, isFullPath ? file.Path : file.Path[(file.Path.LastIndexOf('/') + 1)..]);
            json.WriteBoolean("is_dir"u8, file.Size is null);
            if (file.Size is { } size) json.WriteNumber("file_size"u8, size);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static WireException NoFile(string path) => new(ErrorCodes.ResourceDoesNotExist, $"No such artifact: '{path}'");

    private static WireException TooLarge() => WireException.Invalid("Artifact size is too large. Max size is 10MB.");
}
