using System.Globalization;
using Microsoft.Data.Sqlite;
using MlOps.Core;

namespace MlOps.Benchmarks;

/// <summary>What does lineage in a SQLite file cost, to record and to ask for, against prepared statements on the same tables, and how does it grow from 10,000 edges to 100,000?</summary>
/// <remarks>A training has ten edges: of a source that twenty trainings share, the dataset, its three parts, the run, the version and its deployment. Edges are recorded by the thousand.</remarks>
internal static class WalkingLineage
{
    private const int PerTraining = 10, PerSource = 20, PerCall = 1_000, Small = 10_000, Large = 100_000;

    public static readonly Comparison[] Comparisons =
    [
        new("lineage-record", "One of 10,000 edges of lineage recorded, SQLite, processor time", new("the lineage store", () => RecordAsync(Small)), new("bare prepared ADO.NET", InsertAsync), new("none", (_, _) => true)),
        new("lineage-record-100k", "One edge of lineage recorded, SQLite, processor time", new("one of 100,000", () => RecordAsync(Large)), new("one of 10,000", () => RecordAsync(Small)), new("none", (_, _) => true)),
        new("lineage-up", "What a deployment came from, among 10,000 edges", new("TraverseAsync", () => UpstreamAsync(Small)), new("a prepared recursive query, nodes only", SelectAsync), new("none", (_, _) => true)),
        new("lineage-up-100k", "The same among 100,000 edges", new("100,000 edges", () => UpstreamAsync(Large)), new("10,000 edges", () => UpstreamAsync(Small)), new("none", (_, _) => true)),
        new("lineage-down-100k", "What came of a source: 200 edges", new("of 100,000 edges", () => DownstreamAsync(Large)), new("of 10,000 edges", () => DownstreamAsync(Small)), new("none", (_, _) => true)),
    ];

    private static async Task<Measured> RecordAsync(int edges)
    {
        using var folder = new TemporaryFolder();
        await using var host = StoringRuns.Host(Path.Combine(folder.Path, "mlops.db"));
        var store = host.GetRequiredService<ILineageStore>();
        foreach (var warm in Edges(Small, first: Large).Chunk(PerCall)) await store.RecordAsync(warm);
        return (await Measured.CpuAsync(() => FillAsync(store, edges))).Micros().Per(edges);
    }

