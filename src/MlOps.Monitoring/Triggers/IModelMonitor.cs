using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Watches models: compares what was predicted with what they were trained on, and acts on drift. Thread-safe.</summary>
public interface IModelMonitor
{
    /// <summary>Gets the names of the monitors that the host added.</summary>
    IReadOnlyCollection<string> Monitors { get; }

    /// <summary>Lets every check of the host look at the predictions of a window, and does nothing else.</summary>
    /// <param name="monitor">The monitor.</param>
    /// <param name="from">The first moment of the window.</param>
    /// <param name="to">The moment after the last.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The report. A window without predictions gives a report that says so, and no alarm. A check that fails is a section of its own.</returns>
    /// <exception cref="ArgumentException">There is no such monitor, or the window holds no time.</exception>
    /// <exception cref="NotFoundException">The alias points to no version.</exception>
    /// <exception cref="DataException">The log cannot be read.</exception>
    Task<MonitorReport> CheckAsync(string monitor, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default);

    /// <summary>Lets every check of the host look at the predictions of a window and, when there is drift, does what the monitor is to do then.</summary>
    /// <param name="monitor">The monitor.</param>
    /// <param name="from">The first moment of the window.</param>
    /// <param name="to">The moment after the last.</param>
    /// <param name="cancellationToken">Stops the work, also the pipelines that it started.</param>
    /// <returns>The report, and what was done about it and why. A pipeline that fails is reported here and does not throw.</returns>
    /// <exception cref="ArgumentException">There is no such monitor, or the window holds no time.</exception>
    /// <exception cref="NotFoundException">The alias points to no version.</exception>
    /// <exception cref="DataException">The log cannot be read.</exception>
    Task<MonitorResult> RunAsync(string monitor, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default);

    /// <summary>Lists the last runs of a monitor, on whatever host they were.</summary>
    /// <param name="monitor">The monitor.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>At most 50 runs, the latest first.</returns>
    /// <exception cref="ArgumentException">There is no such monitor.</exception>
    /// <exception cref="StoreException">What is remembered cannot be read.</exception>
    Task<IReadOnlyList<MonitorRun>> ListRunsAsync(string monitor, CancellationToken cancellationToken = default);

    /// <summary>Lets monitors start a pipeline again that is stopped since retraining did not help, and forgets which causes it was run for. What it has spent of its budget, and the cool-down, stay.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is remembered.</returns>
    /// <exception cref="ArgumentException">No monitor of the host starts such a pipeline.</exception>
    /// <exception cref="StoreException">What is remembered cannot be changed.</exception>
    Task ResetTriggerAsync(string pipeline, CancellationToken cancellationToken = default);
}

/// <summary>What a monitor found and what it did.</summary>
/// <param name="Report">What it found.</param>
/// <param name="Triggers">What it did with each pipeline that it may start; none when it may start none.</param>
public sealed record MonitorResult(MonitorReport Report, IReadOnlyList<TriggerResult> Triggers)
{
    /// <summary>Gets what became of each alarm, those of the triggers last: whether somebody was told of it, and why not.</summary>
    public IReadOnlyList<AlertResult> Alerts { get; init; } = [];

    /// <summary>Gets the first run that was started and did not fail; null when there is none.</summary>
    public PipelineRun? Run => Triggers.Select(t => t.Run).FirstOrDefault(r => r is not null);
}

/// <summary>What a monitor did with a pipeline that it may start.</summary>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Status">What it did.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Run">The run; null when none was started or it failed.</param>
public sealed record TriggerResult(string Pipeline, TriggerStatus Status, string Reason, PipelineRun? Run = null)
{
    /// <summary>Gets the reason that was looked for: drift, performance, alarm, labels, data, schedule.</summary>
    public string Trigger { get; init; } = TriggerKinds.Drift;

    /// <summary>Gets the version that the monitor's alias points to after the run; null when nothing was run, or it points to none.</summary>
    public int? Champion { get; init; }

    /// <summary>Gets whether the run has put another version in the place of the one that was watched.</summary>
    public bool HasNewChampion { get; init; }

    /// <summary>Gets why the run refused what it made, a sentence each, of which alert sinks are told; none when it did not, or said nothing.</summary>
    public IReadOnlyList<string> Refusals { get; init; } = [];

    /// <summary>Gets the alarm that retraining does not help, of which alert sinks are told; null when the pipeline is not stopped, or a schedule starts it all the same.</summary>
    public Alarm? Alarm { get; init; }
}

/// <summary>What a monitor can do with a pipeline.</summary>
public enum TriggerStatus
{
    /// <summary>There was no reason.</summary>
    NotNeeded,

    /// <summary>There was a reason, but the pipeline was started for it before, or too short a time ago, or too often, or is running.</summary>
    Held,

    /// <summary>The pipeline was run.</summary>
    Ran,

    /// <summary>The pipeline was started and failed, or whether to start it could not be decided.</summary>
    Failed,

    /// <summary>There was a reason, but retraining did not help the last times: the pipeline waits for another version, or for <see cref="IModelMonitor.ResetTriggerAsync"/>.</summary>
    Stopped,
}
