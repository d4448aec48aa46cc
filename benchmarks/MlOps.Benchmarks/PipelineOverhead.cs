using MlOps.Core;

namespace MlOps.Benchmarks;

/// <summary>What does a pipeline cost? Fifty stages that do nothing, recorded in the embedded stores, against fifty plain calls of the same stages.</summary>
/// <remarks>Each run has a seed of its own, so every stage is looked up in the cache, missed, run, checkpointed and recorded, as in a first run. Opening and closing the run is part of it.</remarks>
internal static class PipelineOverhead
{
    private const int Stages = 50;

    public static readonly Comparison Comparison = new(
        "pipeline-overhead",
        "What a stage that does nothing costs, recorded",
        new("a pipeline, per stage", RunPipelineAsync),
        new("plain calls, per stage", CallAsync),
        new("under 1,000 us", (ours, _) => ours < 1000));

    private static async Task<Measured> RunPipelineAsync()
    {
        using var folder = new TemporaryFolder();
        await using var services = new ServiceCollection().AddLogging().AddMlOps(o => o.Folder = folder.Path).AddPipeline<NothingPipeline>("nothing").Services.BuildServiceProvider();
        var runner = services.GetRequiredService<IPipelineRunner>();
        var seed = 0;
        return (await Measured.PerCallAsync(10, () => runner.RunAsync("nothing", new() { Seed = seed++ }))).Per(Stages);
    }

    private static async Task<Measured> CallAsync()
    {
        var stage = new CountUp();
        var context = new StageContext { Services = new ServiceCollection().BuildServiceProvider(), Pipeline = "nothing", Stage = "count-up", RunId = "none", Seed = 0 };
        return (await Measured.PerCallAsync(100_000, async () =>
        {
            var counter = new Counter(0);
            for (var i = 0; i < Stages; i++) counter = await stage.RunAsync(counter, context, CancellationToken.None);
        })).Per(Stages);
    }

    private sealed record Counter(int Value);

    private sealed class Begin : IPipelineStage<Nothing, Counter>
    {
        public Task<Counter> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(new Counter(0));
    }

    private sealed class CountUp : IPipelineStage<Counter, Counter>
    {
        public Task<Counter> RunAsync(Counter input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(new Counter(input.Value + 1));
    }

    private sealed class NothingPipeline : PipelineDefinition
    {
        public override void Define(PipelineBuilder pipeline)
        {
            var counter = pipeline.Start<Begin, Counter>();
            for (var i = 1; i < Stages; i++) counter = counter.Then<CountUp>();
        }
    }
}
