using MlOps.Core;

namespace MlOps.MetadataStore.Tests;

/// <summary>A metadata store of which a test changes one thing.</summary>
internal abstract class MetadataStoreWrapper(IMetadataStore inner) : IMetadataStore
{
    public virtual Task<Experiment> CreateExperimentAsync(NewExperiment experiment, CancellationToken cancellationToken = default) => inner.CreateExperimentAsync(experiment, cancellationToken);

    public virtual Task<Experiment?> FindExperimentAsync(string experimentId, CancellationToken cancellationToken = default) => inner.FindExperimentAsync(experimentId, cancellationToken);

    public virtual Task<Experiment?> FindExperimentByNameAsync(string name, CancellationToken cancellationToken = default) => inner.FindExperimentByNameAsync(name, cancellationToken);

    public virtual Task<Experiment> ChangeExperimentAsync(string experimentId, ExperimentChange change, CancellationToken cancellationToken = default) =>
        inner.ChangeExperimentAsync(experimentId, change, cancellationToken);

    public virtual Task<Page<Experiment>> SearchExperimentsAsync(ExperimentQuery query, CancellationToken cancellationToken = default) => inner.SearchExperimentsAsync(query, cancellationToken);

    public virtual Task StartRunAsync(NewRun run, CancellationToken cancellationToken = default) => inner.StartRunAsync(run, cancellationToken);

    public virtual Task LogAsync(string runId, RunEntries entries, CancellationToken cancellationToken = default) => inner.LogAsync(runId, entries, cancellationToken);

    public virtual Task ChangeRunAsync(string runId, RunChange change, CancellationToken cancellationToken = default) => inner.ChangeRunAsync(runId, change, cancellationToken);

    public virtual Task<Run?> FindRunAsync(string runId, CancellationToken cancellationToken = default) => inner.FindRunAsync(runId, cancellationToken);

    public virtual Task<Page<Run>> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default) => inner.SearchRunsAsync(query, cancellationToken);

    public virtual Task<Page<Metric>> GetMetricHistoryAsync(string runId, string metric, int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        inner.GetMetricHistoryAsync(runId, metric, limit, after, cancellationToken);

    public virtual Task<PurgeReport> PurgeAsync(DateTimeOffset deletedBefore, bool isDryRun = false, CancellationToken cancellationToken = default) =>
        inner.PurgeAsync(deletedBefore, isDryRun, cancellationToken);
}
