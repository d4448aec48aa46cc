using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>The rows of a dataset.</summary>
internal sealed class DatasetRows(Dataset dataset, IDatasetStore datasets) : IReplayableRows
{
    public DatasetSchema Schema => dataset.Schema;

    public long RowCount => dataset.RowCount;

    public IAsyncEnumerable<RecordBatch> ReadAsync(IReadOnlyList<string>? columns, CancellationToken cancellationToken) => datasets.ReadAsync(dataset, columns, cancellationToken);

    public IAsyncEnumerator<RecordBatch> GetAsyncEnumerator(CancellationToken cancellationToken = default) => ReadAsync(null, cancellationToken).GetAsyncEnumerator(cancellationToken);
}
