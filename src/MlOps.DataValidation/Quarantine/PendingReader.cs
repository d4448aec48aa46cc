namespace MlOps.DataValidation;

/// <summary>Reads a stream and says whether its next record is there already. What is on its way when the reading stops is cancelled and awaited.</summary>
internal sealed class PendingReader<T>(IAsyncEnumerator<T> source, CancellationTokenSource stop) : IAsyncDisposable
{
    private Task<bool>? _next;

    public T Current => source.Current;

    /// <summary>Says whether the next record, or the end, needs no waiting.</summary>
    /// <remarks>The current record must have been taken before.</remarks>
    public bool IsNextThere() => Ask().IsCompleted;

    public Task<bool> NextAsync()
    {
        var next = Ask();
        _next = null;
        return next;
    }

    public async ValueTask DisposeAsync()
    {
        if (_next is { IsCompletedSuccessfully: false } pending)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await source.DisposeAsync().ConfigureAwait(false);
    }

    private Task<bool> Ask() => _next ??= source.MoveNextAsync().AsTask();
}