    // The same rows into the same tables, a transaction for each thousand; keys are known and nothing is read.
    private static async Task<Measured> InsertAsync()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "mlops.db");
        await using (var host = StoringRuns.Host(file)) await host.GetRequiredService<ILineageStore>().ListNodesAsync();
        await using var connection = new SqliteConnection($"Data Source={file};Foreign Keys=True;Pooling=False");
        await connection.OpenAsync();
        await using var pragma = connection.CreateCommand();
        pragma.CommandText = "PRAGMA synchronous = NORMAL";
        await pragma.ExecuteNonQueryAsync();
        var keys = new Dictionary<LineageNode, long>();
        foreach (var warm in Edges(Small, first: Large).Chunk(PerCall)) Insert(connection, keys, warm);
        return (await Measured.CpuAsync(() =>
        {
            foreach (var chunk in Edges(Small).Chunk(PerCall)) Insert(connection, keys, chunk);
            return Task.CompletedTask;
        })).Micros().Per(Small);
    }

    private static void Insert(SqliteConnection connection, Dictionary<LineageNode, long> keys, LineageEdge[] edges)
    {
        using var transaction = connection.BeginTransaction();
        using var node = connection.CreateCommand();
        node.Transaction = transaction;
        node.CommandText = "INSERT INTO lineage_nodes (node_key, kind, node_id, name) VALUES (@key, @kind, @id, @name) ON CONFLICT DO NOTHING";
        SqliteParameter[] ofNode = [node.Parameters.Add("@key", SqliteType.Integer), node.Parameters.Add("@kind", SqliteType.Text), node.Parameters.Add("@id", SqliteType.Text), node.Parameters.Add("@name", SqliteType.Text)];
        using var edge = connection.CreateCommand();
        edge.Transaction = transaction;
        edge.CommandText = "INSERT INTO lineage_edges (from_key, to_key, relation, since, changed_at, is_open, run_id) VALUES (@from, @to, @relation, 0, 0, 1, '') ON CONFLICT DO NOTHING";
        SqliteParameter[] ofEdge = [edge.Parameters.Add("@from", SqliteType.Integer), edge.Parameters.Add("@to", SqliteType.Integer), edge.Parameters.Add("@relation", SqliteType.Text)];
        foreach (var added in edges)
        {
            (ofEdge[0].Value, ofEdge[1].Value, ofEdge[2].Value) = (KeyOf(added.From), KeyOf(added.To), added.Relation);
            edge.ExecuteNonQuery();
        }

        transaction.Commit();

        long KeyOf(LineageNode known)
        {
            if (keys.TryGetValue(known, out var key)) return key;
            keys[known] = key = keys.Count + 1;
            (ofNode[0].Value, ofNode[1].Value, ofNode[2].Value, ofNode[3].Value) = (key, known.Kind.ToString(), known.Id, known.Name);
            node.ExecuteNonQuery();
            return key;
        }
    }

    private static Task<Measured> UpstreamAsync(int edges) => WalkAsync(edges, new(Deployment(7)) { Direction = LineageDirection.Upstream }, nodes: 8);

    private static Task<Measured> DownstreamAsync(int edges) => WalkAsync(edges, new(SourceOf(7)) { Direction = LineageDirection.Downstream }, nodes: 1 + (PerSource * 7));

    private static async Task<Measured> WalkAsync(int edges, LineageQuery query, int nodes)
    {
        using var folder = new TemporaryFolder();
        await using var host = StoringRuns.Host(Path.Combine(folder.Path, "mlops.db"));
        var store = host.GetRequiredService<ILineageStore>();
        await FillAsync(store, edges);
        return await Measured.PerCallAsync(500, async () =>
        {
            if ((await store.TraverseAsync(query)).Nodes.Count is var found && found != nodes) throw new InvalidOperationException($"There are {found} nodes and not {nodes}.");
        });
    }

    private static async Task<Measured> SelectAsync()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "mlops.db");
        await using (var host = StoringRuns.Host(file)) await FillAsync(host.GetRequiredService<ILineageStore>(), Small);
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = """
            WITH RECURSIVE reached (node_key) AS (
                SELECT node_key FROM lineage_nodes WHERE kind = @kind AND node_id = @id
                UNION
                SELECT e.from_key FROM reached r JOIN lineage_edges e ON e.to_key = r.node_key
            )
            SELECT n.kind, n.node_id, n.name FROM reached r JOIN lineage_nodes n ON n.node_key = r.node_key
            """;
        command.Parameters.AddWithValue("@kind", nameof(LineageKind.Deployment));
        command.Parameters.AddWithValue("@id", Deployment(7).Id);
        await command.PrepareAsync();
        return await Measured.PerCallAsync(500, () =>
        {
            using var reader = command.ExecuteReader();
            var found = 0;
            for (; reader.Read(); found++) (_, _, _) = (reader.GetString(0), reader.GetString(1), reader.GetString(2));
            if (found != 8) throw new InvalidOperationException($"There are {found} nodes.");
        });
    }

    private static async Task FillAsync(ILineageStore store, int edges)
    {
        foreach (var chunk in Edges(edges).Chunk(PerCall)) await store.RecordAsync(chunk);
    }

    private static IEnumerable<LineageEdge> Edges(int count, int first = 0)
    {
        for (var i = first; i < first + (count / PerTraining); i++)
        {
            var (data, run, version) = (LineageNode.Dataset($"flights-{i:x16}"), LineageNode.Run(StoringRuns.RunId(i)), LineageNode.ModelVersion("flight-delay", i + 1));
            var parts = new[] { "train", "validation", "holdout" }.Select(part => LineageNode.Dataset($"{part}-{i:x16}")).ToArray();
            yield return Edge(SourceOf(i), data, LineageRelations.Acquired);
            foreach (var part in parts) yield return Edge(data, part, LineageRelations.Derived);
            yield return Edge(parts[0], run, LineageRelations.Read);
            yield return Edge(parts[0], version, LineageRelations.LearnedFrom);
            yield return Edge(parts[1], version, LineageRelations.ValidatedWith);
            yield return Edge(parts[2], version, LineageRelations.AcceptedWith);
            yield return Edge(run, version, LineageRelations.Registered);
            yield return Edge(version, Deployment(i), LineageRelations.Served);
        }
    }

    private static LineageEdge Edge(LineageNode from, LineageNode to, string relation) => new(from, to, relation, DateTimeOffset.UnixEpoch);

    private static LineageNode SourceOf(int training) => new(LineageKind.Source, string.Create(CultureInfo.InvariantCulture, $"parquet:data/flights-{training / PerSource}.parquet"));

    private static LineageNode Deployment(int training) => LineageNode.Deployment("delays", "flight-delay", training + 1);

    private static Measured Micros(this Measured measured) => new(measured.Value * 1000, "us_cpu");
}
