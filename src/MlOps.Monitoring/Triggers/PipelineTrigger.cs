using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Starts one pipeline for one monitor, unless the ledger of the pipeline knows a reason not to.</summary>
internal sealed class PipelineTrigger(string monitor, PipelineAction action, PipelineLedger ledger, Func<IPipelineRunner?> runner, TimeProvider time, ILogger logger)
{
    public async Task<TriggerResult> ActAsync(MonitorReport report, MonitorOptions options, CancellationToken cancellationToken)
    {
        if (report.Drift is not { HasDrift: true }) return new(action.Pipeline, TriggerStatus.NotNeeded, "There is no drift.");
        var cause = new DriftCause(report);
        if (ledger.TryStart(cause, time.GetUtcNow(), options.CoolDown) is { } why)
        {
            logger.TriggerHeld(monitor, action.Pipeline, why);
            return new(action.Pipeline, TriggerStatus.Held, why);
        }

        try
        {
            var pipelines = runner() ?? throw new InvalidOperationException("The host has no IPipelineRunner. Add the package MlOps.Pipelines and register its runner.");
            var request = new PipelineRequest { Parameters = action.Parameters(report), Trigger = "drift" };
            logger.TriggerStarts(monitor, action.Pipeline, cause.ToString());
            var run = await pipelines.RunAsync(action.Pipeline, request, cancellationToken).ConfigureAwait(false);
            ledger.Answered(cause, run.RunId);
            return new(action.Pipeline, TriggerStatus.Ran, $"Started by drift in {cause}.", run);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // whatever a pipeline does must not end the monitoring
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.TriggerFailed(e, monitor, action.Pipeline);
            return new(action.Pipeline, TriggerStatus.Failed, $"Started by drift in {cause}, and failed: {e.Message}");
        }
        finally
        {
            ledger.Ended();
        }
    }
}
