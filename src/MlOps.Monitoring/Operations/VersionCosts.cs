using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Looks up what versions took to train and take to hold.</summary>
internal sealed class VersionCosts(IModelRegistry registry, IMetadataStore? runs, ILogger logger)
{
    /// <summary>Gives the newest versions, the oldest of them first.</summary>
    public async Task<IReadOnlyList<VersionCost>> ReadAsync(MonitorContext context, int count, CancellationToken cancellationToken)
    {
        if (count == 0) return [];
        var page = await registry.SearchVersionsAsync(new() { Model = context.Version.Model, Limit = count }, cancellationToken).ConfigureAwait(false);
        var costs = new List<VersionCost>(page.Items.Count);
        foreach (var version in page.Items.OrderBy(v => v.Version))
        {
            var memory = version.Bundle is { } bundle && bundle.Manifest.Parts.Count > 0 ? bundle.Manifest.Parts.Values.Sum(p => p.Size) : double.NaN;
            costs.Add(new(version.Version, version.RunId, await SecondsAsync(context.Monitor, version, cancellationToken).ConfigureAwait(false), memory));
        }

        return costs;
    }

    // A run that failed or was killed says nothing of how long a training takes.
    private async Task<double> SecondsAsync(string monitor, ModelVersion version, CancellationToken cancellationToken)
    {
        if (runs is null || version.RunId is not { } id) return double.NaN;
        try
        {
            return await runs.FindRunAsync(id, cancellationToken).ConfigureAwait(false) is { Status: RunStatus.Finished, EndedAt: { } end } run ? (end - run.StartedAt).TotalSeconds : double.NaN;
        }
        catch (Exception e) when (e is MlOpsException or ArgumentException)
        {
            logger.TrainingTimeUnknown(e, monitor, version.Version);
            return double.NaN;
        }
    }
}
