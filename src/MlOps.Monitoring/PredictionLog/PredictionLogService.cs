using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Stores what is in the queue when the host stops, and what a killed process has left when it starts; in between it looks after old days.</summary>
internal sealed class PredictionLogService(IPredictionLog log, IServiceProvider services, IOptions<PredictionLogOptions> options, TimeProvider time, ILogger<PredictionLogService> logger) : BackgroundService
{
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        (log as PredictionLog)?.Start();
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await log.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logger.FlushFailed(e);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (log is not PredictionLog ours || services.GetService(typeof(IPredictionLogAdmin)) is not IPredictionLogAdmin admin) return; // a log of the host's own looks after itself
        using var timer = new PeriodicTimer(options.Value.UpkeepInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false)) await LookAfterAsync(ours, admin, stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private async Task LookAfterAsync(PredictionLog ours, IPredictionLogAdmin admin, CancellationToken cancellationToken)
    {
        try
        {
            ours.Recover();
            var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
            var days = options.Value.RetentionDays is { } kept ? await admin.RemoveAsync(today.AddDays(1 - kept), cancellationToken).ConfigureAwait(false) : 0;
            var files = await admin.CompactAsync(today, cancellationToken).ConfigureAwait(false);
            if (days > 0 || files > 0) logger.UpkeepDone(days, files);
        }
#pragma warning disable CA1031 // whatever happens, the next time may be better
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            logger.UpkeepFailed(e);
        }
    }
}
