namespace MlOps.Core;

/// <summary>Runs the pipelines that the host registered. Thread-safe.</summary>
public interface IPipelineRunner
{
    /// <summary>Gets the names of the registered pipelines.</summary>
    IReadOnlyCollection<string> Pipelines { get; }

    /// <summary>Runs a pipeline, or goes on with a run of it, with the same parameters, that was killed.</summary>
    /// <param name="pipeline">The name it is registered under.</param>
    /// <param name="request">Parameters, seed and progress, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the run; what is finished stays recorded.</param>
    /// <returns>The finished run.</returns>
    /// <exception cref="ArgumentException">No pipeline has this name, or a parameter is wrong.</exception>
    /// <exception cref="StageFailedException">A stage failed.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    /// <exception cref="ConflictException">Another process took the run over, because this one was thought dead; it goes on there.</exception>
    Task<PipelineRun> RunAsync(string pipeline, PipelineRequest? request = null, CancellationToken cancellationToken = default);

    /// <summary>Says for each stage whether a run started now would take an earlier result, and why.</summary>
    /// <param name="pipeline">The name it is registered under.</param>
    /// <param name="request">Parameters and seed, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>A decision for each stage, in order. A stage whose inputs are not known yet is a miss.</returns>
    Task<IReadOnlyList<CacheDecision>> ExplainAsync(string pipeline, PipelineRequest? request = null, CancellationToken cancellationToken = default);

    /// <summary>Does the stages of a run once more, as they were recorded: with its parameters and its seed, and without any earlier result. Says whether the same comes out, and if not, what differs.</summary>
    /// <param name="runId">The run, which has ended.</param>
    /// <param name="cancellationToken">Stops the replay.</param>
    /// <returns>What came out. A stage that fails is part of it.</returns>
    /// <remarks>
    /// The replay is recorded as a run of its own, in the experiment "{pipeline} replays", that points to the run with the tag mlops.replay_of. It leaves no earlier results, no lineage
    /// and no OpenLineage events. A stage that is an <see cref="IEffectStage"/>, as registering and promoting, is not done: what it would be given is compared. A source that has
    /// changed since, or is gone, is not read: the snapshot of then is taken, and the report says so.
    /// </remarks>
    /// <exception cref="NotFoundException">There is no such run, or nothing is left of its stages.</exception>
    /// <exception cref="ConflictException">The run has not ended, or is itself a replay.</exception>
    /// <exception cref="ArgumentException">It is no run of a pipeline of this host.</exception>
    Task<ReplayReport> ReplayAsync(string runId, CancellationToken cancellationToken = default);
}

/// <summary>How a pipeline is to be run.</summary>
public sealed record PipelineRequest
{
    /// <summary>Gets the values of the pipeline's parameters, as invariant text.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the seed of all randomness in the run.</summary>
    /// <value>The default is null: the one of the pipeline's options.</value>
    public int? Seed { get; init; }

    /// <summary>Gets whether earlier results are left aside.</summary>
    /// <value>The default is false.</value>
    public bool Force { get; init; }

    /// <summary>Gets why the run was started, for the record: manual, schedule, drift.</summary>
    /// <value>The default is manual.</value>
    public string Trigger { get; init; } = "manual";

    /// <summary>Gets the time that the run is due, which may be earlier than it starts: the night whose data it works on.</summary>
    /// <value>The default is null: nobody said.</value>
    public DateTimeOffset? ScheduledFor { get; init; }

    /// <summary>Gets who is told how the run goes on. Called from several threads, one call at a time.</summary>
    /// <value>The default is null: nobody.</value>
    public IProgress<PipelineProgress>? Progress { get; init; }
}
