using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>Renews the lease of a run while it runs, and says when it was lost.</summary>
internal sealed class LeaseKeeper : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly Task _beat;

    public LeaseKeeper(ICheckpointStore checkpoints, RunLease lease, TimeSpan duration, TimeProvider time, ILogger logger) =>
        _beat = BeatAsync(checkpoints, lease, duration, time, logger);

    /// <summary>Gets what is cancelled when the run is no longer ours.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Notes that the run is no longer ours.</summary>
    public void GiveUp() => _lost.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _beat.ConfigureAwait(false);
        _stop.Dispose();
        _lost.Dispose();
    }

    private async Task BeatAsync(ICheckpointStore checkpoints, RunLease lease, TimeSpan duration, TimeProvider time, ILogger logger)
    {
        using var timer = new PeriodicTimer(duration / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                try
                {
                    if (await checkpoints.RenewAsync(lease, time.GetUtcNow() + duration, _stop.Token).ConfigureAwait(false)) continue;
                    await _lost.CancelAsync().ConfigureAwait(false);
                    return;
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    logger.LeaseNotRenewed(lease.RunId, e); // a commit will tell whether it was taken meanwhile
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the run has ended
        }
    }
}
