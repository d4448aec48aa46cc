using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.ModelRegistry;

namespace MlOps.Training.Tests;

public sealed class EvaluateStageTests : IDisposable
{
    private readonly Workshop _workshop = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _workshop.Dispose();

    private Task<EvaluatedCandidate> EvaluateAsync(Candidate candidate, Action<GateBuilder> gate, StageContext? context = null) =>
        Evaluating(gate).RunAsync(candidate, context ?? _workshop.Context(), Token);

    private static EvaluateStage Evaluating(Action<GateBuilder> gate)
    {
        var (gates, slices) = GateBuilder.Build(gate);
        return new(gates, slices);
    }

    private static Task<EvaluatedCandidate> AcceptAsync(EvaluatedCandidate candidate, Action<GateBuilder> gate, StageContext context)
    {
        var (gates, slices) = GateBuilder.Build(gate);
        return new AcceptStage(gates, slices).RunAsync(candidate, context, Token);
    }

    [Fact]
    public async Task A_model_that_meets_its_standards_is_blessed()
    {
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync());
        var context = _workshop.Context();
        var judged = await EvaluateAsync(candidate, g => g.AtLeast("auc", 0.7).AtMost("log_loss", 0.9).BetterThanBaseline("auc", 0.1), context);

        judged.IsBlessed.Should().BeTrue();
        judged.Evaluation.Checks.Should().HaveCount(3).And.OnlyContain(c => c.Holds);
        judged.Evaluation.Data.Fingerprint.Should().Be(candidate.Split.Validation.Fingerprint);
        judged.Evaluation.Metrics.Should().Equal(candidate.Bundle.Manifest.Metrics);
        judged.Evaluation.Baseline.Should().Equal(candidate.Bundle.Manifest.Baseline);
        judged.Evaluation.Incumbent.Should().BeNull();
        judged.Acceptance.Should().BeNull();
        context.Metrics.Should().Contain(m => m.Name == "auc").And.Contain(m => m.Name == "baseline.auc");
    }

    [Fact]
    public async Task A_model_without_standards_is_not_blessed()
    {
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync());
        (await EvaluateAsync(candidate, _ => { })).IsBlessed.Should().BeFalse();
    }

    [Fact]
    public async Task A_model_that_fails_one_standard_is_not_blessed()
    {
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync());
        (await EvaluateAsync(candidate, g => g.AtLeast("auc", 0.7).AtLeast("accuracy", 1.1))).IsBlessed.Should().BeFalse();
    }

    [Theory]
    [InlineData(typeof(FlowerTrainer), false)]
    [InlineData(typeof(FlowerTrainerInPlace), true)]
    public async Task Several_classes_are_judged_as_they_were_when_trained(Type trainer, bool numbered)
    {
        var train = typeof(Workshop).GetMethod(nameof(Workshop.TrainAsync))!.MakeGenericMethod(trainer);
        var candidate = await (Task<Candidate>)train.Invoke(_workshop, [await _workshop.FlowersAsync(numbered), null, null, null])!;
        var judged = await EvaluateAsync(candidate, g => g.AtLeast("micro_accuracy", 0.9).BetterThanBaseline());
        judged.IsBlessed.Should().BeTrue();
        judged.Evaluation.Metrics.Should().Equal(candidate.Bundle.Manifest.Metrics);
        judged.Evaluation.Baseline.Should().Equal(candidate.Bundle.Manifest.Baseline);
    }

    [Fact]
    public async Task A_regression_is_judged_by_its_errors()
    {
        var candidate = await _workshop.TrainAsync<FareTrainer>(await _workshop.FaresAsync());
        var judged = await EvaluateAsync(candidate, g => g.AtMost("rmse", 5).BetterThanBaseline("rmse", 15).AtLeast("r_squared", 0.9));
        judged.Evaluation.Checks.Should().OnlyContain(c => c.Holds).And.HaveCount(3);
        judged.Evaluation.Metrics.Should().Equal(candidate.Bundle.Manifest.Metrics);
    }

    [Fact]
    public async Task A_baseline_of_the_trainers_own_is_judged_on_the_same_rows()
    {
        var candidate = await _workshop.TrainAsync<PerceptronLate>(await _workshop.BinaryAsync());
        var judged = await EvaluateAsync(candidate, g => g.AtLeast("auc", 0.5));
        judged.Evaluation.Baseline.Should().Equal(candidate.Bundle.Manifest.Baseline);
    }

    [Fact]
    public async Task Without_a_champion_a_model_is_compared_with_nobody()
    {
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync());
        var judged = await EvaluateAsync(candidate, g => g.NoWorseThan("champion"));
        judged.IsBlessed.Should().BeTrue();
        judged.Evaluation.IncumbentVersion.Should().BeNull();
        judged.Evaluation.Checks.Single().Description.Should().EndWith("there is no champion yet");
    }

    [Fact]
    public async Task The_champion_is_judged_on_the_same_rows_with_its_own_preparation()
    {
        var champion = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync(1200, new Halve("x")));
        await _workshop.PromoteAsync(champion.Bundle);
        var candidate = await _workshop.TrainAsync<PerceptronLate>(await _workshop.BinaryAsync());

        var context = _workshop.Context();
        var judged = await EvaluateAsync(candidate, g => g.NoWorseThan("champion"), context);

        judged.Evaluation.IncumbentVersion.Should().Be("model/1");
        judged.Evaluation.Incumbent.Should().Equal(champion.Bundle.Manifest.Metrics);
        judged.IsBlessed.Should().Be(candidate.Bundle.Manifest.Metrics["auc"] >= champion.Bundle.Manifest.Metrics["auc"]);
        context.Metrics.Should().Contain(m => m.Name == "champion.auc");
    }

    [Fact]
    public async Task A_champion_that_this_host_does_not_trust_is_not_judged()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        using var workshop = new Workshop(builder => builder.TrustBundles(options =>
        {
            options.RequireSignature = true;
            options.Keys.Add(new() { PublicKey = key.ExportSubjectPublicKeyInfoPem() });
        }));
        var candidate = await workshop.TrainAsync<FastTreeLate>(await workshop.BinaryAsync());
        await workshop.PromoteAsync(candidate.Bundle);
        var (gates, slices) = GateBuilder.Build(g => g.NoWorseThan("champion"));
        var judge = () => new EvaluateStage(gates, slices).RunAsync(candidate, workshop.Context(), Token);
        (await judge.Should().ThrowAsync<UntrustedBundleException>()).Which.Version.Should().Be(1);
    }

    [Fact]
    public async Task A_model_is_no_worse_than_itself()
    {
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync());
        await _workshop.PromoteAsync(candidate.Bundle);
        (await EvaluateAsync(candidate, g => g.NoWorseThan("champion"))).IsBlessed.Should().BeTrue();
        (await EvaluateAsync(candidate, g => g.NoWorseThan("champion", margin: -0.01))).IsBlessed.Should().BeFalse();
    }

    [Fact]
    public async Task A_champion_of_another_task_fails_the_check_with_the_reason()
    {
        await _workshop.PromoteAsync((await _workshop.TrainAsync<FareTrainer>(await _workshop.FaresAsync())).Bundle);
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync());
        var judged = await EvaluateAsync(candidate, g => g.NoWorseThan("champion"));
        judged.IsBlessed.Should().BeFalse();
        judged.Evaluation.Checks.Single().Description.Should().Be("auc no worse than champion model/1: it learned a regression, not a binary-classification");
    }

    [Fact]
    public async Task A_champion_whose_inputs_these_rows_lack_fails_the_check_with_the_reason()
    {
        await _workshop.PromoteAsync((await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync())).Bundle);
        var data = await _workshop.Store.WriteAsync("fewer", ("x", ColumnType.Int64, Enumerable.Range(0, 100).Boxed()), ("late", ColumnType.Boolean, Enumerable.Range(0, 100).Select(i => i > 50).Boxed()));
        var candidate = await _workshop.TrainAsync<OneColumnLate>(new(data, data, data.Lock(), []));
        var judged = await EvaluateAsync(candidate, g => g.NoWorseThan("champion"));
        judged.Evaluation.Checks.Single().Should().Match<GateCheck>(c => !c.Holds && c.Description.EndsWith("it needs the column 'y' as Float64, which these rows do not have"));
    }

    [Fact]
    public async Task One_class_in_the_validation_rows_fails_the_check_with_a_clear_sentence()
    {
        var split = await _workshop.BinaryAsync();
        var one = await _workshop.Store.WriteAsync("one class", ("x", ColumnType.Int64, [1, 99]), ("y", ColumnType.Float64, [0.1, 0.9]), ("city", ColumnType.String, ["city 0", "city 2"]), ("late", ColumnType.Boolean, [true, true]));
        var candidate = await _workshop.TrainAsync<FastTreeLate>(split with { Validation = one });
        var judged = await EvaluateAsync(candidate, g => g.AtLeast("auc", 0.5));
        judged.IsBlessed.Should().BeFalse();
        judged.Evaluation.Checks.Single().Description.Should().Contain("one class only");
    }

    [Fact]
    public async Task The_holdout_is_opened_for_a_blessed_model_and_judged()
    {
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync());
        var judged = await EvaluateAsync(candidate, g => g.AtLeast("auc", 0.7));
        var context = _workshop.Context(acceptance: true);
        var accepted = await AcceptAsync(judged, g => g.AtLeast("auc", 0.7).BetterThanBaseline(), context);

        accepted.IsBlessed.Should().BeTrue();
        accepted.Acceptance!.Data.Fingerprint.Should().Be(candidate.Split.Holdout.Fingerprint);
        accepted.Acceptance.Metrics["auc"].Should().NotBe(accepted.Evaluation.Metrics["auc"]);
        accepted.Acceptance.Baseline["auc"].Should().Be(0.5);
        accepted.Split.Holdout.IsLocked.Should().BeTrue();
        context.OpenedHoldouts.Should().Equal(candidate.Split.Holdout.Fingerprint);
        context.Metrics.Should().Contain(m => m.Name == "holdout.auc");
    }

    [Fact]
    public async Task The_holdout_stays_closed_for_a_model_that_did_not_pass()
    {
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync());
        var judged = await EvaluateAsync(candidate, g => g.AtLeast("auc", 0.9999));
        var context = _workshop.Context(acceptance: true);
        var accepted = await AcceptAsync(judged, g => g.AtLeast("auc", 0), context);
        accepted.Should().BeSameAs(judged);
        accepted.IsBlessed.Should().BeFalse();
        context.OpenedHoldouts.Should().BeEmpty();
    }

    [Fact]
    public async Task A_model_that_fails_on_the_holdout_is_not_blessed()
    {
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync());
        var judged = await EvaluateAsync(candidate, g => g.AtLeast("auc", 0.7));
        (await AcceptAsync(judged, g => g.AtLeast("auc", 0.9999), _workshop.Context(acceptance: true))).IsBlessed.Should().BeFalse();
    }

    [Fact]
    public async Task Only_an_acceptance_stage_reaches_the_holdout()
    {
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync());
        var judged = await EvaluateAsync(candidate, g => g.AtLeast("auc", 0.7));
        var accept = () => AcceptAsync(judged, g => g.AtLeast("auc", 0.7), _workshop.Context(acceptance: false));
        await accept.Should().ThrowAsync<HoldoutLockedException>();
        typeof(AcceptStage).Should().Implement<IAcceptanceStage>();
        typeof(EvaluateStage).Should().NotImplement<IAcceptanceStage>();
    }

    [Fact]
    public async Task A_judgement_that_compares_is_made_again_when_the_champion_changes()
    {
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync());
        var alone = Evaluating(g => g.AtLeast("auc", 0.7));
        var comparing = Evaluating(g => g.NoWorseThan("champion"));
        var (aloneBefore, before) = (await alone.GetCacheKeyAsync(_workshop.Services, Token), await comparing.GetCacheKeyAsync(_workshop.Services, Token));
        await _workshop.PromoteAsync(candidate.Bundle, "challenger");
        (await comparing.GetCacheKeyAsync(_workshop.Services, Token)).Should().Be(before);
        await _workshop.PromoteAsync(candidate.Bundle);
        (await comparing.GetCacheKeyAsync(_workshop.Services, Token)).Should().NotBe(before).And.Contain("model/1@" + candidate.Bundle.Artifact.Digest);
        (await alone.GetCacheKeyAsync(_workshop.Services, Token)).Should().Be(aloneBefore).And.NotBeNull();
    }

    [Fact]
    public void A_pipeline_reads_as_a_sentence()
    {
        var pipeline = new PipelineBuilder();
        pipeline.Start(new NoSplit())
            .Train<FastTreeLate>("model", o => o.Trials = 3)
            .Evaluate(g => g.AtLeast("auc", 0.7))
            .Accept();
        pipeline.Stages.Select(s => s.Name).Should().Equal("no-split", "train", "evaluate", "accept");
        pipeline.Stages[1].Instance.Should().Be(new TrainStage<FastTreeLate>("model", 3, null, 0, 20, 1, 1));
        ((AcceptStage)pipeline.Stages[3].Instance!).Gates.Should().Equal(new Gate(GateKind.BetterThanBaseline, null, 0));
    }

    [Fact]
    public async Task A_host_without_training_is_told_what_to_add()
    {
        using var services = new ServiceCollection().BuildServiceProvider();
        var context = new StageContext { Services = services, Pipeline = "p", Stage = "s", RunId = "r", Seed = 1 };
        var split = await _workshop.BinaryAsync();
        var train = () => new TrainStage<FastTreeLate>("model", 1, null, 0, 20, 1, 1).RunAsync(split, context, Token);
        (await train.Should().ThrowAsync<TrainingException>()).WithMessage("*.AddTraining()*");
    }

    private sealed record NoSplit : IPipelineStage<Nothing, DataSplit>
    {
        public Task<DataSplit> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
