namespace MlOps.Monitoring;

/// <summary>Knows when a pipeline was started for drift and what for. All monitors that may start the pipeline share it, so that two of them do not start it for the same drift. Thread-safe.</summary>
/// <remarks>What it knows is in memory: after the process has started again, the same drift may start the pipeline once more, which then takes its results from the cache.</remarks>
internal sealed class PipelineLedger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _versions = new(StringComparer.Ordinal); // by model
    private readonly Dictionary<DriftCause, string> _runs = [];
    private bool _isRunning;
    private DateTimeOffset? _lastStart;

    /// <summary>Takes the right to run the pipeline until <see cref="Ended"/>, or says why not.</summary>
    public string? TryStart(DriftCause cause, DateTimeOffset now, TimeSpan coolDown)
    {
        lock (_gate)
        {
            if (_isRunning) return "The pipeline is running already.";
            Forget(cause);
            if (_runs.TryGetValue(cause, out var runId)) return $"Run {runId} was started for the same drift in {cause}; nothing has changed since.";
            if (_lastStart is { } last && now - last < coolDown) return FormattableString.Invariant($"The pipeline was started at {last:u}, within the cool-down of {coolDown}.");
            (_isRunning, _lastStart) = (true, now);
            return null;
        }
    }

    public void Answered(DriftCause cause, string runId)
    {
        lock (_gate) _runs[cause] = runId;
    }

    public void Ended()
    {
        lock (_gate) _isRunning = false;
    }

    // What was learned for an earlier version of the model answers nothing any more.
    private void Forget(DriftCause cause)
    {
        if (_versions.TryGetValue(cause.Model, out var known) && known == cause.Version) return;
        _versions[cause.Model] = cause.Version;
        foreach (var old in _runs.Keys.Where(c => c.Model == cause.Model && c.Version != cause.Version).ToList()) _runs.Remove(old);
    }
}
