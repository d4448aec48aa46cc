using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Starts one pipeline for one monitor, and knows when not to.</summary>
/// <remarks>What it knows is in memory: after the process has started again, the same drift may start the pipeline once more, which then takes its results from the cache.</remarks>
internal sealed class PipelineTrigger(string monitor, PipelineAction action, Func<IPipelineRunner?> runner, TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _answered = new(StringComparer.Ordinal); // runs by their cause, of one version
    private bool _isRunning;
    private DateTimeOffset? _lastStart;
    private int _version;

    public async Task<TriggerResult> ActAsync(DriftReport report, MonitorOptions options, CancellationToken cancellationToken)
    {
        if (!report.HasDrift) return new(action.Pipeline, TriggerStatus.NotNeeded, "There is no drift.");
        var cause = $"{string.Join(", ", report.Drifted)} of version {report.Version}";
        if (TryHold(cause, report.Version, options) is { } why)
        {
            logger.TriggerHeld(monitor, action.Pipeline, why);
            return new(action.Pipeline, TriggerStatus.Held, why);
        }

        try
        {
            var pipelines = runner() ?? throw new InvalidOperationException("The host has no IPipelineRunner. Add the package MlOps.Pipelines and register its runner.");
            var request = new PipelineRequest { Parameters = action.Parameters(report), Trigger = "drift" };
            logger.TriggerStarts(monitor, action.Pipeline, cause);
            var run = await pipelines.RunAsync(action.Pipeline, request, cancellationToken).ConfigureAwait(false);
            lock (_gate) _answered[cause] = run.RunId;
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
            lock (_gate) _isRunning = false;
        }
    }

    // Takes the right to run, or says why not.
    private string? TryHold(string cause, int version, MonitorOptions options)
    {
        lock (_gate)
        {
            if (_isRunning) return "The pipeline is running already.";
            if (_version != version) _answered.Clear();
            _version = version;
            if (_answered.TryGetValue(cause, out var runId)) return $"Run {runId} was started for the same drift in {cause}; nothing has changed since.";
            var now = time.GetUtcNow();
            if (_lastStart is { } last && now - last < options.CoolDown) return FormattableString.Invariant($"The pipeline was started at {last:u}, within the cool-down of {options.CoolDown}.");
            (_isRunning, _lastStart) = (true, now);
            return null;
        }
    }
}
