using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Hands rows out by number, whatever batches they come in.</summary>
internal sealed class RowFeed(IAsyncEnumerator<RecordBatch> batches)
{
    private RecordBatch? _batch;
    private int _at;

    /// <summary>Gives the next rows.</summary>
    /// <param name="count">How many.</param>
    /// <returns>Batches; at least one, which is empty where no rows are asked for. A batch is valid until the next one is asked for.</returns>
    /// <exception cref="DataException">There are fewer.</exception>
    public async IAsyncEnumerable<RecordBatch> TakeAsync(long count)
    {
        var left = count;
        do
        {
            while (_batch is null || (left > 0 && _at == _batch.Length))
            {
                if (!await batches.MoveNextAsync().ConfigureAwait(false)) throw new DataException($"A history of pushes has {left} rows less than its files say. Restore the file that was cut.");
                (_batch, _at) = (batches.Current, 0);
            }

            var length = (int)Math.Min(left, _batch.Length - _at);
            yield return _batch.Slice(_at, length);
            _at += length;
            left -= length;
        }
        while (left > 0);
    }
}
