using System.Text;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.ModelRegistry;

namespace MlOps.Training.Tests;

/// <summary>The stages in a real run: recorded, cached, and with the holdout locked.</summary>
public sealed class PipelineTests : IDisposable
{
    private readonly Workshop _workshop = new(builder => builder.AddPipelines()
        .AddPipeline<LatePipeline>("late")
        .AddModelGate("late", ModelNames.Champion, gate => gate
            .AtLeast("auc", 0.6, slice: "city=city 1")
            .AtLeast("auc", 0.6, JudgedOn.Holdout, slice: "night=true")
            .NoLowerThanIncumbent("auc", tolerance: 0.1, slice: "city=city 2"))
        .AddModelGate("late", "strict", gate => gate.AtLeast("auc", 1.1, slice: "city=city 1").AtLeast("auc", 0.6, slice: "city=city 9")));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _workshop.Dispose();

    private Task<PipelineRun> RunAsync() => _workshop.Services.GetRequiredService<IPipelineRunner>().RunAsync("late", cancellationToken: Token);

    [Fact]
    public async Task A_model_is_trained_judged_accepted_and_promoted()
    {
        var run = await RunAsync();

        run.Output<EvaluatedCandidate>().Acceptance!.IsBlessed.Should().BeTrue();
        var champion = await _workshop.Registry.FindByAliasAsync("late", ModelNames.Champion, Token);
        champion!.Version.Should().Be(1);
        using var model = await _workshop.Services.GetRequiredService<IModelLoader>().LoadAsync(champion, Token);
        model.Manifest.Metrics["auc"].Should().BeGreaterThan(0.8);
    }

    [Fact]
    public async Task A_second_run_takes_the_model_from_the_cache_and_compares_it_with_the_new_champion()
    {
        await RunAsync();
        var second = await RunAsync();

        second.Stages.Single(s => s.Name == "train").Status.Should().Be(StageStatus.Cached, second.Stages.Single(s => s.Name == "train").Cache.Reason);
        second.Stages.Single(s => s.Name == "evaluate").Status.Should().Be(StageStatus.Finished);
        second.Output<EvaluatedCandidate>().Evaluation.IncumbentVersion.Should().Be("late/1");

        var third = await RunAsync();
        third.Stages.Where(s => s.Name is "train" or "evaluate" or "accept").Should().OnlyContain(s => s.Status == StageStatus.Cached);
        (await _workshop.Registry.ListVersionsAsync("late", Token)).Should().ContainSingle();
    }

    [Fact]
    public async Task Gates_of_the_registry_ask_for_the_slices_that_the_pipeline_judged()
    {
        (await RunAsync()).Output<Promotion>().IsPromoted.Should().BeTrue();
        (await RunAsync()).Output<EvaluatedCandidate>().Evaluation.Slices.Should().OnlyContain(s => s.Incumbent!.ContainsKey("auc"));

        var strict = () => _workshop.Registry.SetAliasAsync(new("late", "strict", null, 1, "test", "test", DateTimeOffset.UnixEpoch), Token);

        var auc = (await _workshop.Registry.ListVersionsAsync("late", Token)).Single(v => v.Version == 1).Evaluation!.Slices.Single(s => s.Slice == "city=city 1").Metrics["auc"];
        (await strict.Should().ThrowAsync<GateRefusedException>()).Which.Reasons.Should().Equal(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"auc of slice 'city=city 1' on the validation split must be at least 1.1, but it is {auc:G6}."),
            "auc of slice 'city=city 9' on the validation split must be at least 0.6, but the judgement of version 1 on the validation split has no slice 'city=city 9'.");
    }

    [Fact]
    public async Task A_model_card_shows_the_slices_that_the_pipeline_judged()
    {
        await RunAsync();
        var card = await _workshop.Services.GetRequiredService<IModelCards>().CreateAsync("late", 1, Token);
        card.Sections.Single(s => s.Title == "Slices of the validation split").Rows.Select(r => r[0]).Should().BeEquivalentTo("city=city 0", "city=city 1", "city=city 2");
        card.Sections.Single(s => s.Title == "Slices of the holdout").Rows.Select(r => r[0]).Should().BeEquivalentTo("night=true", "night=false");
    }

    public sealed class LatePipeline : PipelineDefinition
    {
        public override void Define(PipelineBuilder pipeline)
        {
            ArgumentNullException.ThrowIfNull(pipeline);
            pipeline.Start<SplitStage, DataSplit>()
                .Train<FastTreeLate>("late", o => o.Trials = 2)
                .Evaluate(g => g.AtLeast("auc", 0.7).NoWorseThan(ModelNames.Champion).SliceBy("city"))
                .Accept(g => g.BetterThanBaseline().SliceBy("night"))
                .Register()
                .Promote();
        }
    }

    internal sealed class SplitStage(Workshop workshop, IArtifactStore artifacts) : IPipelineStage<Nothing, DataSplit>
    {
        public async Task<DataSplit> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken)
        {
            var split = await workshop.BinaryAsync();
            return split with { Training = await StoredAsync(split.Training), Validation = await StoredAsync(split.Validation), Holdout = await StoredAsync(split.Holdout) };

            // The runner wants to find a file behind each dataset.
            async Task<Dataset> StoredAsync(Dataset part)
            {
                using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(part.Fingerprint));
                return part with { Artifact = await artifacts.PutAsync(bytes, cancellationToken) };
            }
        }
    }
}
