using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Pipelines.Tests.Victim;

/// <summary>Kills this process with SIGKILL where it was told to.</summary>
public sealed class Death(string folder, string where)
{
    private readonly Lock _gate = new();
    private readonly int _write = where.StartsWith("write:", StringComparison.Ordinal) ? int.Parse(where.AsSpan(6), CultureInfo.InvariantCulture) : -1;
    private int _writes;

    /// <summary>Adds a line to a file that outlives the process.</summary>
    public void Note(string file, string line)
    {
        lock (_gate) File.AppendAllText(Path.Combine(folder, file + ".txt"), line + "\n");
    }

    /// <summary>Counts a write to a store that has just been made.</summary>
    public void AfterWrite(string what)
    {
        if (Interlocked.Increment(ref _writes) != _write) return;
        Note("died", what);
        Die();
    }

    /// <summary>Is called in the middle of a stage.</summary>
    public async Task InStageAsync(string stage, CancellationToken cancellationToken)
    {
        if (where == "wait") await Task.Delay(40, cancellationToken);
        if (where != $"stage:{stage}") return;
        Note("died", stage);
        Die();
    }

    private static void Die()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}

internal static class DeathExtensions
{
    /// <summary>Puts something around a service that was registered with a factory.</summary>
    public static void KillAround<T>(this IServiceCollection services, Func<T, Death, T> wrap)
        where T : class
    {
        var inner = services.Last(d => d.ServiceType == typeof(T));
        services.Remove(inner);
        services.AddSingleton(provider => wrap((T)inner.ImplementationFactory!(provider), provider.GetRequiredService<Death>()));
    }
}

internal sealed class MortalCheckpoints(ICheckpointStore inner, Death death) : ICheckpointStore
{
    public async Task BeginAsync(RunLease run, CancellationToken cancellationToken = default)
    {
        await inner.BeginAsync(run, cancellationToken);
        death.AfterWrite("begin");
    }

    public Task<IReadOnlyList<RunLease>> ListUnfinishedAsync(string pipeline, CancellationToken cancellationToken = default) => inner.ListUnfinishedAsync(pipeline, cancellationToken);

    public async Task<RunLease?> TryTakeOverAsync(RunLease lease, string owner, DateTimeOffset expiresAt, CancellationToken cancellationToken = default)
    {
        var taken = await inner.TryTakeOverAsync(lease, owner, expiresAt, cancellationToken);
        death.AfterWrite("take over");
        return taken;
    }

    public Task<bool> RenewAsync(RunLease lease, DateTimeOffset expiresAt, CancellationToken cancellationToken = default) => inner.RenewAsync(lease, expiresAt, cancellationToken);

    public async Task<bool> CommitAsync(RunLease lease, StageCheckpoint checkpoint, CancellationToken cancellationToken = default)
    {
        var committed = await inner.CommitAsync(lease, checkpoint, cancellationToken);
        death.AfterWrite("commit");
        return committed;
    }

    public async Task<bool> EndAsync(RunLease lease, CancellationToken cancellationToken = default)
    {
        var ended = await inner.EndAsync(lease, cancellationToken);
        death.AfterWrite("end");
        return ended;
    }

    public Task<IReadOnlyList<StageCheckpoint>> ListAsync(string runId, CancellationToken cancellationToken = default) => inner.ListAsync(runId, cancellationToken);

    public Task<StageCheckpoint?> FindByKeyAsync(string key, CancellationToken cancellationToken = default) => inner.FindByKeyAsync(key, cancellationToken);

    public Task<StageCheckpoint?> FindLatestAsync(string pipeline, string stage, CancellationToken cancellationToken = default) => inner.FindLatestAsync(pipeline, stage, cancellationToken);

    public IAsyncEnumerable<StageCheckpoint> ReadAsync(CancellationToken cancellationToken = default) => inner.ReadAsync(cancellationToken);

    public Task<int> DeleteEndedAsync(DateTimeOffset endedBefore, bool isDryRun = false, CancellationToken cancellationToken = default) => inner.DeleteEndedAsync(endedBefore, isDryRun, cancellationToken);
}

internal sealed class MortalMetadata(IMetadataStore inner, Death death) : IMetadataStore
{
    public async Task StartRunAsync(NewRun run, CancellationToken cancellationToken = default)
    {
        await inner.StartRunAsync(run, cancellationToken);
        death.AfterWrite("start");
    }

    public async Task LogAsync(string runId, RunEntries entries, CancellationToken cancellationToken = default)
    {
        await inner.LogAsync(runId, entries, cancellationToken);
        death.AfterWrite("log");
    }

    public async Task ChangeRunAsync(string runId, RunChange change, CancellationToken cancellationToken = default)
    {
        await inner.ChangeRunAsync(runId, change, cancellationToken);
        death.AfterWrite("end of record");
    }

    public Task<Run?> FindRunAsync(string runId, CancellationToken cancellationToken = default) => inner.FindRunAsync(runId, cancellationToken);

    public Task<Page<Run>> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default) => inner.SearchRunsAsync(query, cancellationToken);

    public Task<Page<Metric>> GetMetricHistoryAsync(string runId, string metric, int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        inner.GetMetricHistoryAsync(runId, metric, limit, after, cancellationToken);

    public Task<Experiment> CreateExperimentAsync(NewExperiment experiment, CancellationToken cancellationToken = default) => inner.CreateExperimentAsync(experiment, cancellationToken);

    public Task<Experiment?> FindExperimentAsync(string experimentId, CancellationToken cancellationToken = default) => inner.FindExperimentAsync(experimentId, cancellationToken);

    public Task<Experiment?> FindExperimentByNameAsync(string name, CancellationToken cancellationToken = default) => inner.FindExperimentByNameAsync(name, cancellationToken);

    public Task<Experiment> ChangeExperimentAsync(string experimentId, ExperimentChange change, CancellationToken cancellationToken = default) =>
        inner.ChangeExperimentAsync(experimentId, change, cancellationToken);

    public Task<Page<Experiment>> SearchExperimentsAsync(ExperimentQuery query, CancellationToken cancellationToken = default) => inner.SearchExperimentsAsync(query, cancellationToken);

    public Task<PurgeReport> PurgeAsync(DateTimeOffset deletedBefore, bool isDryRun = false, CancellationToken cancellationToken = default) =>
        inner.PurgeAsync(deletedBefore, isDryRun, cancellationToken);
}
