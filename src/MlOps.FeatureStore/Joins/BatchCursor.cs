using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Reads batches as many rows as are wanted at a time, whatever their sizes.</summary>
internal sealed class BatchCursor(IAsyncEnumerator<RecordBatch> batches) : IAsyncDisposable
{
    private RecordBatch? _batch;
    private int _taken;

    /// <summary>Takes the next rows.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="pieces">Where they are added. They are valid until more are taken.</param>
    /// <exception cref="DataException">There are not so many.</exception>
    public async ValueTask TakeAsync(int rows, List<RecordBatch> pieces)
    {
        while (rows > 0)
        {
            if (!await HasMoreAsync().ConfigureAwait(false)) throw new DataException("A part of the join has fewer rows than there are entity rows. Run the join again; if this comes again, its engine is at fault.");
            var length = Math.Min(rows, _batch!.Length - _taken);
            pieces.Add(length < rows
                ? ArrowRows.Take(_batch, [.. Enumerable.Range(_taken, length)]) // a copy: the batch ends when the next one is read
                : _batch.Slice(_taken, length));
            _taken += length;
            rows -= length;
        }
    }

    /// <summary>Says whether there are more rows.</summary>
    /// <returns>True when there are.</returns>
    public async ValueTask<bool> HasMoreAsync()
    {
        while (_batch is null || _taken == _batch.Length)
        {
            if (!await batches.MoveNextAsync().ConfigureAwait(false)) return false;
            (_batch, _taken) = (batches.Current, 0);
        }

        return true;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => batches.DisposeAsync();
}
