using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Pipelines.Tests;

/// <summary>A checkpoint store in memory of which a test changes one thing.</summary>
internal abstract class CheckpointStoreWrapper : ICheckpointStore
{
    private readonly InMemoryCheckpointStore _inner = new();

    public virtual Task BeginAsync(RunLease run, CancellationToken cancellationToken = default) => _inner.BeginAsync(run, cancellationToken);

    public virtual Task<IReadOnlyList<RunLease>> ListUnfinishedAsync(string pipeline, CancellationToken cancellationToken = default) => _inner.ListUnfinishedAsync(pipeline, cancellationToken);

    public virtual Task<RunLease?> TryTakeOverAsync(RunLease lease, string owner, DateTimeOffset expiresAt, CancellationToken cancellationToken = default) =>
        _inner.TryTakeOverAsync(lease, owner, expiresAt, cancellationToken);

    public virtual Task<bool> RenewAsync(RunLease lease, DateTimeOffset expiresAt, CancellationToken cancellationToken = default) => _inner.RenewAsync(lease, expiresAt, cancellationToken);

    public virtual Task<bool> CommitAsync(RunLease lease, StageCheckpoint checkpoint, CancellationToken cancellationToken = default) => _inner.CommitAsync(lease, checkpoint, cancellationToken);

    public virtual Task<bool> EndAsync(RunLease lease, CancellationToken cancellationToken = default) => _inner.EndAsync(lease, cancellationToken);

    public virtual Task<IReadOnlyList<StageCheckpoint>> ListAsync(string runId, CancellationToken cancellationToken = default) => _inner.ListAsync(runId, cancellationToken);

    public virtual Task<StageCheckpoint?> FindByKeyAsync(string key, CancellationToken cancellationToken = default) => _inner.FindByKeyAsync(key, cancellationToken);

    public virtual Task<StageCheckpoint?> FindLatestAsync(string pipeline, string stage, CancellationToken cancellationToken = default) => _inner.FindLatestAsync(pipeline, stage, cancellationToken);

    public virtual IAsyncEnumerable<StageCheckpoint> ReadAsync(CancellationToken cancellationToken = default) => _inner.ReadAsync(cancellationToken);

    public virtual Task<int> DeleteEndedAsync(DateTimeOffset endedBefore, bool isDryRun = false, CancellationToken cancellationToken = default) => _inner.DeleteEndedAsync(endedBefore, isDryRun, cancellationToken);
}
