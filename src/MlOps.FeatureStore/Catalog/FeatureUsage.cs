using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Walks downstream from features.</summary>
internal sealed class FeatureUsage(FeatureDefinitions definitions, ILineageStore lineage) : IFeatureUsage
{
    public Task<FeatureUse> FindAsync(string feature, CancellationToken cancellationToken = default)
    {
        var reference = FeatureReference.Parse(feature);
        return FindAsync(reference.View, reference.Feature, cancellationToken);
    }

    public async Task<FeatureUsageReport> ReportAsync(CancellationToken cancellationToken = default)
    {
        var uses = new List<FeatureUse>();
        foreach (var (view, feature) in definitions.Views.SelectMany(v => v.Features.Select(f => (v.Name, f.Name))).Concat(definitions.ComputedViews.SelectMany(v => v.Features.Select(f => (v.Name, f.Name)))))
            uses.Add(await FindAsync(view, feature, cancellationToken).ConfigureAwait(false));
        return new(uses);
    }

    private async Task<FeatureUse> FindAsync(string view, string feature, CancellationToken cancellationToken)
    {
        var query = new LineageQuery(LineageNode.Feature(view, feature))
        {
            Direction = LineageDirection.Downstream,
            Kinds = [LineageKind.Features, LineageKind.ModelVersion],
            Relations = [LineageRelations.Derived, LineageRelations.LearnedFrom, LineageRelations.Registered],
            Limit = LineageChecks.MaxLimit,
        };
        var nodes = (await lineage.TraverseAsync(query, cancellationToken).ConfigureAwait(false)).Nodes.Select(n => n.Node).ToList();
        return new(
            view,
            feature,
            [.. nodes.Select(n => LineageNode.TryGetFeatureService(n, out var service) ? service : null).OfType<string>().Order(StringComparer.Ordinal)],
            [.. nodes.Where(n => n.Kind == LineageKind.ModelVersion).Select(n => n.Id).Order(StringComparer.Ordinal)]);
    }
}
