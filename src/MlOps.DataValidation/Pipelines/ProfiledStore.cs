using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Profiles the rows that are read for a validation, so that they are read once.</summary>
internal sealed class ProfiledStore(IDatasetStore store, BatchProfiler profiler) : IDatasetStore
{
    public Task<Dataset> WriteAsync(string name, DatasetOrigin origin, IAsyncEnumerable<RecordBatch> rows, long? maxBytes = null, CancellationToken cancellationToken = default) =>
        store.WriteAsync(name, origin, rows, maxBytes, cancellationToken);

    public async IAsyncEnumerable<RecordBatch> ReadAsync(Dataset dataset, IReadOnlyList<string>? columns = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var batch in store.ReadAsync(dataset, columns, cancellationToken).ConfigureAwait(false))
        {
            profiler.Add(batch);
            yield return batch;
        }
    }
}
