using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Stores what is in the queue when the host stops.</summary>
internal sealed class PredictionLogService(IPredictionLog log, ILogger<PredictionLogService> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await log.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logger.FlushFailed(e);
        }
    }
}
