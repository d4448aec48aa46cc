using Apache.Arrow;

namespace MlOps.Core;

/// <summary>Where data is acquired from: a file, a query, an address, a sequence of records, or anything of the host's own.</summary>
/// <remarks>
/// Implement this to connect another system: yield Arrow record batches of any convenient size, all with the same schema.
/// A batch is read before the next one is asked for, so its buffers may be reused.
/// </remarks>
public interface IDataSource
{
    /// <summary>Gets what is recorded as the origin of the snapshot. It must hold no secrets.</summary>
    DatasetOrigin Origin { get; }

    /// <summary>Says which state of the source would be read now, so that an unchanged source is not read again.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>For instance the digest of a file; null, the default, when only reading tells.</returns>
    ValueTask<string?> GetVersionAsync(IServiceProvider services, CancellationToken cancellationToken) => ValueTask.FromResult<string?>(null);

    /// <summary>Estimates how many bytes the snapshot will need, so that a limit can refuse before anything is written.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The estimate; null, the default, when there is none.</returns>
    ValueTask<long?> EstimateBytesAsync(IServiceProvider services, CancellationToken cancellationToken) => ValueTask.FromResult<long?>(null);

    /// <summary>Reads the rows.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Batches of one schema. A source without rows yields one empty batch, so that its schema is known.</returns>
    /// <exception cref="DataException">The data cannot be read; the message names file, row and column where they are known.</exception>
    IAsyncEnumerable<RecordBatch> ReadAsync(IServiceProvider services, CancellationToken cancellationToken);
}
