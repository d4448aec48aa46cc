using System.Diagnostics;
using Apache.Arrow;
using DuckDB.NET.Native;
using MlOps.Core;

namespace MlOps.DuckDb;

/// <summary>Lets a session work on another thread, stops it when the caller cancels, and turns its errors into ours.</summary>
internal sealed class Interruptible(DuckDbSession session, Func<DuckDbError, DataException> toError, CancellationToken cancellationToken)
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(20);

    // Each turn of another thread costs as much as reading a thousand rows, so a few batches come with one; but nobody waits for those that are slow.
    private const int AtOnce = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(2);

    /// <summary>Works.</summary>
    public async Task<T> DoAsync<T>(Func<T> work, Func<DuckDbError, DataException>? error = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var task = Task.Run(work, CancellationToken.None);
        try
        {
            return await task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // An interruption that comes before the engine has begun is lost, hence again and again. The session is in use until the work has ended.
            while (!task.IsCompleted)
            {
                session.Interrupt();
                await Task.WhenAny(task, Task.Delay(Again, CancellationToken.None)).ConfigureAwait(false);
            }

            if (task.IsCompletedSuccessfully && task.Result is IDisposable result) result.Dispose();
            _ = task.Exception;
            throw;
        }
        catch (DuckDbError e)
        {
            throw e.Type == DuckDBErrorType.Interrupt && cancellationToken.IsCancellationRequested
                ? new OperationCanceledException("The query was cancelled.", e, cancellationToken)
                : (error ?? toError)(e);
        }
    }

    /// <summary>Reads a result to its end.</summary>
    /// <returns>Batches with rows; one empty batch when there are none.</returns>
    public async IAsyncEnumerable<RecordBatch> ReadAsync(DuckDbResult result)
    {
        var any = false;
        while (await DoAsync(() => Several(result)).ConfigureAwait(false) is { Count: > 0 } batches)
        {
            any = true;
            foreach (var batch in batches)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return batch;
            }
        }

        if (!any) yield return result.Empty();
    }

    private static List<RecordBatch> Several(DuckDbResult result)
    {
        var (batches, began) = (new List<RecordBatch>(AtOnce), Stopwatch.GetTimestamp());
        while (result.Next() is { } batch)
        {
            batches.Add(batch);
            if (batches.Count == AtOnce || !DuckDbResult.IsFull(batch) || Stopwatch.GetElapsedTime(began) > Patience) break;
        }

        return batches;
    }
}
