using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>A run that belongs to this process, and what a dead process had finished of it.</summary>
internal sealed class RunHold : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<string, bool> Active = new(StringComparer.Ordinal);

    public RunHold(RunLease lease, ICheckpointStore checkpoints, TimeSpan duration, TimeProvider time, ILogger logger)
    {
        Lease = lease;
        Active[lease.RunId] = true;
        Keeper = new(checkpoints, lease, duration, time, logger);
    }

    public RunLease Lease { get; }

    public LeaseKeeper Keeper { get; }

    /// <summary>Gets the good results of the run, by stage.</summary>
    public IReadOnlyDictionary<string, StageCheckpoint> Finished { get; set; } = new Dictionary<string, StageCheckpoint>();

    public bool IsResumed => Lease.Token > 1;

    /// <summary>Says whether nobody works on a run any more.</summary>
    public static bool IsAbandoned(RunLease lease, DateTimeOffset now) => ProcessIdentity.IsGone(lease.Owner) switch
    {
        true => true,
        false => lease.Owner == ProcessIdentity.Current && !Active.ContainsKey(lease.RunId), // its end could not be recorded
        null => lease.ExpiresAt < now,
    };

    public async ValueTask DisposeAsync()
    {
        Active.TryRemove(Lease.RunId, out _);
        await Keeper.DisposeAsync().ConfigureAwait(false);
    }
}

/// <summary>Begins runs, or takes over those that dead processes left.</summary>
internal sealed class RunOpener(PipelineGraph graph, Stores stores, PipelineOptions options, CodeFingerprint code, IServiceProvider services, TimeProvider time, ILogger logger)
{
    /// <summary>Takes over a run of the same request that a dead process left and that can go on, or begins a new one.</summary>
    public async Task<RunHold> OpenAsync(CancellationToken cancellationToken)
    {
        foreach (var left in await AbandonedAsync(cancellationToken).ConfigureAwait(false))
        {
            var taken = await stores.Checkpoints.TryTakeOverAsync(left, ProcessIdentity.Current, Expiry(), cancellationToken).ConfigureAwait(false);
            if (taken is null) continue;
            var hold = Hold(taken);
            try
            {
                hold.Finished = await FinishedAsync(left.RunId, cancellationToken).ConfigureAwait(false);
                if (await WhyNotAsync(left.RunId, hold.Finished, cancellationToken).ConfigureAwait(false) is not { } problem)
                {
                    logger.RunResumed(left.RunId, graph.Name, left.Owner, hold.Finished.Count);
                    return hold;
                }

                await EndAsync(taken, problem).ConfigureAwait(false);
                logger.RunSuperseded(left.RunId, graph.Name, left.Owner, problem);
                await hold.DisposeAsync().ConfigureAwait(false);
            }
            catch
            {
                await hold.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }

        var now = time.GetUtcNow();
        var lease = new RunLease(Guid.CreateVersion7(now).ToString("N"), graph.Name, graph.Identity, ProcessIdentity.Current, 1, now, Expiry());
        await stores.DoAsync(s => s.Checkpoints.BeginAsync(lease, cancellationToken)).ConfigureAwait(false);
        return Hold(lease);
    }

    /// <summary>Finds what a run started now would go on with, and changes nothing.</summary>
    public async Task<(string RunId, IReadOnlyDictionary<string, StageCheckpoint> Finished)> PeekAsync(CancellationToken cancellationToken)
    {
        foreach (var left in await AbandonedAsync(cancellationToken).ConfigureAwait(false))
        {
            var finished = await FinishedAsync(left.RunId, cancellationToken).ConfigureAwait(false);
            if (await WhyNotAsync(left.RunId, finished, cancellationToken).ConfigureAwait(false) is null) return (left.RunId, finished);
        }

        return ("none", new Dictionary<string, StageCheckpoint>());
    }

    private async Task<IEnumerable<RunLease>> AbandonedAsync(CancellationToken cancellationToken)
    {
        var unfinished = await stores.Checkpoints.ListUnfinishedAsync(graph.Name, cancellationToken).ConfigureAwait(false);
        var identity = graph.Identity;
        return unfinished.Where(run => run.Request == identity && RunHold.IsAbandoned(run, time.GetUtcNow()));
    }

    private async Task<IReadOnlyDictionary<string, StageCheckpoint>> FinishedAsync(string runId, CancellationToken cancellationToken) =>
        (await stores.Checkpoints.ListAsync(runId, cancellationToken).ConfigureAwait(false))
            .Where(c => c.Status is StageStatus.Finished or StageStatus.Cached)
            .ToDictionary(c => c.Stage, StringComparer.Ordinal);

    // A run is of one piece: when what it has finished would not come out the same now, it cannot go on, and a new run takes what is still right.
    private async Task<string?> WhyNotAsync(string runId, IReadOnlyDictionary<string, StageCheckpoint> finished, CancellationToken cancellationToken)
    {
        if (finished.Keys.FirstOrDefault(stage => !graph.Stages.Any(node => node.Name == stage)) is { } gone) return $"stage '{gone}' is no longer part of it.";
        var lookup = new CacheLookup(stores, graph.Name, force: false, finished);
        foreach (var node in graph.Stages)
        {
            if (!finished.TryGetValue(node.Name, out var checkpoint)) continue;
            if (node.Inputs.FirstOrDefault(input => !finished.ContainsKey(input.Name)) is { } open) return $"stage '{node.Name}' now needs '{open.Name}'.";
            var scope = services.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                var key = await StageKey.MakeAsync(
                    node, [.. node.Inputs.Select(i => finished[i.Name].OutputFingerprint!)], graph.Seed, runId, code, scope.ServiceProvider, cancellationToken).ConfigureAwait(false);
                if (key.Value != checkpoint.Key) return $"stage '{node.Name}' has changed. {CacheReasons.Changed(key with { NotKept = null }, node, checkpoint)}";
            }

            if ((await lookup.ReadAsync(checkpoint, node, cancellationToken).ConfigureAwait(false)).Problem is { } problem) return $"of stage '{node.Name}' {problem}.";
        }

        return null;
    }

    private async Task EndAsync(RunLease lease, string problem)
    {
        var error = $"Its process died, and another run was started instead of going on with it: {problem}";
        await stores.DoAsync(s => s.Metadata.StartRunAsync(new(lease.RunId, graph.Name, RunRecord.Name(lease), lease.StartedAt))).ConfigureAwait(false);
        await stores.DoAsync(s => s.Metadata.EndRunAsync(lease.RunId, RunStatus.Killed, time.GetUtcNow(), error)).ConfigureAwait(false);
        await stores.DoAsync(s => s.Checkpoints.EndAsync(lease)).ConfigureAwait(false);
    }

    private DateTimeOffset Expiry() => time.GetUtcNow() + options.LeaseDuration;

    private RunHold Hold(RunLease lease) => new(lease, stores.Checkpoints, options.LeaseDuration, time, logger);
}
