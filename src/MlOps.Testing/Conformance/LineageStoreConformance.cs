using System.Globalization;
using MlOps.Core;
using Xunit;

namespace MlOps.Testing;

/// <summary>What every <see cref="ILineageStore"/> must do. Derive a test class from it for each implementation.</summary>
/// <remarks>The derived class removes what it has created, best as an <see cref="IAsyncDisposable"/>; it is made anew for each test.</remarks>
public abstract class LineageStoreConformance
{
    private static readonly LineageNode Source = new(LineageKind.Source, "csv:flights.csv");
    private static readonly LineageNode Raw = LineageNode.Dataset(Sha256.Hex("raw")) with { Name = "flights" };
    private static readonly LineageNode Training = LineageNode.Dataset(Sha256.Hex("training")) with { Name = "flights" };
    private static readonly LineageNode Holdout = LineageNode.Dataset(Sha256.Hex("holdout")) with { Name = "flights" };
    private static readonly LineageNode Features = new(LineageKind.Features, "f");
    private static readonly LineageNode Run = LineageNode.Run(Samples.RunId(1));
    private static readonly LineageNode Version = LineageNode.ModelVersion("delay", 1);
    private static readonly LineageNode Deployment = LineageNode.Deployment("airport", "delay", 1);
    private static readonly LineageNode Log = LineageNode.PredictionLog("delay", 1, new(2001, 5, 1));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Opens the store of this test, which is empty at first. Called again in one test it opens the same store once more, as another process would.</summary>
    /// <returns>The store.</returns>
    protected abstract Task<ILineageStore> CreateAsync();

    [Fact]
    public async Task An_edge_is_found_as_it_was_recorded()
    {
        var store = await CreateAsync();
        var from = new LineageNode(LineageKind.Source, Samples.Awkward) { Name = Samples.Awkward + "!" };
        var at = new DateTimeOffset(2001, 5, 1, 14, 0, 0, TimeSpan.FromHours(2)).AddMicroseconds(1);
        await store.RecordAsync([new(from, Raw, Samples.Awkward, at) { EndedAt = at.AddHours(1), RunId = Samples.RunId(7) }], Cancel);
        var graph = await store.TraverseAsync(new(from), Cancel);
        var edge = Assert.Single(graph.Edges);
        Assert.Equal((from, Raw, Samples.Awkward), (edge.From, edge.To, edge.Relation));
        Assert.Equal((at, at.AddHours(1), Samples.RunId(7)), (edge.At, edge.EndedAt!.Value, edge.RunId));
        Assert.Equal(TimeSpan.Zero, edge.At.Offset);
        Assert.Equal((Samples.Awkward + "!", "flights"), (edge.From.Name, edge.To.Name));
        Assert.Equal([(from, 0), (Raw, 1)], graph.Nodes.Select(n => (n.Node, n.Distance)));
        Assert.False(graph.IsTruncated);
    }

    [Fact]
    public async Task A_node_that_was_never_recorded_has_no_lineage()
    {
        var store = await CreateAsync();
        var graph = await store.TraverseAsync(new(Raw), Cancel);
        Assert.Empty(graph.Nodes);
        Assert.Empty(graph.Edges);
        Assert.False(graph.IsTruncated);
        Assert.Empty(await store.ListNodesAsync(cancellationToken: Cancel));
    }

    [Fact]
    public async Task Upstream_of_a_log_is_everything_down_to_the_source_in_one_call()
    {
        var store = await WithChainAsync();
        var graph = await store.TraverseAsync(new(Log) { Direction = LineageDirection.Upstream }, Cancel);
        Assert.Equal([-6, -5, -5, -4, -4, -3, -2, -1, 0], graph.Nodes.Select(n => n.Distance)); // the holdout makes the way to the raw data shorter
        Assert.Equal([Source, Raw, Training, Holdout, Features, Run, Version, Deployment, Log], graph.Nodes.Select(n => n.Node), (a, b) => a.Kind == b.Kind);
        Assert.Equal(9, graph.Nodes.Select(n => n.Node).Intersect([Source, Raw, Training, Features, Holdout, Run, Version, Deployment, Log]).Count());
        Assert.Equal(9, graph.Edges.Count);
    }

    [Fact]
    public async Task Downstream_of_a_source_is_everything_up_to_the_log()
    {
        var store = await WithChainAsync();
        var graph = await store.TraverseAsync(new(Source) { Direction = LineageDirection.Downstream }, Cancel);
        Assert.Equal(9, graph.Nodes.Count);
        Assert.Equal(9, graph.Edges.Count);
        Assert.Equal((Log, 6), (graph.Nodes[^1].Node, graph.Nodes[^1].Distance));
    }

