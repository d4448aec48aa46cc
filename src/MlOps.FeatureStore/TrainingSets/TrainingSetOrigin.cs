using Microsoft.Extensions.Logging;
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
            FeatureSource.FromDataset { Dataset.Fingerprint: var fingerprint } => fingerprint,
            FeatureSource.FromWarehouse { Warehouse: var warehouse } => $"warehouse:{warehouse}",
            _ => "unknown",
        }}");
        return new("features", string.Join(' ', read.Prepend($"rows={rows}").Prepend(asked)));
    }

    /// <summary>Records the datasets that a training set was made of. A training set never fails for its lineage.</summary>
    /// <param name="made">The training set.</param>
    /// <param name="query">The query.</param>
    /// <param name="views">The views as they were read.</param>
    /// <param name="lineage">Where it is recorded; none for nowhere.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is recorded.</returns>
    public static async Task RecordAsync(
        Dataset made, TrainingSetQuery query, IReadOnlyList<SelectedView> views, IEnumerable<ILineageStore> lineage, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        if (lineage.FirstOrDefault() is not { } store) return;
        var read = views.Select(v => v.View.Source).OfType<FeatureSource.FromDataset>().Select(s => s.Dataset);
        if (query.Rows is EntityRows.InDataset { Dataset: var rows }) read = read.Prepend(rows);
        var (node, now) = (LineageNode.Of(made.ToReference()), time.GetUtcNow());
        LineageEdge[] edges = [.. read.DistinctBy(d => d.Fingerprint).Where(d => d.Fingerprint != made.Fingerprint).Select(d => new LineageEdge(LineageNode.Of(d.ToReference()), node, LineageRelations.Derived, now))];
        if (edges.Length == 0) return;
        try
        {
            await store.RecordAsync(edges, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MlOpsException or ArgumentException)
        {
            logger.LineageNotRecorded(e, made.Name);
        }
    }
}
