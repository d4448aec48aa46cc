using MlOps.Core;

namespace MlOps.Testing;

/// <summary>A checkpoint store that forgets everything with the process. Thread-safe.</summary>
/// <param name="time">The clock that says when runs ended; null for the system's.</param>
/// <remarks>What is committed is kept as a copy, made through JSON as a real store makes it.</remarks>
public sealed class InMemoryCheckpointStore(TimeProvider? time = null) : ICheckpointStore
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Dictionary<string, Holder> _runs = new(StringComparer.Ordinal);
    private readonly List<StageCheckpoint> _checkpoints = []; // in the order of their commits

    /// <inheritdoc/>
    public Task BeginAsync(RunLease run, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentOutOfRangeException.ThrowIfNotEqual(run.Token, 1, nameof(run));
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_runs.TryAdd(run.RunId, new(Kept(run)))) return Task.CompletedTask;
            if (_runs[run.RunId] is { HasEnded: false, Lease: { Token: 1 } lease } && lease.Owner == run.Owner) return Task.CompletedTask;
        }

        throw new ConflictException($"Run '{run.RunId}' has begun already. Take its lease over, or begin another run.");
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<RunLease>> ListUnfinishedAsync(string pipeline, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<RunLease>>([.. _runs.Values
                .Where(r => !r.HasEnded && r.Lease.Pipeline == pipeline)
                .Select(r => r.Lease)
                .OrderByDescending(l => l.StartedAt)
                .ThenByDescending(l => l.RunId, StringComparer.Ordinal)]);
        }
    }

    /// <inheritdoc/>
    public Task<RunLease?> TryTakeOverAsync(RunLease lease, string owner, DateTimeOffset expiresAt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return Task.FromResult(Change(lease, held => held with { Owner = owner, Token = held.Token + 1, ExpiresAt = Stored.Time(expiresAt) }, cancellationToken));
    }

    /// <inheritdoc/>
    public Task<bool> RenewAsync(RunLease lease, DateTimeOffset expiresAt, CancellationToken cancellationToken = default) =>
        Task.FromResult(Change(lease, held => held with { ExpiresAt = Stored.Time(expiresAt) }, cancellationToken) is not null);

    /// <inheritdoc/>
    public Task<bool> CommitAsync(RunLease lease, StageCheckpoint checkpoint, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (checkpoint.RunId != lease.RunId) throw new ArgumentException($"The checkpoint is of run '{checkpoint.RunId}', the lease of run '{lease.RunId}'.", nameof(checkpoint));
        if (checkpoint.Status is StageStatus.Skipped) throw new ArgumentException("A stage that did not run leaves no checkpoint.", nameof(checkpoint));
        cancellationToken.ThrowIfCancellationRequested();
        var kept = Stored.Copy(checkpoint) with { StartedAt = Stored.Time(checkpoint.StartedAt), EndedAt = Stored.Time(checkpoint.EndedAt) };
        lock (_gate)
        {
            var earlier = _checkpoints.FindIndex(c => c.RunId == kept.RunId && c.Stage == kept.Stage);
            if (!IsHeld(lease) || (earlier >= 0 && IsGood(_checkpoints[earlier]))) return Task.FromResult(false);
            if (earlier >= 0) _checkpoints.RemoveAt(earlier);
            _checkpoints.Add(kept);
            return Task.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public Task<bool> EndAsync(RunLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var held = IsHeld(lease);
            if (held) _runs[lease.RunId].EndedAt = _time.GetUtcNow();
            return Task.FromResult(held);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StageCheckpoint>> ListAsync(string runId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return Task.FromResult<IReadOnlyList<StageCheckpoint>>([.. _checkpoints.Where(c => c.RunId == runId).OrderBy(c => c.EndedAt)]);
    }

    /// <inheritdoc/>
    public Task<StageCheckpoint?> FindByKeyAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Newest(c => c.Key == key, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<StageCheckpoint?> FindLatestAsync(string pipeline, string stage, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(stage);
        return Newest(c => c.Pipeline == pipeline && c.Stage == stage, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StageCheckpoint> ReadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return ((StageCheckpoint[])[.. _checkpoints]).ToAsyncEnumerable();
    }

    /// <inheritdoc/>
    public Task<int> DeleteEndedAsync(DateTimeOffset endedBefore, bool isDryRun = false, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var ended = _runs.Where(r => r.Value.EndedAt < endedBefore).Select(r => r.Key).ToHashSet(StringComparer.Ordinal);
            if (isDryRun) return Task.FromResult(ended.Count);
            foreach (var run in ended) _runs.Remove(run);
            _checkpoints.RemoveAll(c => ended.Contains(c.RunId));
            return Task.FromResult(ended.Count);
        }
    }

    private static bool IsGood(StageCheckpoint checkpoint) => checkpoint.Status is StageStatus.Finished or StageStatus.Cached;

    private static RunLease Kept(RunLease lease) => lease with { StartedAt = Stored.Time(lease.StartedAt), ExpiresAt = Stored.Time(lease.ExpiresAt) };

    private Task<StageCheckpoint?> Newest(Func<StageCheckpoint, bool> predicate, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return Task.FromResult(_checkpoints.Where(c => IsGood(c) && predicate(c)).OrderBy(c => c.EndedAt).LastOrDefault());
    }

    private bool IsHeld(RunLease lease) => _runs.TryGetValue(lease.RunId, out var run) && !run.HasEnded && run.Lease.Token == lease.Token;

    private RunLease? Change(RunLease lease, Func<RunLease, RunLease> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return IsHeld(lease) ? _runs[lease.RunId].Lease = change(_runs[lease.RunId].Lease) : null;
    }

    private sealed class Holder(RunLease lease)
    {
        public RunLease Lease { get; set; } = lease;

        public DateTimeOffset? EndedAt { get; set; }

        public bool HasEnded => EndedAt is not null;
    }
}
