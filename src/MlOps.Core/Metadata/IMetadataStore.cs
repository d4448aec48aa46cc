namespace MlOps.Core;

/// <summary>Records runs: what was done, with what, and what came out. Thread-safe, also between processes.</summary>
/// <remarks>Every call is atomic. A store that is locked for longer than its timeout throws a transient <see cref="StoreException"/>.</remarks>
public interface IMetadataStore
{
    /// <summary>Records that a run has started. Starting a run that is recorded already sets it back to running, without an end or an error, and changes nothing else.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is recorded.</returns>
    /// <exception cref="ArgumentException">The identifier is not 32 hexadecimal digits, or the experiment has no name.</exception>
    Task StartRunAsync(NewRun run, CancellationToken cancellationToken = default);

    /// <summary>Adds to the record of a run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="entries">What to add.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is recorded.</returns>
    /// <exception cref="NotFoundException">There is no such run.</exception>
    /// <exception cref="ConflictException">A parameter has another value already; nothing was added.</exception>
    Task LogAsync(string runId, RunEntries entries, CancellationToken cancellationToken = default);

    /// <summary>Records how a run ended.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="status">How it ended.</param>
    /// <param name="endedAt">When it ended.</param>
    /// <param name="error">Why it failed, or null.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is recorded.</returns>
    /// <exception cref="NotFoundException">There is no such run.</exception>
    Task EndRunAsync(string runId, RunStatus status, DateTimeOffset endedAt, string? error = null, CancellationToken cancellationToken = default);

    /// <summary>Finds a run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The run; null when there is none.</returns>
    Task<Run?> FindRunAsync(string runId, CancellationToken cancellationToken = default);

    /// <summary>Lists runs, the newest first; runs of one start time by descending identifier.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The runs.</returns>
    Task<IReadOnlyList<Run>> ListRunsAsync(RunQuery query, CancellationToken cancellationToken = default);

    /// <summary>Reads every value of a metric, by step, then time, then value.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The values; none when the run has no such metric.</returns>
    /// <exception cref="NotFoundException">There is no such run.</exception>
    Task<IReadOnlyList<Metric>> GetMetricHistoryAsync(string runId, string metric, CancellationToken cancellationToken = default);

    /// <summary>Lists the experiments by name.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The experiments.</returns>
    Task<IReadOnlyList<Experiment>> ListExperimentsAsync(CancellationToken cancellationToken = default);
}
