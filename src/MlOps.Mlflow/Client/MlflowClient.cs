using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>Talks to somebody else's MLflow server: its experiments, runs, artifacts and registered models. Thread-safe.</summary>
/// <remarks>What the server cannot do, as keeping a history of its registry, throws a <see cref="NotSupportedException"/> that says so.</remarks>
public sealed class MlflowClient
{
    private readonly MlflowArtifacts _files;
    private readonly MlflowMetadataStore _metadata;

    /// <summary>Creates a client.</summary>
    /// <param name="http">The client to send with. Its base address is the tracking URI and ends with a slash. The caller disposes it.</param>
    /// <param name="options">How the server is called; null for the defaults.</param>
    /// <param name="artifacts">Where the bytes lie of files that runs record; null when runs record none.</param>
    /// <param name="time">The clock that retries wait by; null for the system's.</param>
    /// <param name="logger">Where retries are logged; null for nowhere.</param>
    /// <exception cref="ArgumentException">The client has no base address, or it does not end with a slash.</exception>
    public MlflowClient(HttpClient http, MlflowClientOptions? options = null, IArtifactStore? artifacts = null, TimeProvider? time = null, ILogger<MlflowClient>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.BaseAddress is not { } address || !address.AbsolutePath.EndsWith('/'))
            throw new ArgumentException("The HTTP client needs the tracking URI as its base address, with a slash at its end.", nameof(http));
        var server = new MlflowTransport(http, options ?? new(), time ?? TimeProvider.System, logger ?? NullLogger<MlflowClient>.Instance);
        _files = new(server);
        _metadata = new(server, _files, artifacts);
        Registry = new MlflowModelRegistry(server);
    }

    /// <summary>Gets the experiments and runs of the server.</summary>
    /// <remarks>The server chooses the identifiers of runs; a run started here keeps its own in a tag and is found by either. What does not fit into one request is several, not one transaction.</remarks>
    public IMetadataStore Metadata => _metadata;

    /// <summary>Gets the registered models of the server.</summary>
    public IModelRegistry Registry { get; }

    /// <summary>Sends a file to a run through the artifact proxy.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="path">The path within the run.</param>
    /// <param name="content">The bytes, read to the end. The caller disposes it.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is there.</returns>
    /// <exception cref="NotFoundException">There is no such run.</exception>
    public async Task UploadAsync(string runId, string path, Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        await _files.PutAsync(await TheirsAsync(runId, cancellationToken).ConfigureAwait(false), path, content, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a file of a run through the artifact proxy.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="path">The path within the run.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The bytes as they come, which the caller disposes.</returns>
    /// <exception cref="NotFoundException">There is no such run or file.</exception>
    public async Task<Stream> DownloadAsync(string runId, string path, CancellationToken cancellationToken = default) =>
        await _files.OpenAsync(await TheirsAsync(runId, cancellationToken).ConfigureAwait(false), path, cancellationToken).ConfigureAwait(false);

    /// <summary>Lists a folder of a run's files.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="path">The folder; empty for the root.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Files and folders.</returns>
    /// <exception cref="NotFoundException">There is no such run.</exception>
    public async Task<IReadOnlyList<MlflowFile>> ListAsync(string runId, string path = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        return await _files.ListAsync(await TheirsAsync(runId, cancellationToken).ConfigureAwait(false), path, cancellationToken).ConfigureAwait(false);
    }

    private async Task<string> TheirsAsync(string runId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(runId);
        return await _metadata.TheirsAsync(runId, null, cancellationToken).ConfigureAwait(false) ?? throw new NotFoundException("run", runId);
    }
}
