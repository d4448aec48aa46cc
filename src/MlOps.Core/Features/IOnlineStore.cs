namespace MlOps.Core;

/// <summary>Keeps the newest values of each entity for reading at once. Thread-safe, also between processes where the backend is shared.</summary>
/// <remarks>The conformance suite in MlOps.Testing says what every store must do.</remarks>
public interface IOnlineStore
{
    /// <summary>Reads rows in one round trip.</summary>
    /// <param name="keys">The keys; the same one may stand there twice. They, and their bytes, are valid until the call ends or is given up: a store keeps none of them.</param>
    /// <param name="rows">As many places: row i is that of key i, or null where nothing is stored. Deletions are given as they are stored.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>When all are read.</returns>
    /// <exception cref="ArgumentException">There are fewer places than keys.</exception>
    /// <exception cref="StoreException">The store does not answer.</exception>
    ValueTask ReadAsync(ReadOnlyMemory<OnlineKey> keys, Memory<OnlineRow?> rows, CancellationToken cancellationToken = default);

    /// <summary>Writes rows, each guarded: an older one never takes the place of a newer one, see <see cref="OnlineRow.Supersedes"/>, and an expected revision must be there.</summary>
    /// <param name="writes">The rows. Of several for one key each is held to the one before.</param>
    /// <param name="cancellationToken">Stops the writing; rows that are written stay.</param>
    /// <returns>What became of each.</returns>
    /// <exception cref="StoreException">The store does not answer; some rows may be written, and writing all again does no harm.</exception>
    Task<IReadOnlyList<OnlineWriteResult>> WriteAsync(IReadOnlyList<OnlineWrite> writes, CancellationToken cancellationToken = default);

    /// <summary>Removes a table with all its rows; nothing happens when there is none.</summary>
    /// <param name="table">The table.</param>
    /// <param name="cancellationToken">Stops the removal.</param>
    /// <returns>When it is gone.</returns>
    Task DropAsync(string table, CancellationToken cancellationToken = default);

    /// <summary>Asks whether the store answers.</summary>
    /// <param name="cancellationToken">Stops the asking.</param>
    /// <returns>When it answers.</returns>
    /// <exception cref="StoreException">It does not.</exception>
    Task PingAsync(CancellationToken cancellationToken = default);
}
