namespace MlOps.Core;

/// <summary>The questions that are asked most.</summary>
public static class LineageStoreExtensions
{
    // Data that a model was only chosen or judged with is not what it learned from.
    private static readonly string[] Learning =
        [LineageRelations.Acquired, LineageRelations.Derived, LineageRelations.LearnedFrom, LineageRelations.Registered];

    /// <summary>Finds the registered versions that learned from a dataset, or from anything derived from it.</summary>
    /// <param name="store">The store.</param>
    /// <param name="fingerprint">The fingerprint of the dataset.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The versions, the nearest first. A version that was only validated or accepted with it is not among them.</returns>
    public static Task<LineageGraph> FindModelsLearnedFromAsync(this ILineageStore store, string fingerprint, CancellationToken cancellationToken = default) =>
        FindModelsLearnedFromAsync(store, LineageNode.Dataset(fingerprint), cancellationToken);

    /// <summary>Finds the registered versions that learned from a dataset, a source or features, or from anything derived from them.</summary>
    /// <param name="store">The store.</param>
    /// <param name="data">The dataset, source or features.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The versions, the nearest first. A version that was only validated or accepted with it is not among them.</returns>
    public static Task<LineageGraph> FindModelsLearnedFromAsync(this ILineageStore store, LineageNode data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.TraverseAsync(
            new(data) { Direction = LineageDirection.Downstream, Kinds = [LineageKind.ModelVersion], Relations = Learning, Limit = LineageChecks.MaxLimit }, cancellationToken);
    }

    /// <summary>Finds everything that a logged prediction came from: the deployment, the version, its run, and their data down to the sources.</summary>
    /// <param name="store">The store.</param>
    /// <param name="model">The model.</param>
    /// <param name="version">The version that predicted, <c>prediction.version</c> of the log.</param>
    /// <param name="time">When it predicted, <c>prediction.time</c> of the log.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The graph, the sources first. It begins at the version when the log of that day was never recorded, as of a log that another library writes.</returns>
    public static async Task<LineageGraph> FindWhatProducedAsync(this ILineageStore store, string model, int version, DateTimeOffset time, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ModelNames.CheckModel(model);
        var log = LineageNode.PredictionLog(model, version, DateOnly.FromDateTime(time.UtcDateTime));
        var graph = await store.TraverseAsync(new(log) { Direction = LineageDirection.Upstream, Limit = LineageChecks.MaxLimit }, cancellationToken).ConfigureAwait(false);
        return graph.Nodes.Count > 0
            ? graph
            : await store.TraverseAsync(new(LineageNode.ModelVersion(model, version)) { Direction = LineageDirection.Upstream, Limit = LineageChecks.MaxLimit }, cancellationToken).ConfigureAwait(false);
    }
}
