using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>Gathers what went into what in a run, and records all of it at once at the end. A run never fails for its lineage.</summary>
internal sealed class RunLineage(RunLease lease, ILogger logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private readonly LineageNode _run = LineageNode.Run(lease.RunId) with { Name = RunRecord.Name(lease) };
    private readonly List<LineageEdge> _edges = [];

    /// <summary>Adds a stage that has a result, be it an earlier one.</summary>
    public void Add(StageRun stage, IReadOnlyList<OutputContent> inputs, DateTimeOffset at)
    {
        try
        {
            var edges = EdgesOf(StageOutputs.Look(stage.Output), [.. inputs.SelectMany(i => i.Datasets)], [.. inputs.SelectMany(i => i.Bundles)], at).ToList();
            lock (_gate) _edges.AddRange(edges);
        }
        catch (Exception e) // an output of the host's own is looked into
        {
            logger.LineageNotRecorded(lease.RunId, e);
        }
    }

    public async Task RecordAsync(Stores stores)
    {
        if (stores.Lineage is not { } lineage) return;
        try
        {
            List<LineageEdge> edges;
            lock (_gate) edges = [.. _edges.DistinctBy(e => (e.From, e.To, e.Relation))];
            var roles = edges.Where(e => e.To == _run && e.Relation != LineageRelations.Read).Select(e => e.From).ToHashSet();
            edges.RemoveAll(e => e.Relation == LineageRelations.Read && roles.Contains(e.From));
            if (edges.Count == 0) return;
            using var patience = new CancellationTokenSource(Patience);
            await stores.DoAsync(_ => lineage.RecordAsync(edges, patience.Token)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            logger.LineageNotRecorded(lease.RunId, e);
        }
    }

    private IEnumerable<LineageEdge> EdgesOf(OutputContent output, List<RunDataset> inputs, List<ModelBundle> givenBundles, DateTimeOffset at)
    {
        foreach (var input in inputs) yield return Edge(LineageNode.Of(input.Data), _run, LineageEdges.RelationOf(input.Part), at);
        foreach (var made in output.Datasets)
        {
            if (inputs.Exists(input => input.Data.Fingerprint == made.Data.Fingerprint)) continue;
            if (inputs.Count == 0 && made.Origin is { } origin) yield return Edge(LineageNode.Of(origin), LineageNode.Of(made.Data), LineageRelations.Acquired, at);
            foreach (var parent in ParentsOf(made, inputs)) yield return Edge(LineageNode.Of(parent.Data), LineageNode.Of(made.Data), LineageRelations.Derived, at);
        }

        foreach (var bundle in output.Bundles.Where(b => !givenBundles.Exists(given => given.Fingerprint == b.Fingerprint)))
        {
            foreach (var edge in LineageEdges.Of(bundle, _run, lease.RunId, at)) yield return edge;
            if (bundle.Manifest.Data.Count > 0) continue;
            foreach (var input in inputs.Where(i => i.Part is null)) yield return Edge(LineageNode.Of(input.Data), _run, LineageRelations.LearnedFrom, at);
        }

        // A run that made the newest version again was given that one; it is another run's.
        foreach (var version in output.Versions.Where(v => v.RunId == lease.RunId)) yield return Edge(_run, LineageNode.Of(version), LineageRelations.Registered, version.CreatedAt);
    }

    // The operations of our own say which of their inputs they took; of a stage of the host's own, all may have gone in.
    private static List<RunDataset> ParentsOf(RunDataset made, List<RunDataset> inputs)
    {
        var named = inputs.FindAll(input => made.Origin?.Location.Contains(input.Data.Fingerprint, StringComparison.Ordinal) == true);
        return named.Count > 0 ? named : inputs;
    }

    private LineageEdge Edge(LineageNode from, LineageNode to, string relation, DateTimeOffset at) => new(from, to, relation, at) { RunId = lease.RunId };
}
