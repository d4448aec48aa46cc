using MlOps.Core;

namespace MlOps.Relational;

/// <summary>The graph of lineage in tables.</summary>
internal sealed class RelationalLineageStore(RelationalDatabase database) : ILineageStore
{
    private const int MaxIds = 500;

    public async Task RecordAsync(IReadOnlyCollection<LineageEdge> edges, CancellationToken cancellationToken = default)
    {
        LineageChecks.Check(edges);
        if (edges.Count == 0) return;

        // In one order, so that two writers that record the same cannot wait for each other in a circle.
        var nodes = edges.SelectMany(edge => new[] { edge.From, edge.To })
            .GroupBy(node => node)
            .Select(same => same.LastOrDefault(node => node.Name != node.Id) ?? same.Key)
            .OrderBy(node => node.Kind).ThenBy(node => node.Id, StringComparer.Ordinal)
            .ToList();
        await database.WriteAsync(
            async session =>
            {
                await session.InsertAsync(Nodes, [.. nodes.Select(node => new object?[] { node.Kind.ToString(), node.Id, node.Name })]).ConfigureAwait(false);
                var keys = await KeysAsync(session, nodes).ConfigureAwait(false);
                var rows = edges
                    .GroupBy(edge => (From: keys[edge.From], To: keys[edge.To], edge.Relation))
                    .OrderBy(same => same.Key.From).ThenBy(same => same.Key.To).ThenBy(same => same.Key.Relation, StringComparer.Ordinal)
                    .Select(same => Row(same.Key.From, same.Key.To, [.. same]));
                return await session.InsertAsync(Edges, [.. rows]).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public Task<LineageGraph> TraverseAsync(LineageQuery query, CancellationToken cancellationToken = default)
    {
        LineageChecks.Check(query);
        return database.ReadAsync(
            async session =>
            {
                var start = await session.FirstAsync<NodeRow>(SelectNodes + " WHERE kind = @Kind AND node_id = @Id", new { Kind = query.Start.Kind.ToString(), query.Start.Id }).ConfigureAwait(false);
                if (start is null) return LineageWalk.Arrange(query, null, [], []);
                return LineageWalk.Arrange(
                    query,
                    start.ToNode(),
                    query.Direction == LineageDirection.Downstream ? [] : await WalkAsync(session, query, start.NodeKey, "to_key", "from_key").ConfigureAwait(false),
                    query.Direction == LineageDirection.Upstream ? [] : await WalkAsync(session, query, start.NodeKey, "from_key", "to_key").ConfigureAwait(false));
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<LineageNode>> ListNodesAsync(LineageKind? kind = null, string? name = null, int limit = 1000, CancellationToken cancellationToken = default)
    {
        LineageChecks.CheckLimit(limit);
        List<string> conditions = [];
        if (kind is not null) conditions.Add("kind = @Kind");
        if (name is not null) conditions.Add("name = @Name");
        var where = conditions.Count == 0 ? string.Empty : " WHERE " + string.Join(" AND ", conditions);
        return database.ReadAsync<IReadOnlyList<LineageNode>>(
            async session =>
            {
                var rows = await session.QueryAsync<NodeRow>($"{SelectNodes}{where} ORDER BY node_key DESC LIMIT @Limit", new { Kind = kind?.ToString(), Name = name, Limit = limit }).ConfigureAwait(false);
                return rows.ConvertAll(row => row.ToNode());
            },
            cancellationToken);
    }

    private static async Task<Dictionary<LineageNode, long>> KeysAsync(Session session, List<LineageNode> nodes)
    {
        var keys = new Dictionary<LineageNode, long>();
        foreach (var ids in nodes.GroupBy(node => node.Kind, node => node.Id).SelectMany(kind => kind.Chunk(MaxIds).Select(chunk => (Kind: kind.Key, Ids: chunk))))
        {
            var rows = await session.QueryAsync<NodeRow>($"{SelectNodes} WHERE kind = @Kind AND {session.Database.IsOneOf("node_id", "Ids")}", new { Kind = ids.Kind.ToString(), ids.Ids }).ConfigureAwait(false);
            foreach (var row in rows) keys[row.ToNode()] = row.NodeKey;
        }

        return keys;
    }

    // Of the same edge several times in one call: the first beginning, and what was said last of its end.
    private static object?[] Row(long from, long to, LineageEdge[] same)
    {
        var first = same.MinBy(edge => edge.At)!;
        var last = same.MaxBy(edge => (edge.EndedAt ?? edge.At, edge.EndedAt is not null))!;
        return [from, to, first.Relation, Micros.From(first.At), Micros.From(last.EndedAt ?? last.At), last.EndedAt is null ? 1L : 0L, first.RunId ?? string.Empty];
    }

    // UNION drops a node that was reached before, whatever its distance: cycles end and diamonds cost nothing. The rows come breadth first,
    // so what the limit keeps are the nearest; the distances are counted afterwards, along the edges.
    private static async Task<List<LineageEdge>> WalkAsync(Session session, LineageQuery query, long start, string here, string there)
    {
        if (query.Depth == 0) return [];
        var relations = query.Relations.Count == 0 ? string.Empty : " AND " + session.Database.IsOneOf("e.relation", "Relations");
        var keys = await session.QueryAsync<long>($"""
            WITH RECURSIVE reached (node_key) AS (
                SELECT node_key FROM lineage_nodes WHERE node_key = @Start
                UNION
                SELECT e.{there}
                FROM reached r
                JOIN lineage_edges e ON e.{here} = r.node_key{relations}
            )
            SELECT node_key FROM reached LIMIT @Most
            """, new { Start = start, query.Relations, Most = (long)query.Limit + 1 }).ConfigureAwait(false);
        if (keys.Count < 2) return [];
        var parameters = new { Keys = session.Database.KeysParameter(keys), query.Relations };
        var nodes = (await session.QueryAsync<NodeRow>($"{SelectNodes} WHERE {session.Database.IsOneOfKeys("node_key")}", parameters).ConfigureAwait(false))
            .ToDictionary(row => row.NodeKey, row => row.ToNode());
        var edges = await session.QueryAsync<EdgeRow>($"""
            SELECT from_key AS FromKey, to_key AS ToKey, relation AS Relation, since AS Since, changed_at AS ChangedAt, is_open AS IsOpen, run_id AS RunId
            FROM lineage_edges e
            WHERE {session.Database.IsOneOfKeys("from_key")} AND {session.Database.IsOneOfKeys("to_key")}{relations}
            """, parameters).ConfigureAwait(false);
        return edges.ConvertAll(row => row.ToEdge(nodes));
    }

    private const string SelectNodes = """
        SELECT node_key AS NodeKey, kind AS Kind, node_id AS Id, name AS Name
        FROM lineage_nodes
        """;

    private static readonly BulkInsert Nodes = new(
        "lineage_nodes",
        [new("kind", BulkType.Text), new("node_id", BulkType.Text), new("name", BulkType.Text)],
        """
        ON CONFLICT (kind, node_id) DO UPDATE SET name = excluded.name
        WHERE excluded.name <> excluded.node_id AND excluded.name <> lineage_nodes.name
        """);

    private static readonly BulkInsert Edges = new(
        "lineage_edges",
        [
            new("from_key", BulkType.Integer), new("to_key", BulkType.Integer), new("relation", BulkType.Text), new("since", BulkType.Integer),
            new("changed_at", BulkType.Integer), new("is_open", BulkType.Integer), new("run_id", BulkType.Text),
        ],
        """
        ON CONFLICT (from_key, to_key, relation) DO UPDATE SET
            since = CASE WHEN excluded.since < lineage_edges.since THEN excluded.since ELSE lineage_edges.since END,
            run_id = CASE WHEN excluded.since < lineage_edges.since THEN excluded.run_id ELSE lineage_edges.run_id END,
            changed_at = CASE WHEN excluded.changed_at > lineage_edges.changed_at THEN excluded.changed_at ELSE lineage_edges.changed_at END,
            is_open = CASE
                WHEN excluded.changed_at > lineage_edges.changed_at THEN excluded.is_open
                WHEN excluded.changed_at = lineage_edges.changed_at AND excluded.is_open < lineage_edges.is_open THEN excluded.is_open
                ELSE lineage_edges.is_open
            END
        """);

    private sealed class NodeRow
    {
        public long NodeKey { get; init; }

        public string Kind { get; init; } = string.Empty;

        public string Id { get; init; } = string.Empty;

        public string Name { get; init; } = string.Empty;

        public LineageNode ToNode() => new(Enum.Parse<LineageKind>(Kind), Id) { Name = Name };
    }

    private sealed class EdgeRow
    {
        public long FromKey { get; init; }

        public long ToKey { get; init; }

        public string Relation { get; init; } = string.Empty;

        public long Since { get; init; }

        public long ChangedAt { get; init; }

        public long IsOpen { get; init; }

        public string RunId { get; init; } = string.Empty;

        public LineageEdge ToEdge(Dictionary<long, LineageNode> nodes) => new(nodes[FromKey], nodes[ToKey], Relation, Micros.ToTime(Since))
        {
            EndedAt = IsOpen == 0 ? Micros.ToTime(ChangedAt) : null,
            RunId = RunId.Length == 0 ? null : RunId,
        };
    }
}
