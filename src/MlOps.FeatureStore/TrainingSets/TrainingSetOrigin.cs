using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Says where a training set came from: in its origin, and in the graph of lineage.</summary>
internal static class TrainingSetOrigin
{
    /// <summary>Gives the origin: what was asked for, and the fingerprint of everything that was read.</summary>
    /// <param name="query">The query.</param>
    /// <param name="selection">What it asks for.</param>
    /// <param name="views">The views as they were read.</param>
    /// <returns>The origin.</returns>
    public static DatasetOrigin Of(TrainingSetQuery query, FeatureSelection selection, IReadOnlyList<SelectedView> views)
    {
        var asked = selection.Service is { } service ? $"{service.Name}@{service.Version}" : string.Join(' ', selection.Outputs.Select(o => o.Reference.ToString()));
        var rows = query.Rows switch
        {
            EntityRows.InDataset { Dataset.Fingerprint: var fingerprint } => fingerprint,
            EntityRows.InWarehouse { Warehouse: var warehouse } => $"warehouse:{warehouse}",
            _ => "batches",
        };
        var read = views.DistinctBy(v => v.View.Name).Select(v => $"{v.View.Name}={v.View.Source switch
        {
            { Pinned.Fingerprint: var fingerprint } => fingerprint,
            FeatureSource.FromWarehouse { Warehouse: var warehouse } => $"warehouse:{warehouse}",
            _ => "unknown",
        }}");
        return new("features", string.Join(' ', read.Prepend($"rows={rows}").Prepend(asked)));
    }

    /// <summary>Gives the edges from the snapshots that were read to the training set.</summary>
    /// <param name="made">The training set.</param>
    /// <param name="views">The views as they were read.</param>
    /// <param name="at">When.</param>
    /// <returns>The edges.</returns>
    public static IEnumerable<LineageEdge> EdgesOf(Dataset made, IReadOnlyList<SelectedView> views, DateTimeOffset at) => views.SelectMany(v => v.View.Source.Pinned?.Parts ?? [])
        .DistinctBy(d => d.Fingerprint)
        .Where(d => d.Fingerprint != made.Fingerprint)
        .Select(d => new LineageEdge(LineageNode.Of(d.ToReference()), LineageNode.Of(made.ToReference()), LineageRelations.Derived, at));
}
