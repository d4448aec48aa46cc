using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>Files of runs through the artifact proxy of an MLflow server.</summary>
internal sealed class MlflowArtifacts(MlflowTransport server)
{
    private const string Proxy = "api/2.0/mlflow-artifacts/artifacts";

    public async Task PutAsync(string runId, string path, Stream content, CancellationToken cancellationToken) =>
        await server.PutAsync(await AddressAsync(runId, path, cancellationToken).ConfigureAwait(false), content, cancellationToken).ConfigureAwait(false);

    public async Task<Stream> OpenAsync(string runId, string path, CancellationToken cancellationToken) =>
        await server.OpenAsync(await AddressAsync(runId, path, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)
        ?? throw new NotFoundException("artifact", path);

    public async Task DeleteAsync(string runId, string path, CancellationToken cancellationToken) =>
        await server.DeleteAsync(await AddressAsync(runId, path, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<MlflowFile>> ListAsync(string runId, string path, CancellationToken cancellationToken)
    {
        var found = await server.GetAsync("artifacts/list", [("run_id", runId), ("path", path.Length == 0 ? null : path)], cancellationToken).ConfigureAwait(false) ?? throw new NotFoundException("run", runId);
        return [.. Received.List(found, "files").Select(file => new MlflowFile(Received.Text(file, "path")!, file.TryGetProperty("file_size", out var size) ? WireRequest.IntegerOf(size) : null))];
    }

    private async Task<string> AddressAsync(string runId, string path, CancellationToken cancellationToken)
    {
        var parts = Parts(path);
        var found = await server.GetAsync("runs/get", [("run_id", runId)], cancellationToken).ConfigureAwait(false) ?? throw new NotFoundException("run", runId);
        var uri = Received.Text(found.GetProperty("run").GetProperty("info"), "artifact_uri") ?? string.Empty;
        if (ArtifactLocations.ProxiedParts(uri) is not { } root)
            throw new NotSupportedException($"The artifacts of run '{runId}' lie at '{uri}', which the MLflow server does not pass on. Use a server whose artifact root is mlflow-artifacts.");
        return Proxy + string.Concat(root.Concat(parts).Select(part => "/" + Uri.EscapeDataString(part)));
    }

    private static string[] Parts(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return ArtifactPaths.Split(path);
        }
        catch (WireException)
        {
            throw new ArgumentException($"'{path}' is no path within a run. Use names divided by slashes.", nameof(path));
        }
    }
}

/// <summary>A file or folder of a run on an MLflow server.</summary>
/// <param name="Path">The path within the run.</param>
/// <param name="Size">The size in bytes; null for a folder.</param>
public sealed record MlflowFile(string Path, long? Size);
