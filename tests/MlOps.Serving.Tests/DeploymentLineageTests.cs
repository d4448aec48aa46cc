using System.Net;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Serving.Tests;

public sealed class DeploymentLineageTests
{
    [Fact]
    public async Task What_produced_a_prediction_is_known_after_the_first_one()
    {
        await using var server = await StartAsync();
        await server.InferAsync();
        await server.InferAsync();
        var entry = server.Log.Entries.First();
        await Server.UntilAsync(async () => (await LineageOf(server).ListNodesAsync(LineageKind.PredictionLog, cancellationToken: TestContext.Current.CancellationToken)).Count > 0);

        var graph = await LineageOf(server).FindWhatProducedAsync(entry.Model, entry.Version, entry.Time, TestContext.Current.CancellationToken);

        graph.Nodes.Select(n => n.Node).Should().Equal(
            LineageNode.ModelVersion("flight-delay", 1),
            LineageNode.Deployment("airport", "flight-delay", 1),
            LineageNode.PredictionLog("flight-delay", 1, DateOnly.FromDateTime(entry.Time.UtcDateTime)));
    }

    [Fact]
    public async Task A_deployment_ends_when_the_alias_moves_and_holds_again_when_it_comes_back()
    {
        await using var server = await StartAsync(versions: 2);
        await server.InferAsync();
        await server.PointAsync(1, 2);
        await Server.UntilAsync(async () => await FindAsync(server, 1) is { EndedAt: not null });
        (await FindAsync(server, 1))!.EndedAt.Should().BeOnOrAfter((await FindAsync(server, 1))!.At);
        await Server.UntilAsync(async () => await FindAsync(server, 2) is { EndedAt: null });
        await server.PointAsync(2, 1);
        await Server.UntilAsync(async () => await FindAsync(server, 1) is { EndedAt: null } && await FindAsync(server, 2) is { EndedAt: not null });
    }

    [Fact]
    public async Task A_deployment_does_not_end_with_the_process()
    {
        ILineageStore lineage;
        await using (var server = await StartAsync())
        {
            await server.InferAsync();
            lineage = LineageOf(server);
        }

        var edges = (await lineage.TraverseAsync(new(LineageNode.ModelVersion("flight-delay", 1)), TestContext.Current.CancellationToken)).Edges;
        edges.Should().ContainSingle(e => e.Relation == LineageRelations.Served).Which.EndedAt.Should().BeNull("another process of the service may serve it");
        edges.Should().ContainSingle(e => e.Relation == LineageRelations.Logged);
    }

    [Fact]
    public async Task A_lineage_store_that_fails_does_not_disturb_predictions()
    {
        await using var server = await StartAsync(configure: b => b.Services.AddSingleton<ILineageStore>(new BrokenLineage()));
        (await server.InferAsync()).Status.Should().Be(HttpStatusCode.OK);
        (await server.InferAsync()).Status.Should().Be(HttpStatusCode.OK);
    }

    private static Task<Server> StartAsync(int versions = 1, Action<MlOpsBuilder>? configure = null) => Server.StartAsync(o => o.ServiceName = "airport", configure, versions: versions);

    private static ILineageStore LineageOf(Server server) => server.Services.GetRequiredService<ILineageStore>();

    private static async Task<LineageEdge?> FindAsync(Server server, int version) =>
        (await LineageOf(server).TraverseAsync(new(LineageNode.ModelVersion("flight-delay", version)), TestContext.Current.CancellationToken)).Edges.SingleOrDefault(e => e.Relation == LineageRelations.Served);

    private sealed class BrokenLineage : ILineageStore
    {
        public Task RecordAsync(IReadOnlyCollection<LineageEdge> edges, CancellationToken cancellationToken = default) => throw new StoreException("The disk is full.");

        public Task<LineageGraph> TraverseAsync(LineageQuery query, CancellationToken cancellationToken = default) => throw new StoreException("The disk is full.");

        public Task<IReadOnlyList<LineageNode>> ListNodesAsync(LineageKind? kind = null, string? name = null, int limit = 1000, CancellationToken cancellationToken = default) =>
            throw new StoreException("The disk is full.");
    }
}
