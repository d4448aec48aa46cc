using Microsoft.Extensions.Time.Testing;

namespace MlOps.FeatureStore.Tests;

/// <summary>A clock that says when somebody has begun to wait for it.</summary>
internal sealed class WaitedClock(DateTimeOffset now) : FakeTimeProvider(now)
{
    private readonly TaskCompletionSource _made = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task HasTimer => _made.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _made.TrySetResult();
        return timer;
    }
}
