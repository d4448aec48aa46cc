using MlOps.Core;

namespace MlOps.MetadataStore.Tests;

/// <summary>A metadata store of which a test changes one thing.</summary>
internal abstract class MetadataStoreWrapper(IMetadataStore inner) : IMetadataStore
{
    public virtual Task StartRunAsync(NewRun run, CancellationToken cancellationToken = default) => inner.StartRunAsync(run, cancellationToken);

    public virtual Task LogAsync(string runId, RunEntries entries, CancellationToken cancellationToken = default) => inner.LogAsync(runId, entries, cancellationToken);

    public virtual Task EndRunAsync(string runId, RunStatus status, DateTimeOffset endedAt, string? error = null, CancellationToken cancellationToken = default) =>
        inner.EndRunAsync(runId, status, endedAt, error, cancellationToken);

    public virtual Task<Run?> FindRunAsync(string runId, CancellationToken cancellationToken = default) => inner.FindRunAsync(runId, cancellationToken);

    public virtual Task<IReadOnlyList<Run>> ListRunsAsync(RunQuery query, CancellationToken cancellationToken = default) => inner.ListRunsAsync(query, cancellationToken);

    public virtual Task<IReadOnlyList<Metric>> GetMetricHistoryAsync(string runId, string metric, CancellationToken cancellationToken = default) =>
        inner.GetMetricHistoryAsync(runId, metric, cancellationToken);

    public virtual Task<IReadOnlyList<Experiment>> ListExperimentsAsync(CancellationToken cancellationToken = default) => inner.ListExperimentsAsync(cancellationToken);
}
