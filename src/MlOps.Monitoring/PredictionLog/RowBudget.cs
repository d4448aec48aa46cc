namespace MlOps.Monitoring;

/// <summary>How many rows may wait at once. A request that is larger than all of it is let in when nothing else waits.</summary>
internal sealed class RowBudget(int rows)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _returned;
    private long _taken;

    /// <summary>Takes rows.</summary>
    /// <returns>Null when they are taken; else what to wait for before another try.</returns>
    public Task? Take(int count)
    {
        lock (_gate)
        {
            if (_taken > 0 && _taken + count > rows) return (_returned ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            _taken += count;
            return null;
        }
    }

    public void Return(int count)
    {
        if (count == 0) return;
        TaskCompletionSource? returned;
        lock (_gate)
        {
            _taken -= count;
            (returned, _returned) = (_returned, null);
        }

        returned?.SetResult();
    }
}