    [Fact]
    public async Task Both_directions_do_not_show_what_else_came_of_an_ancestor()
    {
        var store = await WithChainAsync();
        await store.RecordAsync([Edge(Raw, LineageNode.Run(Samples.RunId(2)), LineageRelations.Read)], Cancel);
        var graph = await store.TraverseAsync(new(Version), Cancel);
        Assert.DoesNotContain(graph.Nodes, n => n.Node == LineageNode.Run(Samples.RunId(2)));
        Assert.Contains(graph.Nodes, n => n.Node == Source && n.Distance < 0);
        Assert.Contains(graph.Nodes, n => n.Node == Log && n.Distance == 2);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 3)]
    [InlineData(2, 6)]
    [InlineData(100, 9)]
    public async Task The_depth_bounds_the_walk(int depth, int nodes)
    {
        var store = await WithChainAsync();
        var graph = await store.TraverseAsync(new(Version) { Depth = depth }, Cancel);
        Assert.Equal(nodes, graph.Nodes.Count);
        Assert.False(graph.IsTruncated);
    }

    [Fact]
    public async Task Kinds_that_are_not_asked_for_are_walked_through_and_left_out()
    {
        var store = await WithChainAsync();
        var graph = await store.TraverseAsync(new(Source) { Kinds = [LineageKind.ModelVersion, LineageKind.Deployment] }, Cancel);
        Assert.Equal([Version, Deployment], graph.Nodes.Select(n => n.Node));
        Assert.Equal((Version, Deployment), Assert.Single(graph.Edges) switch { var e => (e.From, e.To) });
    }

    [Fact]
    public async Task Relations_that_are_not_asked_for_are_not_walked_along()
    {
        var store = await WithChainAsync();
        var graph = await store.TraverseAsync(new(Holdout) { Relations = [LineageRelations.LearnedFrom, LineageRelations.Registered] }, Cancel);
        Assert.Equal([Holdout], graph.Nodes.Select(n => n.Node));
    }

    [Fact]
    public async Task A_model_learned_from_what_its_training_data_came_from_and_not_from_its_holdout()
    {
        var store = await WithChainAsync();
        Assert.Equal([Version], (await store.FindModelsLearnedFromAsync(Raw.Id, Cancel)).Nodes.Select(n => n.Node));
        Assert.Equal([Version], (await store.FindModelsLearnedFromAsync(Source, Cancel)).Nodes.Select(n => n.Node));
        Assert.Empty((await store.FindModelsLearnedFromAsync(Holdout.Id, Cancel)).Nodes);
    }

    [Fact]
    public async Task What_produced_a_prediction_is_found_by_model_version_and_time()
    {
        var store = await WithChainAsync();
        var graph = await store.FindWhatProducedAsync("delay", 1, Samples.Noon, Cancel);
        Assert.Equal((Source, Log), (graph.Nodes[0].Node, graph.Nodes[^1].Node));
        var another = await store.FindWhatProducedAsync("delay", 1, Samples.Noon.AddYears(1), Cancel);
        Assert.Equal((Source, Version), (another.Nodes[0].Node, another.Nodes[^1].Node));
    }

    [Fact]
    public async Task The_same_edge_twice_is_one_and_keeps_its_first_beginning()
    {
        var store = await CreateAsync();
        var edge = Edge(Raw, Run, LineageRelations.Read) with { RunId = Samples.RunId(1) };
        await store.RecordAsync([edge, edge], Cancel);
        await store.RecordAsync([edge with { At = edge.At.AddDays(1), RunId = Samples.RunId(2) }, Edge(Raw, Run, LineageRelations.LearnedFrom)], Cancel);
        var edges = (await store.TraverseAsync(new(Raw), Cancel)).Edges;
        Assert.Equal([LineageRelations.LearnedFrom, LineageRelations.Read], edges.Select(e => e.Relation));
        Assert.Equal((edge.At, Samples.RunId(1)), (edges[1].At, edges[1].RunId));
    }

    [Theory]
    [InlineData("012")]
    [InlineData("021")]
    [InlineData("102")]
    [InlineData("120")]
    [InlineData("201")]
    [InlineData("210")]
    [InlineData("2100112")]
    public async Task Beginnings_and_ends_may_arrive_in_any_order(string order)
    {
        var store = await CreateAsync();
        var begun = Edge(Version, Deployment, LineageRelations.Served);
        LineageEdge[] said = [begun, begun with { EndedAt = begun.At.AddHours(1) }, begun with { At = begun.At.AddHours(2) }];
        foreach (var which in order) await store.RecordAsync([said[which - '0']], Cancel);
        var edge = Assert.Single((await store.TraverseAsync(new(Version), Cancel)).Edges);
        Assert.Equal((begun.At, null), (edge.At, edge.EndedAt));
        await store.RecordAsync([begun with { EndedAt = begun.At.AddHours(3) }], Cancel);
        edge = Assert.Single((await store.TraverseAsync(new(Version), Cancel)).Edges);
        Assert.Equal(begun.At.AddHours(3), edge.EndedAt);
    }

    [Fact]
    public async Task A_node_takes_a_new_name_and_keeps_it_when_it_is_recorded_without_one()
    {
        var store = await CreateAsync();
        await store.RecordAsync([Edge(Raw, Run, LineageRelations.Read)], Cancel);
        await store.RecordAsync([Edge(LineageNode.Dataset(Raw.Id), Run with { Name = "nightly" }, LineageRelations.Read)], Cancel);
        await store.RecordAsync([Edge(LineageNode.Dataset(Raw.Id), Run, LineageRelations.Read)], Cancel);
        Assert.Equal(["flights", "nightly"], (await store.TraverseAsync(new(Raw), Cancel)).Nodes.Select(n => n.Node.Name));
        await store.RecordAsync([Edge(Raw with { Name = "all flights" }, Run, LineageRelations.Read)], Cancel);
        Assert.Equal("all flights", Assert.Single(await store.ListNodesAsync(LineageKind.Dataset, cancellationToken: Cancel)).Name);
    }

    [Fact]
    public async Task Nodes_are_listed_by_kind_and_name_the_last_recorded_first()
    {
        var store = await WithChainAsync();
        Assert.Equal([Log], await store.ListNodesAsync(LineageKind.PredictionLog, cancellationToken: Cancel));
        Assert.Equal(3, (await store.ListNodesAsync(LineageKind.Dataset, "flights", cancellationToken: Cancel)).Count);
        Assert.Empty(await store.ListNodesAsync(LineageKind.Run, "flights", cancellationToken: Cancel));
        Assert.Equal(3, (await store.ListNodesAsync(name: "flights", cancellationToken: Cancel)).Count);
        await store.RecordAsync([Edge(Raw, LineageNode.Run(Samples.RunId(9)), LineageRelations.Read)], Cancel);
        Assert.Equal([LineageNode.Run(Samples.RunId(9))], await store.ListNodesAsync(LineageKind.Run, limit: 1, cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_cycle_ends_and_each_of_its_nodes_is_visited_once()
    {
        var store = await CreateAsync();
        LineageNode[] ring = [.. Enumerable.Range(0, 6).Select(i => LineageNode.Dataset(string.Create(CultureInfo.InvariantCulture, $"d{i}")))];
        await store.RecordAsync([.. ring.Select((node, i) => Edge(node, ring[(i + 1) % ring.Length], LineageRelations.Derived))], Cancel);
        var down = await store.TraverseAsync(new(ring[0]) { Direction = LineageDirection.Downstream }, Cancel);
        Assert.Equal(Enumerable.Range(0, 6), down.Nodes.Select(n => n.Distance));
        Assert.Equal(6, down.Edges.Count);
        var both = await store.TraverseAsync(new(ring[0]), Cancel);
        Assert.Equal([-2, -1, 0, 1, 2, 3], both.Nodes.Select(n => n.Distance));
        Assert.Equal(6, both.Edges.Count);
    }

    [Fact]
    public async Task A_chain_of_a_thousand_diamonds_is_walked_in_linear_time()
    {
        var store = await CreateAsync();
        static LineageNode Node(int i) => LineageNode.Dataset(string.Create(CultureInfo.InvariantCulture, $"d{i}"));
        await store.RecordAsync([.. Enumerable.Range(0, 1000).SelectMany(i => new[] { Edge(Node(i), Node(i + 1), "a"), Edge(Node(i), Node(i + 2), "b"), Edge(Node(i), Node(i + 3), "c") })], Cancel);
        var graph = await store.TraverseAsync(new(Node(0)) { Direction = LineageDirection.Downstream }, Cancel); // of some 10^263 paths
        Assert.Equal(1003, graph.Nodes.Count);
        Assert.Equal(334, graph.Nodes[^1].Distance);
        Assert.Equal(3000, graph.Edges.Count);
    }

    [Fact]
    public async Task A_limit_keeps_the_nearest_nodes_and_says_that_there_are_more()
    {
        var store = await CreateAsync();
        static LineageNode Node(int i) => LineageNode.Dataset(string.Create(CultureInfo.InvariantCulture, $"d{i}"));
        await store.RecordAsync([.. Enumerable.Range(0, 200).Select(i => Edge(Node(i), Node(i + 1), LineageRelations.Derived))], Cancel);
        var few = await store.TraverseAsync(new(Node(0)) { Limit = 10 }, Cancel);
        Assert.True(few.IsTruncated);
        Assert.Equal(Enumerable.Range(0, 10), few.Nodes.Select(n => n.Distance));
        Assert.Equal(9, few.Edges.Count);
        Assert.False((await store.TraverseAsync(new(Node(0)) { Limit = 201 }, Cancel)).IsTruncated);
        Assert.False((await store.TraverseAsync(new(Node(0)) { Limit = 10, Depth = 9 }, Cancel)).IsTruncated);
    }

    [Fact]
    public async Task A_bad_edge_is_refused_and_nothing_of_the_call_is_recorded()
    {
        var store = await CreateAsync();
        var good = Edge(Raw, Run, LineageRelations.Read);
        LineageEdge[] bad =
        [
            good with { From = LineageNode.Dataset(" ") },
            good with { From = LineageNode.Dataset(new('x', LineageChecks.MaxId + 1)) },
            good with { From = LineageNode.Dataset("a\0b") },
            good with { From = new((LineageKind)99, "x") },
            good with { From = null! },
            good with { To = good.From },
            good with { Relation = "" },
            good with { EndedAt = good.At.AddTicks(-1) },
            null!,
        ];
        foreach (var edge in bad) await Assert.ThrowsAnyAsync<ArgumentException>(() => store.RecordAsync([good, edge], Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.RecordAsync(null!, Cancel));
        Assert.Empty(await store.ListNodesAsync(cancellationToken: Cancel));
        await store.RecordAsync([], Cancel);
    }

    [Fact]
    public async Task A_bad_query_is_refused()
    {
        var store = await CreateAsync();
        LineageQuery[] bad =
        [
            new(null!), new(Raw) { Depth = -1 }, new(Raw) { Limit = 0 }, new(Raw) { Limit = LineageChecks.MaxLimit + 1 }, new(Raw) { Direction = (LineageDirection)9 },
            new(Raw) { Kinds = [(LineageKind)99] }, new(Raw) { Relations = [""] }, null!,
        ];
        foreach (var query in bad) await Assert.ThrowsAnyAsync<ArgumentException>(() => store.TraverseAsync(query, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.ListNodesAsync(limit: 0, cancellationToken: Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.FindWhatProducedAsync("../x", 1, Samples.Noon, Cancel));
    }

    [Fact]
    public async Task Writers_of_the_same_edges_in_another_order_do_not_disturb_each_other()
    {
        var stores = new[] { await CreateAsync(), await CreateAsync() };
        LineageEdge[] edges = [.. Enumerable.Range(0, 50).Select(i => Edge(Raw, LineageNode.Run(Samples.RunId(i)), LineageRelations.Read))];
        await Samples.InParallel(8, async i =>
        {
            await stores[i % 2].RecordAsync(i % 4 < 2 ? edges : [.. edges.Reverse()], Cancel);
            return true;
        });
        Assert.Equal(50, (await stores[0].TraverseAsync(new(Raw), Cancel)).Edges.Count);
    }

    [Fact]
    public async Task A_cancelled_call_records_nothing()
    {
        var store = await CreateAsync();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.RecordAsync([Edge(Raw, Run, LineageRelations.Read)], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.TraverseAsync(new(Raw), cancelled));
        Assert.Empty(await store.ListNodesAsync(cancellationToken: Cancel));
    }

    private static LineageEdge Edge(LineageNode from, LineageNode to, string relation) => new(from, to, relation, Samples.Noon);

    private async Task<ILineageStore> WithChainAsync()
    {
        var store = await CreateAsync();
        await store.RecordAsync(
            [
                Edge(Source, Raw, LineageRelations.Acquired),
                Edge(Raw, Training, LineageRelations.Derived),
                Edge(Raw, Holdout, LineageRelations.Derived),
                Edge(Training, Features, LineageRelations.Derived),
                Edge(Features, Run, LineageRelations.LearnedFrom),
                Edge(Holdout, Run, LineageRelations.AcceptedWith),
                Edge(Run, Version, LineageRelations.Registered),
                Edge(Version, Deployment, LineageRelations.Served),
                Edge(Deployment, Log, LineageRelations.Logged),
            ],
            Cancel);
        return store;
    }
}
