using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Entity rows that can be read several times and are the same each time, in the same order.</summary>
internal interface IReplayableRows : IAsyncEnumerable<RecordBatch>
{
    /// <summary>Gets the columns.</summary>
    DatasetSchema Schema { get; }

    /// <summary>Gets the number of rows.</summary>
    long RowCount { get; }

    /// <summary>Reads the rows.</summary>
    /// <param name="columns">The columns, in the wanted order; null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Batches; at least one, which may be empty. A batch is valid until the next one is asked for.</returns>
    IAsyncEnumerable<RecordBatch> ReadAsync(IReadOnlyList<string>? columns, CancellationToken cancellationToken);
}
