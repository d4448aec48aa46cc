using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>Tells the host how a run goes on, one event at a time. A handler that throws does not break the run.</summary>
internal sealed class ProgressRelay(IProgress<PipelineProgress>? target, string runId, string pipeline, ILogger logger)
{
    private readonly Lock _gate = new();
    private bool _closed;

    public void Report(string stage, StageEvent what, TimeSpan elapsed, string? message = null, double? fraction = null)
    {
        if (target is null) return;
        lock (_gate)
        {
            if (_closed) return; // an abandoned stage may still talk
            try
            {
                target.Report(new(runId, pipeline, stage, what, message, fraction, elapsed));
            }
            catch (Exception e)
            {
                logger.ProgressFailed(pipeline, stage, e);
            }
        }
    }

    public void Close()
    {
        lock (_gate) _closed = true;
    }
}
