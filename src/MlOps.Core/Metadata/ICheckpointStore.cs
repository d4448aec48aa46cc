namespace MlOps.Core;

/// <summary>Keeps what the stages of pipelines have finished, so that nothing is done twice and a killed run can go on. Thread-safe, also between processes.</summary>
/// <remarks>A run belongs to whoever holds its lease. Taking it over raises the token, and from then on the former holder can commit nothing more.</remarks>
public interface ICheckpointStore
{
    /// <summary>Records that a run begins, and takes its lease.</summary>
    /// <param name="run">The run, with the token 1.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is recorded. The owner may say it twice.</returns>
    /// <exception cref="ConflictException">The run has begun already and is not this owner's, or has ended.</exception>
    Task BeginAsync(RunLease run, CancellationToken cancellationToken = default);

    /// <summary>Lists the runs of a pipeline that have not ended, the newest first.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The leases as they stand.</returns>
    Task<IReadOnlyList<RunLease>> ListUnfinishedAsync(string pipeline, CancellationToken cancellationToken = default);

    /// <summary>Takes a lease over from an owner that is gone, if nobody else has done so.</summary>
    /// <param name="lease">The lease as it was listed.</param>
    /// <param name="owner">The new owner.</param>
    /// <param name="expiresAt">When the new lease ends unless it is renewed.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The new lease, with a higher token; null when somebody else was first or the run has ended.</returns>
    Task<RunLease?> TryTakeOverAsync(RunLease lease, string owner, DateTimeOffset expiresAt, CancellationToken cancellationToken = default);

    /// <summary>Makes a lease last longer.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="expiresAt">When it ends unless it is renewed again.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when the lease is no longer the caller's.</returns>
    Task<bool> RenewAsync(RunLease lease, DateTimeOffset expiresAt, CancellationToken cancellationToken = default);

    /// <summary>Records the result of a stage, if the lease is still the caller's and the stage has no result in this run yet (a failed attempt is none).</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="checkpoint">The result.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when it was not recorded.</returns>
    Task<bool> CommitAsync(RunLease lease, StageCheckpoint checkpoint, CancellationToken cancellationToken = default);

    /// <summary>Records that a run has ended, if the lease is still the caller's.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when the lease is no longer the caller's.</returns>
    Task<bool> EndAsync(RunLease lease, CancellationToken cancellationToken = default);

    /// <summary>Lists the stages of a run in the order in which they ended.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The latest record of each stage.</returns>
    Task<IReadOnlyList<StageCheckpoint>> ListAsync(string runId, CancellationToken cancellationToken = default);

    /// <summary>Finds the newest good result with a cache key, in any run.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The result; null when there is none.</returns>
    Task<StageCheckpoint?> FindByKeyAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Finds the newest good result of a stage, in any run of a pipeline.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The result; null when there is none.</returns>
    Task<StageCheckpoint?> FindLatestAsync(string pipeline, string stage, CancellationToken cancellationToken = default);

    /// <summary>Reads every record of a stage, in no order and without holding all of them in memory.</summary>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The records. What is committed or deleted while they are read may be among them or not.</returns>
    IAsyncEnumerable<StageCheckpoint> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>Removes the runs that ended before a moment with the records of their stages. Their stages are no cache hits any more; the records of the runs in the metadata store stay.</summary>
    /// <param name="endedBefore">The moment.</param>
    /// <param name="isDryRun">Whether to only say how many would be removed.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How many runs were removed.</returns>
    Task<int> DeleteEndedAsync(DateTimeOffset endedBefore, bool isDryRun = false, CancellationToken cancellationToken = default);
}

/// <summary>Who runs a run of a pipeline.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Request">What identifies the request: parameters and seed, as JSON.</param>
/// <param name="Owner">The process that runs it.</param>
/// <param name="Token">Rises by one with each owner.</param>
/// <param name="StartedAt">When the run began.</param>
/// <param name="ExpiresAt">When the lease ends unless it is renewed.</param>
public sealed record RunLease(string RunId, string Pipeline, string Request, string Owner, long Token, DateTimeOffset StartedAt, DateTimeOffset ExpiresAt);

/// <summary>What is recorded of a stage of a run.</summary>
public sealed record StageCheckpoint
{
    /// <summary>Gets the run.</summary>
    public required string RunId { get; init; }

    /// <summary>Gets the pipeline.</summary>
    public required string Pipeline { get; init; }

    /// <summary>Gets the stage.</summary>
    public required string Stage { get; init; }

    /// <summary>Gets how it ended: finished, cached or failed.</summary>
    public required StageStatus Status { get; init; }

    /// <summary>Gets how often it was tried; 0 for a cache hit.</summary>
    public required int Attempts { get; init; }

    /// <summary>Gets the cache key: the SHA-256 of <see cref="KeyParts"/>.</summary>
    public required string Key { get; init; }

    /// <summary>Gets what the key was made of: code, parameters, seed and the fingerprint of each input, each as text.</summary>
    public required IReadOnlyDictionary<string, string> KeyParts { get; init; }

    /// <summary>Gets the reason for the cache hit or miss.</summary>
    public required string CacheReason { get; init; }

    /// <summary>Gets the output as JSON; null when it failed.</summary>
    public string? Output { get; init; }

    /// <summary>Gets the fingerprint of the output; null when it failed.</summary>
    public string? OutputFingerprint { get; init; }

    /// <summary>Gets what the stage logged.</summary>
    public RunEntries Entries { get; init; } = new();

    /// <summary>Gets when it started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Gets when it ended.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Gets why it failed; null when it did not.</summary>
    public string? Error { get; init; }
}
