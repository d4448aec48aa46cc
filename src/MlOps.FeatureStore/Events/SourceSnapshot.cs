using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>The newest snapshot of a source of data. Thread-safe.</summary>
internal sealed class SourceSnapshot(IDataSource source) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private (string Version, Dataset Dataset)? _newest;

    public void Dispose() => _gate.Dispose();

    /// <summary>Gives the snapshot of the source as it is now; the source is read only when it does not say that it has not changed.</summary>
    /// <param name="name">What the data is called, for people.</param>
    /// <param name="datasets">Keeps the snapshot.</param>
    /// <param name="services">The services of the host.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The snapshot.</returns>
    public async Task<Dataset> TakeAsync(string name, IDatasetStore datasets, IServiceProvider services, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var version = await source.GetVersionAsync(services, cancellationToken).ConfigureAwait(false);
            if (version is not null && _newest is { } newest && newest.Version == version) return newest.Dataset;
            var dataset = await datasets.WriteAsync(name, source.Origin, source.ReadAsync(services, cancellationToken), null, cancellationToken).ConfigureAwait(false);
            _newest = version is null ? null : (version, dataset);
            return dataset;
        }
        finally
        {
            _gate.Release();
        }
    }
}
