namespace MlOps.Core;

/// <summary>Keeps the graph of what came from what: source, dataset, features, run, model version, deployment, prediction log. Thread-safe, also between processes.</summary>
/// <remarks>
/// The pipeline runner, serving and the prediction log record into it without anybody asking for it. They go on when it cannot be written: a run or a prediction
/// never fails for its lineage.
/// </remarks>
public interface ILineageStore
{
    /// <summary>Records edges and their nodes, all of them or none. The same edges twice are the same as once, and edges may form cycles.</summary>
    /// <param name="edges">The edges.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When they are recorded.</returns>
    /// <exception cref="ArgumentException">A node has no identifier, an edge no relation, or one of them is too long; nothing was recorded.</exception>
    Task RecordAsync(IReadOnlyCollection<LineageEdge> edges, CancellationToken cancellationToken = default);

    /// <summary>Walks from a node along the edges, and visits every node once. The cost grows with the nodes and edges that are visited.</summary>
    /// <param name="query">From where, in which direction, how far.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>What was found; nothing when the node was never recorded.</returns>
    Task<LineageGraph> TraverseAsync(LineageQuery query, CancellationToken cancellationToken = default);

    /// <summary>Lists nodes, those that were recorded last first.</summary>
    /// <param name="kind">Their kind; null for all.</param>
    /// <param name="name">Their name, as it is written; null for all.</param>
    /// <param name="limit">How many to list at most, 1 to <see cref="LineageChecks.MaxLimit"/>.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The nodes.</returns>
    Task<IReadOnlyList<LineageNode>> ListNodesAsync(LineageKind? kind = null, string? name = null, int limit = 1000, CancellationToken cancellationToken = default);
}
