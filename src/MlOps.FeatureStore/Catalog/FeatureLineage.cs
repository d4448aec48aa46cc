using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Records what features come from and what is made of them. Nothing fails for its lineage.</summary>
internal sealed class FeatureLineage(ILineageStore? store, ILogger<FeatureLineage> logger)
{
    /// <summary>Gives the edges source, feature, computed feature, service.</summary>
    public static IReadOnlyList<LineageEdge> EdgesOf(FeatureDefinitions definitions, DateTimeOffset at) =>
    [
        .. definitions.Views.SelectMany(view => view.Features.Select(f => Edge(SourceOf(view), LineageNode.Feature(view.Name, f.Name), at))),
        .. definitions.ComputedViews.SelectMany(view => view.Inputs.SelectMany(i => view.Features.Select(f => Edge(LineageNode.Feature(i.View, i.Feature), LineageNode.Feature(view.Name, f.Name), at)))),
        .. definitions.Services.SelectMany(service => service.Features.Select(f => Edge(LineageNode.Feature(f.View, f.Feature), NodeOf(service), at))),
    ];

    /// <summary>Gives the edges of a training set: it comes from the rows, and from the service or the features.</summary>
    public static IReadOnlyList<LineageEdge> EdgesOf(FeatureDefinitions definitions, FeatureSelection selection, EntityRows rows, Dataset result, DateTimeOffset at)
    {
        var made = LineageNode.Of(result.ToReference());
        var edges = new List<LineageEdge>();
        if (rows is EntityRows.InDataset { Dataset: var given } && given.Fingerprint != result.Fingerprint) edges.Add(Edge(LineageNode.Of(given.ToReference()), made, at));
        if (rows is EntityRows.InWarehouse { Warehouse: var warehouse, Text: var text }) edges.Add(Edge(LineageNode.Of(new DatasetOrigin("warehouse", $"{warehouse}: {text}")), made, at));
        if (selection.Service is { } service)
        {
            edges.AddRange(service.Features.Select(f => Edge(LineageNode.Feature(f.View, f.Feature), NodeOf(service), at)));
            edges.Add(Edge(NodeOf(service), made, at));
        }
        else
        {
            edges.AddRange(selection.Outputs.Select(o => Edge(LineageNode.Feature(o.Reference.View, o.Reference.Feature), made, at)));
        }

        var views = selection.Views.Select(v => v.View.Name).ToHashSet(StringComparer.Ordinal);
        edges.AddRange(definitions.Views.Where(v => views.Contains(v.Name)).SelectMany(v => v.Features.Select(f => Edge(SourceOf(v), LineageNode.Feature(v.Name, f.Name), at))));
        return edges;
    }

    public async Task RecordAsync(IReadOnlyList<LineageEdge> edges, CancellationToken cancellationToken)
    {
        if (store is null || edges.Count == 0) return;
        try
        {
            await store.RecordAsync([.. edges.DistinctBy(e => (e.From, e.To, e.Relation))], cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logger.FeatureLineageNotRecorded(e);
        }
    }

    private static LineageNode NodeOf(FeatureService service) => LineageNode.FeatureService(service.Name, service.Version);

    private static LineageNode SourceOf(FeatureView view) => view.Source is FeatureSource.FromDataset { Dataset: var dataset }
        ? LineageNode.Of(dataset.ToReference())
        : LineageNode.Of(DefinitionJson.OriginOf(view.Source, view.Name));

    private static LineageEdge Edge(LineageNode from, LineageNode to, DateTimeOffset at) => new(from, to, from.Kind == LineageKind.Source ? LineageRelations.Acquired : LineageRelations.Derived, at);
}
