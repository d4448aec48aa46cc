using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Pipelines.Tests;

public sealed class ReplayTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_of_the_same_code_comes_out_the_same()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(p.Parameter("start", 1))).Then(new Plus(2)));
        var run = await host.RunAsync(new() { Parameters = new Dictionary<string, string> { ["start"] = "5" }, Seed = 7 });

        var report = await ReplayAsync(host, run.RunId);

        report.IsEqual.Should().BeTrue(report.ToString());
        report.Differences.Should().BeEmpty();
        report.Stages.Should().OnlyContain(s => s.Outcome == ReplayOutcome.Equal && s.Differences.Count == 0 && s.Recorded == s.Replayed);
        host.Journal.Count("plus").Should().Be(2, "nothing is taken from the cache");
        report.ToString().Should().Contain("came out the same");
    }

    [Fact]
    public async Task A_replay_is_a_run_of_its_own_that_points_to_the_original_and_leaves_nothing_for_the_cache()
    {
        var value = 1;
        await using var host = new PipelineHost(p => p.Start(new Give(value)));
        var run = await host.RunAsync(new() { Seed = 7 });
        value = 2;

        var report = await ReplayAsync(host, run.RunId);

        var record = await host.RecordAsync(report.RunId);
        record.Status.Should().Be(RunStatus.Finished);
        record.Tags.Should().Contain("mlops.replay_of", run.RunId).And.Contain("mlops.trigger", "replay").And.Contain("mlops.replay", "different").And.Contain("mlops.seed", "7");
        (await host.Metadata.SearchRunsAsync(new() { Experiment = "test" }, Token)).Items.Should().ContainSingle("replays are another experiment");
        (await host.Checkpoints.ListAsync(report.RunId, Token)).Should().BeEmpty();
        (await host.ExplainAsync(new() { Seed = 7 }))[0].IsHit.Should().BeFalse();
    }

    [Fact]
    public async Task What_differs_is_said_stage_by_stage()
    {
        var amount = 2;
        await using var host = new PipelineHost(p => p.Start(new Give(1)).Then(new Plus(amount)).Then(new Plus(1), o => o.Name = "last"));
        var run = await host.RunAsync();
        amount = 3;

        var report = await ReplayAsync(host, run.RunId);

        report.IsEqual.Should().BeFalse();
        report.Stages.Select(s => s.Outcome).Should().Equal(ReplayOutcome.Equal, ReplayOutcome.Different, ReplayOutcome.Different);
        report.Stages[1].Differences.Should().HaveCount(3).And.Contain("Parameter 'Amount' changed from 2 to 3.").And.Contain("$.value is 4 instead of 3.");
        report.Stages[2].Differences.Should().Contain("Its input 'plus' changed.");
        report.ToString().Should().Contain("did not come out the same").And.Contain("last: different");
    }

    [Fact]
    public async Task A_difference_without_consequence_is_said_and_the_outcome_is_equal()
    {
        var note = "a";
        await using var host = new PipelineHost(p => p.Start(new Noted(1, note)));
        var run = await host.RunAsync();
        note = "b";

        var report = await ReplayAsync(host, run.RunId);

        report.IsEqual.Should().BeTrue();
        report.Stages[0].Differences.Should().Equal("Parameter 'Note' changed from a to b.");
    }

    [Fact]
    public async Task An_effect_is_not_done_and_the_stages_after_it_get_what_it_had_made()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(1)).Then(new Effect()).Then(new Plus(1)));
        var run = await host.RunAsync();

        var report = await ReplayAsync(host, run.RunId);

        host.Journal.Count("effect").Should().Be(1);
        report.IsEqual.Should().BeTrue();
        report.Stages.Select(s => s.Outcome).Should().Equal(ReplayOutcome.Equal, ReplayOutcome.NotDone, ReplayOutcome.Equal);
        report.Stages[1].Differences.Should().ContainSingle().Which.Should().Contain("would have been given the same");
    }

    [Fact]
    public async Task A_source_that_has_changed_is_not_read_and_its_snapshot_of_then_is_taken()
    {
        var world = new World { State = "v1", Value = 1 };
        await using var host = new PipelineHost(p => p.Start<Reads, Number>().Then(new Plus(1)), configure: s => s.AddSingleton(world));
        var run = await host.RunAsync();
        (world.State, world.Value) = ("v2", 100);

        var report = await ReplayAsync(host, run.RunId);

        report.IsEqual.Should().BeTrue(report.ToString());
        report.Stages.Select(s => s.Outcome).Should().Equal(ReplayOutcome.Recorded, ReplayOutcome.Equal);
        report.Stages[0].Differences.Should().Contain("What it reads changed.").And.Contain(d => d.Contains("its output of then was taken"));
        host.Journal.Count("reads").Should().Be(1);
    }

    [Fact]
    public async Task A_source_that_is_as_it_was_is_read_again()
    {
        var world = new World { State = "v1", Value = 1 };
        await using var host = new PipelineHost(p => p.Start<Reads, Number>(), configure: s => s.AddSingleton(world));
        var run = await host.RunAsync();
        world.Value = 2; // although it says that nothing has changed

        var report = await ReplayAsync(host, run.RunId);

        report.Stages[0].Outcome.Should().Be(ReplayOutcome.Different);
    }

    [Fact]
    public async Task A_stage_that_compares_with_the_outside_does_not_count_when_the_outside_has_changed()
    {
        var world = new World { State = "v1", Value = 1 };
        await using var host = new PipelineHost(p => p.Start(new Give(1)).Then<AddsWorld>().Then(new Plus(1)), configure: s => s.AddSingleton(world));
        var run = await host.RunAsync();
        (world.State, world.Value) = ("v2", 100);

        var report = await ReplayAsync(host, run.RunId);

        report.IsEqual.Should().BeTrue(report.ToString());
        report.Stages[1].Outcome.Should().Be(ReplayOutcome.Recorded);
        report.Stages[1].Differences.Should().Contain("$.value is 101 instead of 2.");
        report.Stages[2].Outcome.Should().Be(ReplayOutcome.Equal, "it was given what the stage had made then");
    }

    [Fact]
    public async Task A_failed_run_is_equal_when_it_fails_in_the_same_way()
    {
        var message = "no";
        await using var host = new PipelineHost(p => p.Start<Doing, Number>(), configure: s => s.AddSingleton(new Work((_, _) => throw new InvalidOperationException(message))));
        await FluentActions.Awaiting(() => host.RunAsync()).Should().ThrowAsync<StageFailedException>();
        var failed = (await host.LastRecordAsync()).Id;

        (await ReplayAsync(host, failed)).IsEqual.Should().BeTrue();
        message = "never";
        (await ReplayAsync(host, failed)).Stages[0].Differences.Should().ContainSingle().Which.Should().Contain("never").And.Contain("no");
    }

    [Fact]
    public async Task A_stage_that_fails_now_is_different_and_those_after_it_are_not_done()
    {
        var fails = false;
        await using var host = new PipelineHost(
            p => p.Start<Doing, Number>().Then(new Plus(1)), configure: s => s.AddSingleton(new Work((_, _) => fails ? throw new InvalidOperationException("no") : Task.FromResult(1))));
        var run = await host.RunAsync();
        fails = true;

        var report = await ReplayAsync(host, run.RunId);

        report.Stages.Select(s => s.Outcome).Should().Equal(ReplayOutcome.Different, ReplayOutcome.NotDone);
        (await host.RecordAsync(report.RunId)).Status.Should().Be(RunStatus.Finished, "the replay itself went well");
    }

    [Fact]
    public async Task Stages_that_are_new_or_gone_are_said()
    {
        var isNew = false;
        await using var host = new PipelineHost(p =>
        {
            if (isNew) p.Start(new Give(1), o => o.Name = "fresh");
            else p.Start(new Give(1), o => o.Name = "old");
        });
        var run = await host.RunAsync();
        isNew = true;

        var report = await ReplayAsync(host, run.RunId);

        report.Stages.Select(s => (s.Stage, s.Outcome)).Should().Equal(("fresh", ReplayOutcome.Different), ("old", ReplayOutcome.Different));
    }

    [Fact]
    public async Task A_secret_that_has_changed_and_a_value_that_was_cut_are_said()
    {
        var key = "one";
        await using var host = new PipelineHost(p => p.Start(new Give(p.Parameter("apiKey", key).Length + p.Parameter("text", "").Length)));
        var run = await host.RunAsync(new() { Parameters = new Dictionary<string, string> { ["text"] = new('x', 7000) } });
        key = "three";

        var report = await ReplayAsync(host, run.RunId);

        report.Differences.Should().HaveCount(2).And.Contain(d => d.Contains("'apiKey' is a secret")).And.Contain(d => d.Contains("'text' was too long"));
    }

    [Fact]
    public async Task What_cannot_be_replayed_is_refused()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(1)));
        var run = await host.RunAsync();
        var replay = await ReplayAsync(host, run.RunId);
        const string Own = "00000000000000000000000000000001";
        await host.Metadata.StartRunAsync(new(Own, "by hand", "run", DateTimeOffset.UnixEpoch), Token);

        await FluentActions.Awaiting(() => ReplayAsync(host, "nowhere")).Should().ThrowAsync<NotFoundException>();
        await FluentActions.Awaiting(() => ReplayAsync(host, replay.RunId)).Should().ThrowAsync<ConflictException>().WithMessage($"*{run.RunId}*");
        await FluentActions.Awaiting(() => ReplayAsync(host, Own)).Should().ThrowAsync<ArgumentException>();
        await host.Metadata.LogAsync(Own, new() { Tags = new Dictionary<string, string> { ["mlops.pipeline"] = "test" } }, Token);
        await FluentActions.Awaiting(() => ReplayAsync(host, Own)).Should().ThrowAsync<ConflictException>().WithMessage("*has not ended*");
        await host.Metadata.EndRunAsync(Own, RunStatus.Failed, DateTimeOffset.UnixEpoch, null, Token);
        await FluentActions.Awaiting(() => ReplayAsync(host, Own)).Should().ThrowAsync<NotFoundException>().WithMessage("*stages*");
        await host.Metadata.LogAsync(Own, new() { Tags = new Dictionary<string, string> { ["mlops.pipeline"] = "elsewhere" } }, Token);
        await FluentActions.Awaiting(() => ReplayAsync(host, " ")).Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task A_cancelled_replay_is_recorded_as_killed()
    {
        using var cancel = new CancellationTokenSource();
        var isReplay = false;
        await using var host = new PipelineHost(p => p.Start<Doing, Number>(), configure: s => s.AddSingleton(new Work(async (_, token) =>
        {
            if (!isReplay) return 1;
            await cancel.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
            return 1;
        })));
        var run = await host.RunAsync();
        isReplay = true;

        await FluentActions.Awaiting(() => host.Runner.ReplayAsync(run.RunId, cancel.Token)).Should().ThrowAsync<OperationCanceledException>();

        (await host.Metadata.SearchRunsAsync(new() { Experiment = "test replays" }, Token)).Items.Should().ContainSingle().Which.Status.Should().Be(RunStatus.Killed);
    }

    private static Task<ReplayReport> ReplayAsync(PipelineHost host, string runId) => host.Runner.ReplayAsync(runId, Token);

    public sealed class World
    {
        public string? State { get; set; }

        public int Value { get; set; }
    }

    public sealed record Noted(int Value, string Note) : IPipelineStage<Nothing, Number>
    {
        public Task<Number> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(new Number(Value));
    }

    public sealed record Effect : IPipelineStage<Number, Number>, IEffectStage
    {
        public Task<Number> RunAsync(Number input, StageContext context, CancellationToken cancellationToken)
        {
            context.Note();
            return Task.FromResult(new Number(input.Value * 10));
        }
    }

    internal sealed class Reads(World world) : IPipelineStage<Nothing, Number>, ICacheKeySource
    {
        public ValueTask<string?> GetCacheKeyAsync(IServiceProvider services, CancellationToken cancellationToken) => new(world.State);

        public Task<Number> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken)
        {
            context.Note();
            return Task.FromResult(new Number(world.Value));
        }
    }

    internal sealed class AddsWorld(World world) : IPipelineStage<Number, Number>, ICacheKeySource
    {
        public ValueTask<string?> GetCacheKeyAsync(IServiceProvider services, CancellationToken cancellationToken) => new(world.State);

        public Task<Number> RunAsync(Number input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(new Number(input.Value + world.Value));
    }
}
