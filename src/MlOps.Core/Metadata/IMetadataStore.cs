namespace MlOps.Core;

/// <summary>Records experiments and runs: what was done, with what, and what came out. Thread-safe, also between processes.</summary>
/// <remarks>Every call is atomic. A store that is locked for longer than its timeout throws a transient <see cref="StoreException"/>.</remarks>
public interface IMetadataStore
{
    /// <summary>Creates an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The experiment with its identifier.</returns>
    /// <exception cref="ConflictException">There is one of the name, perhaps a deleted one.</exception>
    Task<Experiment> CreateExperimentAsync(NewExperiment experiment, CancellationToken cancellationToken = default);

    /// <summary>Finds an experiment, deleted or not.</summary>
    /// <param name="experimentId">The identifier.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The experiment; null when there is none.</returns>
    Task<Experiment?> FindExperimentAsync(string experimentId, CancellationToken cancellationToken = default);

    /// <summary>Finds an experiment by its name, deleted or not.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The experiment; null when there is none.</returns>
    Task<Experiment?> FindExperimentByNameAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Changes an experiment.</summary>
    /// <param name="experimentId">The identifier.</param>
    /// <param name="change">What to change.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The experiment as it is afterwards.</returns>
    /// <exception cref="NotFoundException">There is no such experiment.</exception>
    /// <exception cref="ConflictException">Another one has the new name, or a deleted one was to be changed otherwise than by restoring it; nothing was changed.</exception>
    Task<Experiment> ChangeExperimentAsync(string experimentId, ExperimentChange change, CancellationToken cancellationToken = default);

    /// <summary>Lists experiments, by default the newest first.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>A page of them.</returns>
    /// <exception cref="SearchException">The filter, the order or the page is not understood.</exception>
    Task<Page<Experiment>> SearchExperimentsAsync(ExperimentQuery query, CancellationToken cancellationToken = default);

    /// <summary>Records that a run has started. Starting a run that is recorded already sets it back to running, without an end or an error, and changes nothing else.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is recorded.</returns>
    /// <exception cref="ArgumentException">The identifier is not 32 hexadecimal digits, or the experiment has no name.</exception>
    /// <exception cref="NotFoundException">There is no experiment of the given identifier.</exception>
    /// <exception cref="ConflictException">The experiment or the run is deleted.</exception>
    Task StartRunAsync(NewRun run, CancellationToken cancellationToken = default);

    /// <summary>Adds to the record of a run, all of it or nothing. The same entries twice are the same as once.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="entries">What to add.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is recorded.</returns>
    /// <exception cref="NotFoundException">There is no such run.</exception>
    /// <exception cref="ConflictException">A parameter has another value already, or the run is deleted; nothing was added.</exception>
    Task LogAsync(string runId, RunEntries entries, CancellationToken cancellationToken = default);

    /// <summary>Changes how a run stands: its name, its status, its lifecycle.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="change">What to change.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is recorded.</returns>
    /// <exception cref="NotFoundException">There is no such run.</exception>
    /// <exception cref="ConflictException">A deleted run was to be changed otherwise than by restoring it, or its experiment is deleted; nothing was changed.</exception>
    Task ChangeRunAsync(string runId, RunChange change, CancellationToken cancellationToken = default);

    /// <summary>Finds a run, deleted or not, with everything about it but the histories of its metrics.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The run; null when there is none.</returns>
    Task<Run?> FindRunAsync(string runId, CancellationToken cancellationToken = default);

    /// <summary>Lists runs, by default the newest first, and runs of one start time by identifier. What is missing comes last in every order, before it NaN.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>A page of them. In the default order its cost does not depend on how many come before.</returns>
    /// <exception cref="SearchException">The filter, the order or the page is not understood.</exception>
    Task<Page<Run>> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default);

    /// <summary>Reads the values of a metric, by step, then time, then value.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="limit">How many to read at most; null for all.</param>
    /// <param name="after">Where to read on: <see cref="Page{T}.Next"/> of the page before; null for the first.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>A page of values; none when the run has no such metric.</returns>
    /// <exception cref="NotFoundException">There is no such run.</exception>
    /// <exception cref="SearchException">The page is none of this metric.</exception>
    Task<Page<Metric>> GetMetricHistoryAsync(string runId, string metric, int? limit = null, string? after = null, CancellationToken cancellationToken = default);

    /// <summary>Removes for good what was deleted before a moment: experiments with their runs, and runs. The default experiment stays. Bytes in the artifact store are left to its collector.</summary>
    /// <param name="deletedBefore">The moment.</param>
    /// <param name="isDryRun">Whether to only say what would be removed.</param>
    /// <param name="cancellationToken">Stops the call; what was removed until then stays removed.</param>
    /// <returns>What was removed. The name of a purged experiment can be used again.</returns>
    Task<PurgeReport> PurgeAsync(DateTimeOffset deletedBefore, bool isDryRun = false, CancellationToken cancellationToken = default);
}

/// <summary>What a purge removed, or would remove.</summary>
/// <param name="ExperimentIds">The experiments, in order.</param>
/// <param name="RunIds">The runs, in order.</param>
public sealed record PurgeReport(IReadOnlyList<string> ExperimentIds, IReadOnlyList<string> RunIds);
