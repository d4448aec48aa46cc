namespace MlOps.Core;

/// <summary>Orders what a store visited: distances, kinds, edges. For those who implement <see cref="ILineageStore"/>.</summary>
public static class LineageWalk
{
    /// <summary>Makes the answer to a query out of edges.</summary>
    /// <param name="query">The query.</param>
    /// <param name="start">The start as it is recorded; null when it is not.</param>
    /// <param name="upstream">The edges among the nodes upstream, at least the nearest ones and one more than <see cref="LineageQuery.Limit"/>, the start among them; none when nobody walked there.</param>
    /// <param name="downstream">The same downstream.</param>
    /// <returns>The answer.</returns>
    public static LineageGraph Arrange(LineageQuery query, LineageNode? start, IReadOnlyCollection<LineageEdge> upstream, IReadOnlyCollection<LineageEdge> downstream)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(upstream);
        ArgumentNullException.ThrowIfNull(downstream);
        if (start is null) return new([], [], false);
        var steps = new Dictionary<LineageNode, LineageStep> { [start] = new(start, 0) };
        var (above, isCutAbove) = Distances(start, upstream, query, static e => (e.To, e.From));
        var (below, isCutBelow) = Distances(start, downstream, query, static e => (e.From, e.To));
        foreach (var (node, distance) in below) steps.TryAdd(node, new(node, distance));
        foreach (var (node, distance) in above)
        {
            if (!steps.TryGetValue(node, out var known) || distance < known.Distance) steps[node] = new(node, -distance);
        }

        bool IsShown(LineageNode node) => query.Kinds.Count == 0 || query.Kinds.Contains(node.Kind);
        LineageStep[] shown = [.. steps.Values.Where(step => IsShown(step.Node))];
        LineageEdge[] edges =
        [
            .. upstream.Where(e => above.ContainsKey(e.From) && above.ContainsKey(e.To))
                .Concat(downstream.Where(e => below.ContainsKey(e.From) && below.ContainsKey(e.To)))
                .Where(e => IsShown(e.From) && IsShown(e.To))
                .DistinctBy(e => (e.From, e.To, e.Relation)),
        ];
        return new(
            [.. shown.OrderBy(s => s.Distance).ThenBy(s => s.Node.Kind).ThenBy(s => s.Node.Id, StringComparer.Ordinal)],
            [.. edges.OrderBy(e => steps[e.From].Distance).ThenBy(e => e.From.Kind).ThenBy(e => e.From.Id, StringComparer.Ordinal)
                .ThenBy(e => e.To.Kind).ThenBy(e => e.To.Id, StringComparer.Ordinal).ThenBy(e => e.Relation, StringComparer.Ordinal)],
            isCutAbove || isCutBelow);
    }

    // Breadth first: each node once, at its least distance.
    private static (Dictionary<LineageNode, int> Distances, bool IsCut) Distances(
        LineageNode start, IEnumerable<LineageEdge> edges, LineageQuery query, Func<LineageEdge, (LineageNode Here, LineageNode There)> ends)
    {
        var next = edges.Select(ends).ToLookup(e => e.Here, e => e.There);
        var distances = new Dictionary<LineageNode, int> { [start] = 0 };
        var queue = new Queue<LineageNode>([start]);
        while (queue.TryDequeue(out var here))
        {
            var distance = distances[here];
            if (distance == query.Depth) continue;
            foreach (var there in next[here])
            {
                if (distances.ContainsKey(there)) continue;
                if (distances.Count == query.Limit) return (distances, true);
                distances[there] = distance + 1;
                queue.Enqueue(there);
            }
        }

        return (distances, false);
    }
}
