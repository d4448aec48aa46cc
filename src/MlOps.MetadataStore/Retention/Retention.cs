using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.MetadataStore;

/// <summary>Applies the policies of retention, one after the other.</summary>
internal sealed class Retention(
    IMetadataStore metadata,
    IModelRegistry registry,
    ICheckpointStore checkpoints,
    IArtifactStore artifacts,
    ILineageStore lineage,
    IOptionsMonitor<RetentionOptions> options,
    TimeProvider time,
    ILogger<Retention> logger) : IRetention
{
    private const int PageSize = 1000;
    private const string Actor = "retention";

    private static readonly LineageKind[] Uses = [LineageKind.ModelVersion, LineageKind.Deployment, LineageKind.PredictionLog];

    public async Task<RetentionReport> ApplyAsync(bool isDryRun = true, CancellationToken cancellationToken = default)
    {
        var policy = options.CurrentValue;
        var now = time.GetUtcNow();
        var kept = new List<KeptRecord>();
        var purged = policy.PurgeDeletedAfter is { } purge ? await metadata.PurgeAsync(now - purge, isDryRun, cancellationToken).ConfigureAwait(false) : new([], []);
        var runs = policy.DeleteRunsAfter is { } runAge ? await DeleteRunsAsync(now - runAge, now, isDryRun, kept, cancellationToken).ConfigureAwait(false) : [];
        var versions = policy.DeleteVersionsAfter is { } versionAge ? await DeleteVersionsAsync(now - versionAge, policy.KeepVersions, now, isDryRun, kept, cancellationToken).ConfigureAwait(false) : [];
        var forgotten = policy.DeleteCheckpointsAfter is { } stageAge ? await checkpoints.DeleteEndedAsync(now - stageAge, isDryRun, cancellationToken).ConfigureAwait(false) : 0;
        var unwanted = await CollectAsync(now - policy.DeleteArtifactsAfter, isDryRun, cancellationToken).ConfigureAwait(false);
        var report = new RetentionReport(isDryRun, purged, runs, versions, forgotten, unwanted, kept);
        logger.Retained(isDryRun ? "would remove" : "removed", purged.RunIds.Count, runs.Count, versions.Count, forgotten, unwanted.Count, report.DeletedBytes, kept.Count);
        return report;
    }

    private async Task<List<string>> DeleteRunsAsync(DateTimeOffset endedBefore, DateTimeOffset now, bool isDryRun, List<KeptRecord> kept, CancellationToken cancellationToken)
    {
        // What still runs has no end and does not match.
        var query = new RunQuery { Filter = string.Create(CultureInfo.InvariantCulture, $"attributes.end_time < {endedBefore.ToUnixTimeMilliseconds()}"), Parts = RunParts.None, Limit = PageSize };
        var deleted = new List<string>();
        await foreach (var run in metadata.ReadRunsAsync(query, cancellationToken).ConfigureAwait(false))
        {
            if (await NeedOfRunAsync(run.Id, cancellationToken).ConfigureAwait(false) is { } need)
            {
                kept.Add(new("run", run.Id, need));
                continue;
            }

            if (!isDryRun) await metadata.ChangeRunAsync(run.Id, new(now) { IsDeleted = true }, cancellationToken).ConfigureAwait(false);
            deleted.Add(run.Id);
        }

        return deleted;
    }

    private async Task<string?> NeedOfRunAsync(string runId, CancellationToken cancellationToken)
    {
        var made = await registry.SearchVersionsAsync(new() { Filter = $"run_id = '{runId}'", Limit = 1 }, cancellationToken).ConfigureAwait(false);
        if (made.Items is [var version, ..]) return $"It made {Name(version)}.";
        foreach (var node in await UsesOfAsync(LineageNode.Run(runId), cancellationToken).ConfigureAwait(false))
        {
            if (node.Kind != LineageKind.ModelVersion) return $"{node.Name} came of it.";
            if (await FindAsync(node, cancellationToken).ConfigureAwait(false) is { } later) return $"{Name(later)} came of it.";
        }

        return null;
    }

    private async Task<List<string>> DeleteVersionsAsync(DateTimeOffset createdBefore, int newest, DateTimeOffset now, bool isDryRun, List<KeptRecord> kept, CancellationToken cancellationToken)
    {
        var deleted = new List<string>();
        foreach (var model in await registry.ListModelsAsync(cancellationToken).ConfigureAwait(false))
        {
            var backTo = await FindBackToAsync(model, cancellationToken).ConfigureAwait(false);
            var position = 0;
            foreach (var version in await registry.ListVersionsAsync(model, cancellationToken).ConfigureAwait(false))
            {
                if (position++ < newest || version.CreatedAt >= createdBefore) continue;
                if (await NeedOfVersionAsync(version, backTo, cancellationToken).ConfigureAwait(false) is { } need)
                {
                    kept.Add(new("version", Name(version), need));
                    continue;
                }

                if (!isDryRun) await registry.DeleteVersionAsync(model, version.Version, new(Actor, "It is old and nothing needs it.", now), cancellationToken).ConfigureAwait(false);
                deleted.Add(Name(version));
            }
        }

        return deleted;
    }

    private async Task<string?> NeedOfVersionAsync(ModelVersion version, Dictionary<int, string> backTo, CancellationToken cancellationToken)
    {
        if (version.Aliases.Count > 0) return $"It is {string.Join(", ", version.Aliases)}.";
        if (version.Stage is ModelStages.Production or ModelStages.Staging) return $"It is in the stage {version.Stage}.";
        if ((await UsesOfAsync(LineageNode.Of(version), cancellationToken).ConfigureAwait(false)).FirstOrDefault(node => node.Kind != LineageKind.ModelVersion) is { } use) return $"{use.Name} needs it.";
        return backTo.TryGetValue(version.Version, out var alias) ? $"{alias} would go back to it." : null;
    }

    private async Task<Dictionary<int, string>> FindBackToAsync(string name, CancellationToken cancellationToken)
    {
        var backTo = new Dictionary<int, string>();
        var model = await registry.FindModelAsync(name, cancellationToken).ConfigureAwait(false);
        foreach (var (alias, current) in model?.Aliases ?? new Dictionary<string, int>())
        {
            if (await registry.FindBeforeAsync(name, alias, current, cancellationToken).ConfigureAwait(false) is { } before) backTo.TryAdd(before, alias);
        }

        return backTo;
    }

    private async Task<IEnumerable<LineageNode>> UsesOfAsync(LineageNode node, CancellationToken cancellationToken)
    {
        var graph = await lineage.TraverseAsync(new(node) { Direction = LineageDirection.Downstream, Kinds = Uses }, cancellationToken).ConfigureAwait(false);
        return graph.Nodes.Select(step => step.Node).Where(found => found != node);
    }

    private Task<ModelVersion?> FindAsync(LineageNode node, CancellationToken cancellationToken)
    {
        var cut = node.Id.LastIndexOf('/');
        return registry.FindAsync(node.Id[..cut], int.Parse(node.Id.AsSpan(cut + 1), CultureInfo.InvariantCulture), cancellationToken);
    }

    // What is old is listed first and what is referred to afterwards: bytes that come into use in between are referred to by then.
    private async Task<List<ArtifactRef>> CollectAsync(DateTimeOffset storedBefore, bool isDryRun, CancellationToken cancellationToken)
    {
        var unwanted = new Dictionary<string, ArtifactRef>(StringComparer.Ordinal);
        await foreach (var stored in artifacts.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (stored.StoredAt < storedBefore) unwanted[stored.Artifact.Digest] = stored.Artifact;
        }

        if (unwanted.Count == 0) return [];
        await foreach (var digest in ReferencesAsync(cancellationToken).ConfigureAwait(false)) unwanted.Remove(digest);
        var deleted = new List<ArtifactRef>();
        foreach (var artifact in unwanted.Values.OrderBy(a => a.Digest, StringComparer.Ordinal))
        {
            if (isDryRun || await artifacts.DeleteAsync(artifact.Digest, storedBefore, cancellationToken).ConfigureAwait(false)) deleted.Add(artifact);
        }

        return deleted;
    }

    private async IAsyncEnumerable<string> ReferencesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A run that can be restored keeps its files, and the reports that its tags name.
        await foreach (var run in metadata.ReadRunsAsync(new() { View = LifecycleView.All, Parts = RunParts.Artifacts | RunParts.Tags, Limit = PageSize }, cancellationToken).ConfigureAwait(false))
        {
            foreach (var artifact in run.Artifacts.Values) yield return artifact.Digest;
            foreach (var digest in run.Tags.Values.SelectMany(Sha256.FindDigests)) yield return digest;
        }

        await foreach (var version in registry.ReadVersionsAsync(new() { Limit = PageSize }, cancellationToken).ConfigureAwait(false))
        {
            if (version.Bundle is not { } bundle) continue;
            yield return bundle.Artifact.Digest;
            foreach (var data in bundle.Manifest.Data.Values) yield return data.Artifact.Digest;
        }

        // What a stage made is the host's own type: whatever looks like a digest in it is one.
        await foreach (var stage in checkpoints.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var digest in Sha256.FindDigests(stage.Output)) yield return digest;
            foreach (var artifact in stage.Entries.Artifacts.Values) yield return artifact.Digest;
            foreach (var digest in stage.Entries.Tags.Values.SelectMany(Sha256.FindDigests)) yield return digest;
        }
    }

    private static string Name(ModelVersion version) => string.Create(CultureInfo.InvariantCulture, $"{version.Model}/{version.Version}");
}
