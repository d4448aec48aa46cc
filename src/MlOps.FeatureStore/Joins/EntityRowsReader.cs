using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Opens entity rows so that they can be read several times, wherever they come from. Thread-safe.</summary>
internal sealed class EntityRowsReader(IDatasetStore datasets, IEnumerable<ISqlWarehouse> warehouses, IOptions<LocalJoinOptions> options)
{
    /// <summary>Opens rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <returns>The opened rows; the caller disposes of them.</returns>
    /// <exception cref="DataException">The rows cannot be read.</exception>
    public async Task<OpenedRows> OpenAsync(EntityRows rows, CancellationToken cancellationToken)
    {
        switch (rows)
        {
            case EntityRows.InDataset { Dataset: var dataset }:
                return new(new DatasetRows(dataset, datasets), null);
            case EntityRows.InBatches { Batches: IReplayableRows replayable }:
                return new(replayable, null);
            case EntityRows.InBatches { Batches: var batches }:
                var given = await RowSpool.FillAsync(batches, options.Value, cancellationToken).ConfigureAwait(false);
                return new(given, given);
            default:
                var query = (EntityRows.InWarehouse)rows;
                var session = await WarehouseEvents.Find(warehouses, query.Warehouse, "the entity rows").OpenAsync(cancellationToken).ConfigureAwait(false);
                await using (session.ConfigureAwait(false))
                {
                    var read = await RowSpool.FillAsync(session.QueryAsync(query.Text, null, cancellationToken), options.Value, cancellationToken).ConfigureAwait(false);
                    return new(read, read);
                }
        }
    }
}

/// <summary>Entity rows that are open.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Owned">What is disposed of with them; null for nothing.</param>
internal sealed record OpenedRows(IReplayableRows Rows, IDisposable? Owned) : IAsyncDisposable
{
    public ValueTask DisposeAsync()
    {
        Owned?.Dispose();
        return ValueTask.CompletedTask;
    }
}
