using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>A stage that went on working after it had been told to stop.</summary>
internal sealed class StageAbandonedException(string message) : TimeoutException(message);

/// <summary>Runs one stage: in a scope of its own, within its time, again after a passing error.</summary>
internal sealed class StageAttempts(StageNode node, IReadOnlyList<object?> inputs, IServiceProvider services, PipelineOptions options, TimeProvider time)
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(49); // of a timer
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private readonly List<string> _openings = [];

    /// <summary>Gets how often the stage was tried so far.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the holdouts that were opened so far, also by attempts that failed.</summary>
    public IReadOnlyList<string> Openings => _openings;

    /// <summary>Gets called before the wait for another attempt: which attempt failed, the wait and why.</summary>
    public Action<int, TimeSpan, Exception>? Retrying { get; init; }

    /// <summary>Gets called when the stage is left alone although it still works.</summary>
    public Action? Abandoned { get; init; }

    /// <summary>Runs the stage.</summary>
    /// <param name="context">Makes what the stage knows of its run, from the services of its scope.</param>
    /// <param name="stop">Stops the run.</param>
    /// <returns>The output of the attempt that went well, and its context.</returns>
    public async Task<(object? Output, StageContext Context)> RunAsync(Func<IServiceProvider, StageContext> context, CancellationToken stop)
    {
        while (true)
        {
            Count++;
            try
            {
                return await AttemptAsync(context, stop).ConfigureAwait(false);
            }
            catch (Exception e) when (Count < node.Options.MaxAttempts && !stop.IsCancellationRequested && IsPassing(e))
            {
                var wait = TimeSpan.FromTicks((long)Math.Min(node.Options.Backoff.Ticks * Math.Pow(2, Count - 1), LongestWait.Ticks));
                Retrying?.Invoke(Count, wait, e);
                await Task.Delay(wait, time, stop).ConfigureAwait(false);
            }
        }
    }

    private async Task<(object? Output, StageContext Context)> AttemptAsync(Func<IServiceProvider, StageContext> makeContext, CancellationToken stop)
    {
        var timeout = node.Options.Timeout ?? options.StageTimeout;
        var late = new CancellationTokenSource(timeout < LongestTimeout ? timeout : LongestTimeout, time);
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        var scope = services.CreateAsyncScope();
        var context = makeContext(scope.ServiceProvider);
        var work = Task.Run(() => WorkAsync(scope, context, cancel.Token), CancellationToken.None);
        try
        {
            return (await ResultAsync(work, timeout, cancel.Token, stop).ConfigureAwait(false), context);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested && e.InnerException is TimeoutException)
        {
            throw new TimeoutException(e.InnerException.Message, e); // as HttpClient says it
        }
        catch (Exception e) when (late.IsCancellationRequested && !stop.IsCancellationRequested && e is not StageAbandonedException)
        {
            throw new TimeoutException($"Stage '{node.Name}' took longer than {timeout}. Give it more time with {nameof(StageOptions)}.{nameof(StageOptions.Timeout)}, or less to do.", e);
        }
        finally
        {
            _openings.AddRange(context.OpenedHoldouts);
            if (work.IsCompleted)
            {
                cancel.Dispose();
                late.Dispose();
            }
        }
    }

    private async Task<object?> WorkAsync(AsyncServiceScope scope, StageContext context, CancellationToken cancellationToken)
    {
        await using (scope.ConfigureAwait(false))
        {
            object? made = null;
            try
            {
                cancellationToken.ThrowIfCancellationRequested(); // what was to stop before it got a thread does not begin any more
                var stage = node.Instance ?? (made = ActivatorUtilities.CreateInstance(scope.ServiceProvider, node.StageType));
                return await node.RunAsync(stage, inputs, context, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await Disposal.DisposeAsync(made).ConfigureAwait(false);
            }
        }
    }

    private async Task<object?> ResultAsync(Task<object?> work, TimeSpan timeout, CancellationToken cancel, CancellationToken stop)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (cancel.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), cancelled))
            await Task.WhenAny(work, cancelled.Task).ConfigureAwait(false);
        if (!work.IsCompleted)
        {
            using var enough = new CancellationTokenSource();
            await Task.WhenAny(work, Task.Delay(options.StopGrace, time, enough.Token)).ConfigureAwait(false);
            await enough.CancelAsync().ConfigureAwait(false);
        }

        if (work.IsCompleted) return await work.ConfigureAwait(false);
        _ = work.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        Abandoned?.Invoke();
        stop.ThrowIfCancellationRequested();
        throw new StageAbandonedException(
            $"Stage '{node.Name}' took longer than {timeout} and did not stop within {options.StopGrace} of being told to. It was abandoned and may still be working. "
            + "Pass the CancellationToken on to everything that takes long.");
    }

    private bool IsPassing(Exception error)
    {
        if (error is StageAbandonedException) return false; // it may still be working
        try
        {
            return node.Options.RetryWhen(error);
        }
        catch (Exception)
        {
            return false; // the stage's own error says more than that of the judge
        }
    }
}
