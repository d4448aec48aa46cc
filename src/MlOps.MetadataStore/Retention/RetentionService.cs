using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.MetadataStore;

/// <summary>Applies retention at intervals, when the host asks for it.</summary>
internal sealed class RetentionService(IRetention retention, IOptions<RetentionOptions> options, TimeProvider time, ILogger<RetentionService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Interval is not { } interval) return;
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await retention.ApplyAsync(isDryRun: false, stoppingToken).ConfigureAwait(false);
            }
            catch (MlOpsException e)
            {
                logger.CannotRetain(e); // the next time may go better
            }
        }
    }
}
