using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Lets the models follow their aliases while the host runs.</summary>
internal sealed class AliasWatcher(ModelHost host, IModelRegistry registry, TimeProvider time, ILogger<AliasWatcher> logger) : BackgroundService
{
    /// <summary>After how long every model is compared with its alias, whatever the watch said: what could not be loaded gets another chance.</summary>
    public static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(WatchAsync(stoppingToken), LookAgainAsync(stoppingToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task WatchAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                var changes = registry.WatchAsync(stoppingToken); // begins now: what changes while the models are loaded is told afterwards
                var loading = host.RefreshAllAsync(stoppingToken);
                await foreach (var change in changes.ConfigureAwait(false))
                {
                    if (!change.IsAliasChange) continue;

                    // Not awaited: a model that loads slowly does not keep the others waiting. The host puts them in order and logs errors.
                    _ = host.RefreshAsync(change.Model, change.Alias!, stoppingToken);
                }

                await loading.ConfigureAwait(false);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.WatchBroke(e);
            }

            await Task.Delay(ModelHost.RetryAfter, time, stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task LookAgainAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookAgainAfter, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false)) await host.RefreshAllAsync(stoppingToken).ConfigureAwait(false);
    }
}
