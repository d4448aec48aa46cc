namespace MlOps.Monitoring;

/// <summary>A question that a monitor asks of the predictions of a window: have inputs drifted, is the model still good, are answers slower. A host adds its own with <c>AddMonitorCheck</c>. Thread-safe.</summary>
/// <remarks>The log is read once for all checks of a monitor: each looks at every batch as it comes by. A check keeps what it needs of them, in memory that does not grow with the rows.</remarks>
public interface IMonitorCheck
{
    /// <summary>Gets the name of the check, as it stands in sections, alarms and <see cref="MonitorOptions.SkippedChecks"/>: drift, performance. No two checks of a host have the same, and none is called triggers.</summary>
    string Name { get; }

    /// <summary>Begins to look at a window.</summary>
    /// <param name="context">The monitor, the version and the window.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>What looks at the batches; null when the check does not apply to the monitor or to the task of the model.</returns>
    /// <remarks>A check that throws, here or later, gives a section that says so, with an alarm of kind <see cref="AlarmKind.Failure"/>; the other checks go on.</remarks>
    ValueTask<IMonitorPass?> BeginAsync(MonitorContext context, CancellationToken cancellationToken);
}

/// <summary>A check on its way through a window. It is used by one thread at a time and disposed afterwards.</summary>
public interface IMonitorPass : IDisposable
{
    /// <summary>Looks at rows of the log.</summary>
    /// <param name="batch">Rows of one chunk. They are valid during the call only.</param>
    void Add(MonitorBatch batch);

    /// <summary>Judges what was seen.</summary>
    /// <param name="chunks">All chunks of the window in order, also those without a row.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>What was found.</returns>
    ValueTask<MonitorSection> EndAsync(IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken);
}
