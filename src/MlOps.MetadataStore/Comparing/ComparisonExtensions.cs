using MlOps.MetadataStore;

namespace MlOps.Core;

/// <summary>Compares recorded runs.</summary>
public static class ComparisonExtensions
{
    /// <summary>Puts runs side by side: parameters, metrics, environments, datasets.</summary>
    /// <param name="store">The store.</param>
    /// <param name="runIds">The runs, 2 to <see cref="RunComparison.MaxRuns"/>.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The comparison, in the order of the identifiers.</returns>
    /// <exception cref="NotFoundException">There is no such run.</exception>
    public static async Task<RunComparison> CompareRunsAsync(this IMetadataStore store, IReadOnlyList<string> runIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(runIds);
        if (runIds.Count is < 2 or > RunComparison.MaxRuns) throw new ArgumentException($"{runIds.Count} runs cannot be compared; give 2 to {RunComparison.MaxRuns}.", nameof(runIds));
        var runs = new List<Run>();
        foreach (var id in runIds) runs.Add(await store.FindRunAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new NotFoundException("run", id));
        return RunComparison.Of(runs);
    }
}
