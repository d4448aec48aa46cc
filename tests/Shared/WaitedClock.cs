using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace MlOps.Tests;

/// <summary>A clock that says when somebody has begun to wait for it, so that a test moves it neither too early nor further than is waited for.</summary>
internal sealed class WaitedClock(DateTimeOffset now) : FakeTimeProvider(now)
{
    private readonly TaskCompletionSource _made = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<TimeSpan, SemaphoreSlim> _waits = new();

    public Task HasTimer => _made.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        WaitsOf(dueTime).Release();
        _made.TrySetResult();
        return timer;
    }

    /// <summary>Lets a wait pass as soon as somebody waits for just so long. Each wait passes once.</summary>
    public async Task PassAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        await WaitsOf(wait).WaitAsync(cancellationToken);
        Advance(wait);
    }

    private SemaphoreSlim WaitsOf(TimeSpan wait) => _waits.GetOrAdd(wait, static _ => new(0));
}
