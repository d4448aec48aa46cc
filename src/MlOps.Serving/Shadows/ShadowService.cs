using Microsoft.Extensions.Hosting;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Gives the requests that wait to the shadows, and logs what they say. Nobody waits for it, and nothing that happens here touches an answer.</summary>
internal sealed class ShadowService(ShadowQueues queues, ModelHost host, PredictionRecorder recorder, ServingMetrics metrics) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(queues.All.SelectMany(q => Enumerable.Range(0, q.Options.Concurrency).Select(_ => Task.Run(() => WorkAsync(q, stoppingToken), stoppingToken)))).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            foreach (var queue in queues.All) queue.Close();
        }
    }

    private async Task WorkAsync(ShadowQueue queue, CancellationToken stoppingToken)
    {
        await foreach (var request in queue.ReadAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                // The version that it was offered to may have gone meanwhile.
                if (!host.TryLease(queue.Model, queue.Options.Alias, out var lease)) continue;
                using (lease)
                {
                    if (lease.Served.Version.Version != request.Version) await PredictAsync(queue, lease.Served, request).ConfigureAwait(false);
                }
            }
            finally
            {
                queue.Return(request);
            }
        }
    }

    private async Task PredictAsync(ShadowQueue queue, ServedModel served, ShadowRequest request)
    {
        using var activity = ServingMetrics.StartShadow(served, request.Parent);
        var trace = request.Parent == default ? null : request.Parent.TraceId.ToHexString();
        try
        {
            var origin = request.Origin with { Variant = PredictionVariants.Shadow, TraceId = trace };
            var predicted = await recorder.PredictAsync(served, request.Stamp, request.Inputs, origin, CancellationToken.None).ConfigureAwait(false);
            metrics.Shadowed(queue.Model, "ok");
            metrics.Compared(served, request.Version, Agreement.Of(request.Outputs, predicted.Outputs, queue.Options.Tolerance));
        }
#pragma warning disable CA1031 // it is logged beside the answer; the next request may fare better
        catch (Exception e)
#pragma warning restore CA1031
        {
            metrics.Shadowed(queue.Model, e is ModelInputException ? "refused" : "failed");
            queue.Failed(served, e);
        }
    }
}
