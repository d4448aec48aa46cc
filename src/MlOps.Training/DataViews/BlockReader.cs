using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Apache.Arrow;

namespace MlOps.Training;

/// <summary>Reads and converts the next blocks on a thread of its own while the cursors are busy with the present ones. Thread-safe.</summary>
internal sealed class BlockReader(Func<CancellationToken, IAsyncEnumerable<RecordBatch>> read, Func<Block> createBlock, int users, CancellationToken cancellation) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly BlockingCollection<Block> _ready = new(boundedCapacity: 2 + users);
    private readonly ConcurrentBag<Block> _free = [];
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private Task? _pump;
    private ExceptionDispatchInfo? _error;
    private int _users = users;

    /// <summary>Takes the next block.</summary>
    /// <returns>The block, to be given back; null at the end.</returns>
    public Block? Take()
    {
        if (_pump is null)
        {
            // A thread and not the pool: ML.NET blocks pool threads while it waits for rows.
            lock (_gate) _pump ??= Task.Factory.StartNew(Pump, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        if (_ready.TryTake(out var block, Timeout.Infinite, CancellationToken.None)) return block;
        _error?.Throw();
        return null;
    }

    public void Return(Block block) => _free.Add(block);

    /// <summary>Leaves the reader; the last one to leave stops it.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) > 0) return;
        _stop.Cancel();
        lock (_gate) _pump?.GetAwaiter().GetResult();
        _ready.Dispose();
        _stop.Dispose();
    }

    private void Pump()
    {
        try
        {
            ReadAll();
        }
#pragma warning disable CA1031 // Whatever it is, it is thrown again where the rows are asked for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _error = ExceptionDispatchInfo.Capture(e);
        }
        finally
        {
            _ready.CompleteAdding();
        }
    }

    private void ReadAll()
    {
        var batches = read(_stop.Token).GetAsyncEnumerator(_stop.Token);
        try
        {
            var (index, row) = (0L, 0L);
            while (Wait(batches.MoveNextAsync()))
            {
                var batch = batches.Current;
                for (var offset = 0; offset < batch.Length; offset += Block.MaxRows)
                {
                    _stop.Token.ThrowIfCancellationRequested();
                    var rows = Math.Min(Block.MaxRows, batch.Length - offset);
                    if (!_free.TryTake(out var block)) block = createBlock();
                    block.Fill(batch, offset, rows, index++, row);
                    row += rows;
                    _ready.Add(block, _stop.Token);
                }
            }
        }
        finally
        {
            var disposing = batches.DisposeAsync();
            if (!disposing.IsCompletedSuccessfully) disposing.AsTask().GetAwaiter().GetResult();
        }
    }

    private static bool Wait(ValueTask<bool> next) => next.IsCompletedSuccessfully ? next.Result : next.AsTask().GetAwaiter().GetResult();
}
