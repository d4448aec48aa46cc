using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Brings what is new to the online store when the host starts and again and again, where the options say so. What fails is logged and tried again the next time.</summary>
internal sealed class MaterializationWorker(IServiceProvider services, TimeProvider time, IOptions<MaterializationOptions> options, ILogger<MaterializationWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.RunAtStart) await RunAsync(stoppingToken).ConfigureAwait(false);
        if (options.Value.Interval is not { } interval) return;
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false)) await RunAsync(stoppingToken).ConfigureAwait(false);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await services.GetRequiredService<IMaterializer>().MaterializeIncrementalAsync(null, null, null, cancellationToken).ConfigureAwait(false);
        }
        catch (MaterializationException)
        {
            // Each view that failed is in the log.
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.MaterializationBroke(e);
        }
    }
}
