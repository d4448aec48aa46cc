using MlOps.Core;

namespace MlOps.Testing;

/// <summary>A lineage store that forgets everything with the process. Thread-safe.</summary>
/// <remarks>Times are kept in UTC to the microsecond, as the relational stores keep them.</remarks>
public sealed class InMemoryLineageStore : ILineageStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<LineageNode, Place> _places = [];

    /// <inheritdoc/>
    public Task RecordAsync(IReadOnlyCollection<LineageEdge> edges, CancellationToken cancellationToken = default)
    {
        LineageChecks.Check(edges);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            foreach (var edge in edges)
            {
                var (from, to) = (PlaceOf(edge.From), PlaceOf(edge.To));
                var next = edge with { At = Stored.Time(edge.At), EndedAt = edge.EndedAt is { } ended ? Stored.Time(ended) : null };
                var key = (edge.From, edge.To, edge.Relation);
                var record = new Record(next, next.EndedAt ?? next.At);
                from.Out[key] = to.In[key] = from.Out.TryGetValue(key, out var known) ? known.Merge(record) : record;
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<LineageGraph> TraverseAsync(LineageQuery query, CancellationToken cancellationToken = default)
    {
        LineageChecks.Check(query);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return Task.FromResult(_places.TryGetValue(query.Start, out var start)
                ? LineageWalk.Arrange(
                    query,
                    start.Node,
                    query.Direction == LineageDirection.Downstream ? [] : Walk(query, static p => p.In, static e => e.From),
                    query.Direction == LineageDirection.Upstream ? [] : Walk(query, static p => p.Out, static e => e.To))
                : LineageWalk.Arrange(query, null, [], []));
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<LineageNode>> ListNodesAsync(LineageKind? kind = null, string? name = null, int limit = 1000, CancellationToken cancellationToken = default)
    {
        LineageChecks.CheckLimit(limit);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<LineageNode>>([.. _places.Values
                .Where(p => (kind is null || p.Node.Kind == kind) && (name is null || p.Node.Name == name))
                .OrderByDescending(p => p.Number)
                .Take(limit)
                .Select(p => p.Node)]);
        }
    }

    private Place PlaceOf(LineageNode node)
    {
        if (!_places.TryGetValue(node, out var place)) _places[node] = place = new(_places.Count) { Node = node };
        if (node.Name != node.Id) place.Node = node;
        return place;
    }

    private List<LineageEdge> Walk(
        LineageQuery query, Func<Place, Dictionary<(LineageNode From, LineageNode To, string Relation), Record>> edgesOf, Func<LineageEdge, LineageNode> end)
    {
        var edges = new List<LineageEdge>();
        var seen = new HashSet<LineageNode> { query.Start };
        var queue = new Queue<LineageNode>([query.Start]);
        while (queue.TryDequeue(out var here))
        {
            foreach (var (edge, _) in edgesOf(_places[here]).Values)
            {
                if (query.Relations.Count > 0 && !query.Relations.Contains(edge.Relation)) continue;
                var there = end(edge);
                if (!seen.Contains(there))
                {
                    if (seen.Count > query.Limit) continue;
                    seen.Add(there);
                    queue.Enqueue(there);
                }

                edges.Add(edge with { From = _places[edge.From].Node, To = _places[edge.To].Node });
            }
        }

        return edges;
    }

    /// <summary>An edge, and when the last thing was said of its end.</summary>
    private sealed record Record(LineageEdge Edge, DateTimeOffset ChangedAt)
    {
        public Record Merge(Record next)
        {
            var last = (next.ChangedAt, next.Edge.EndedAt is not null).CompareTo((ChangedAt, Edge.EndedAt is not null)) > 0 ? next : this;
            return new((next.Edge.At < Edge.At ? next.Edge : Edge) with { EndedAt = last.Edge.EndedAt }, last.ChangedAt);
        }
    }

    private sealed class Place(int number)
    {
        public int Number => number;

        public required LineageNode Node { get; set; }

        public Dictionary<(LineageNode From, LineageNode To, string Relation), Record> In { get; } = [];

        public Dictionary<(LineageNode From, LineageNode To, string Relation), Record> Out { get; } = [];
    }
}
