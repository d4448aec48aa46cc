using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>What was found of an earlier result of a stage.</summary>
/// <param name="Checkpoint">The result to take; null when the stage has to run.</param>
/// <param name="Value">Its value.</param>
/// <param name="Reason">Why, in a sentence.</param>
internal sealed record CacheFinding(StageCheckpoint? Checkpoint, object? Value, string Reason);

/// <summary>Looks for earlier results of stages.</summary>
/// <param name="stores">The stores.</param>
/// <param name="pipeline">The pipeline.</param>
/// <param name="force">Whether results of other runs are left aside.</param>
/// <param name="resumed">What the run had finished before it was interrupted, by stage.</param>
internal sealed class CacheLookup(Stores stores, string pipeline, bool force, IReadOnlyDictionary<string, StageCheckpoint> resumed)
{
    public async Task<CacheFinding> FindAsync(StageNode node, StageKey key, CancellationToken cancellationToken)
    {
        if (resumed.TryGetValue(node.Name, out var own) && own.Key == key.Value)
        {
            var (value, problem) = await ReadAsync(own, node, cancellationToken).ConfigureAwait(false);
            return problem is null
                ? new(own, value, "Finished in this run before it was interrupted.")
                : new(null, null, $"It was finished before the run was interrupted, but {problem}.");
        }

        if (force) return new(null, null, "The run was asked to leave earlier results aside.");
        var found = key.NotKept is null ? await stores.Checkpoints.FindByKeyAsync(key.Value, cancellationToken).ConfigureAwait(false) : null;
        if (found is not null)
        {
            var (value, problem) = await ReadAsync(found, node, cancellationToken).ConfigureAwait(false);
            return problem is null ? new(found, value, CacheReasons.Unchanged(found)) : new(null, null, $"Unchanged since run {found.RunId}, but {problem}.");
        }

        if (key.NotKept is { } notKept) return new(null, null, notKept);
        var latest = await stores.Checkpoints.FindLatestAsync(pipeline, node.Name, cancellationToken).ConfigureAwait(false);
        return new(null, null, CacheReasons.Changed(key, node, latest));
    }

    public Task<(object? Value, string? Problem)> ReadAsync(StageCheckpoint checkpoint, StageNode node, CancellationToken cancellationToken) =>
        checkpoint is { Output: { } json, OutputFingerprint: not null }
            ? StageOutputs.ReadAsync(json, node.OutputType, stores.Artifacts, cancellationToken)
            : Task.FromResult<(object?, string?)>((null, "the stored result is empty"));
}
