using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Pipelines.Tests;

/// <summary>What a run records of where things come from, without its stages doing anything for it.</summary>
public sealed class LineageTests
{
    private readonly InMemoryLineageStore _lineage = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_joins_the_source_to_the_registered_version()
    {
        await using var host = Host(Learning);

        var run = await host.RunAsync();

        var graph = await _lineage.TraverseAsync(new(LineageNode.ModelVersion("delay", 1)) { Direction = LineageDirection.Upstream }, Token);
        graph.Nodes.Select(n => n.Node.Kind).Distinct().Should().BeEquivalentTo(
            [LineageKind.Source, LineageKind.Dataset, LineageKind.Features, LineageKind.Run, LineageKind.ModelVersion]);
        graph.Nodes[0].Node.Should().Be(new LineageNode(LineageKind.Source, "csv:flights.csv"));
        graph.Nodes.Should().Contain(n => n.Node == LineageNode.Run(run.RunId) && n.Node.Name.StartsWith("test 2026-01-02") && n.Distance == -1);
        graph.Edges.Should().OnlyContain(e => e.RunId == run.RunId);
    }

    [Fact]
    public async Task A_model_learned_from_the_raw_data_and_its_training_part_but_not_from_its_holdout()
    {
        await using var host = Host(Learning);
        await host.RunAsync();

        (await LearnedFromAsync("raw")).Should().Equal("delay/1");
        (await LearnedFromAsync("raw-training")).Should().Equal("delay/1");
        (await LearnedFromAsync("raw-holdout")).Should().BeEmpty();
        var holdout = await _lineage.TraverseAsync(new(LineageNode.Dataset(Sha256.Hex("raw-holdout"))) { Direction = LineageDirection.Downstream, Depth = 1 }, Token);
        holdout.Edges.Should().ContainSingle().Which.Relation.Should().Be(LineageRelations.AcceptedWith);
    }

    [Fact]
    public async Task A_split_comes_from_the_dataset_that_it_names_and_not_from_one_beside_it()
    {
        await using var host = Host(p => p.Start(new Take("raw")).And(p.Start(new Take("other"), o => o.Name = "other")).Then(new SplitFirst()));
        await host.RunAsync();

        var graph = await _lineage.TraverseAsync(new(LineageNode.Dataset(Sha256.Hex("raw-training"))) { Direction = LineageDirection.Upstream, Kinds = [LineageKind.Dataset] }, Token);
        graph.Nodes.Select(n => n.Node.Name).Should().BeEquivalentTo("raw", "raw-training");
    }

    [Fact]
    public async Task A_run_that_takes_everything_from_the_cache_has_its_lineage_as_well()
    {
        await using var host = Host(p => p.Start(new Take("raw")).Then(new SplitOne()));
        foreach (var name in (string[])["raw", "raw-training", "raw-validation", "raw-holdout"])
            await host.Artifacts.PutAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes("file of " + name)), Token);
        await host.RunAsync();
        var second = await host.RunAsync();

        second.Stages.Should().OnlyContain(s => s.Status == StageStatus.Cached);
        var graph = await _lineage.TraverseAsync(new(LineageNode.Run(second.RunId)) { Direction = LineageDirection.Upstream }, Token);
        graph.Nodes.Select(n => n.Node.Kind).Should().Contain(LineageKind.Source);
    }

    [Fact]
    public async Task A_version_that_another_run_made_is_not_this_runs()
    {
        await using var host = Host(p => p.Start(new Take("raw")).Then(new SplitOne()).Then(new Learn()).Then(new Publish("00000000000000000000000000000009")));
        await host.RunAsync();

        (await _lineage.TraverseAsync(new(LineageNode.ModelVersion("delay", 1)), Token)).Nodes.Should().BeEmpty();
    }

    [Fact]
    public async Task A_stage_of_the_hosts_own_that_makes_a_model_of_a_dataset_learned_from_it()
    {
        await using var host = Host(p => p.Start(new Take("raw")).Then(new LearnAlone()).Then(new PublishBundle()));
        await host.RunAsync();

        (await LearnedFromAsync("raw")).Should().Equal("delay/1");
    }

    [Fact]
    public async Task A_failed_run_keeps_the_lineage_of_what_it_did()
    {
        await using var host = Host(p => p.Start(new Take("raw")).Then(new SplitOne()).Then(new Break()));
        await FluentActions.Awaiting(() => host.RunAsync()).Should().ThrowAsync<StageFailedException>();

        (await _lineage.ListNodesAsync(LineageKind.Dataset, cancellationToken: Token)).Should().HaveCount(4);
    }

    [Fact]
    public async Task A_run_does_not_fail_for_its_lineage()
    {
        await using var host = new PipelineHost(Learning, configure: s => s.AddSingleton<ILineageStore>(new BrokenLineage()));
        (await host.RunAsync()).Status.Should().Be(RunStatus.Finished);
    }

    private static void Learning(PipelineBuilder p) => p.Start(new Take("raw")).Then(new SplitOne()).Then(new Learn()).Then(new Publish(null));

    private PipelineHost Host(Action<PipelineBuilder> define) => new(define, configure: s => s.AddSingleton<ILineageStore>(_lineage));

    private async Task<IEnumerable<string>> LearnedFromAsync(string data) =>
        (await _lineage.FindModelsLearnedFromAsync(Sha256.Hex(data), Token)).Nodes.Select(n => n.Node.Id);

    private sealed class BrokenLineage : ILineageStore
    {
        public Task RecordAsync(IReadOnlyCollection<LineageEdge> edges, CancellationToken cancellationToken = default) => throw new StoreException("The disk is full.");

        public Task<LineageGraph> TraverseAsync(LineageQuery query, CancellationToken cancellationToken = default) => throw new StoreException("The disk is full.");

        public Task<IReadOnlyList<LineageNode>> ListNodesAsync(LineageKind? kind = null, string? name = null, int limit = 1000, CancellationToken cancellationToken = default) =>
            throw new StoreException("The disk is full.");
    }
}
