using Apache.Arrow;

namespace MlOps.Core;

/// <summary>Makes and reads snapshots. Thread-safe.</summary>
public interface IDatasetStore
{
    /// <summary>Makes a snapshot of rows: types are widened to those of <see cref="ColumnType"/>, the fingerprint is computed while writing.</summary>
    /// <param name="name">What the data is called, for people.</param>
    /// <param name="origin">Where the rows come from.</param>
    /// <param name="rows">Batches of one schema; at least one, which may be empty.</param>
    /// <param name="maxBytes">The most bytes that the file may take, or null for no limit.</param>
    /// <param name="cancellationToken">Stops the writing; nothing is kept then.</param>
    /// <returns>The dataset.</returns>
    /// <exception cref="DataException">The rows cannot be held by a dataset; nothing was written.</exception>
    /// <exception cref="DataTooLargeException">The limit was reached; nothing was kept.</exception>
    Task<Dataset> WriteAsync(string name, DatasetOrigin origin, IAsyncEnumerable<RecordBatch> rows, long? maxBytes = null, CancellationToken cancellationToken = default);

    /// <summary>Reads the rows of a dataset in their order.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="columns">The columns to read, in the wanted order; null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Batches with the dataset's types; a dataset without rows yields one empty batch. A batch is valid until the next one is asked for.</returns>
    /// <exception cref="HoldoutLockedException">The dataset is locked.</exception>
    /// <exception cref="ArtifactCorruptException">The file is damaged.</exception>
    IAsyncEnumerable<RecordBatch> ReadAsync(Dataset dataset, IReadOnlyList<string>? columns = null, CancellationToken cancellationToken = default);
}
