using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Pipelines.Tests;

public sealed class CacheTests
{
    [Fact]
    public async Task An_unchanged_stage_is_not_run_again_and_says_since_when()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(1)).Then(new Plus(2)));

        var first = await host.RunAsync();
        var second = await host.RunAsync();
        var third = await host.RunAsync();

        second.Stages.Should().OnlyContain(s => s.Status == StageStatus.Cached && s.Attempts == 0 && s.Cache.IsHit);
        second.Stages[1].Cache.Reason.Should().Be($"Unchanged since run {first.RunId} of 2026-01-02 03:04:05Z.");
        third.Stages[1].Cache.Reason.Should().Be(second.Stages[1].Cache.Reason);
        second.Output<Number>().Value.Should().Be(3);
        second.Stages.Select(s => s.OutputFingerprint).Should().Equal(first.Stages.Select(s => s.OutputFingerprint));
        host.Journal.Entries.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_changed_parameter_is_named_and_what_comes_after_runs_as_well()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(p.Parameter("start", 1))).Then(new Plus(2)));
        await host.RunAsync();

        var second = await host.RunAsync(With("start", "2"));

        second.Stages[0].Cache.Should().Be(new CacheDecision("give", false, "Parameter 'Value' changed from 1 to 2."));
        second.Stages[1].Cache.Should().Be(new CacheDecision("plus", false, "Its input 'give' changed."));
    }

    [Fact]
    public async Task A_stage_whose_input_comes_out_the_same_is_not_run_again()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(p.Parameter("start", 1))).Then(new Capped(1)).Then(new Plus(2)));
        await host.RunAsync();

        var second = await host.RunAsync(With("start", "7"));

        second.Stages.Select(s => s.Status).Should().Equal(StageStatus.Finished, StageStatus.Finished, StageStatus.Cached);
    }

    [Fact]
    public async Task Going_back_to_earlier_parameters_takes_the_earlier_result()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(p.Parameter("start", 1))));
        await host.RunAsync();
        await host.RunAsync(With("start", "2"));

        (await host.RunAsync()).Stages[0].Status.Should().Be(StageStatus.Cached);
    }

    [Fact]
    public async Task Another_seed_is_another_result()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(1)));
        await host.RunAsync();

        (await host.RunAsync(new() { Seed = 9 })).Stages[0].Cache.Reason.Should().Contain("seed").And.Contain("1 in give").And.Contain("9 in give");
    }

    [Fact]
    public async Task Earlier_results_can_be_left_aside()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(1)));
        await host.RunAsync();

        var forced = await host.RunAsync(new() { Force = true });

        forced.Stages[0].Status.Should().Be(StageStatus.Finished);
        forced.Stages[0].Cache.Reason.Should().Contain("asked to leave earlier results aside");
    }

    [Fact]
    public async Task A_stage_without_cache_always_runs_and_the_next_one_is_taken_when_its_input_is_the_same()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(1), o => o.Cache = false).Then(new Plus(2)));
        await host.RunAsync();

        var second = await host.RunAsync();

        second.Stages.Select(s => s.Status).Should().Equal(StageStatus.Finished, StageStatus.Cached);
        second.Stages[0].Cache.Reason.Should().Be("Its cache is turned off.");
    }

    [Fact]
    public async Task What_a_stage_reads_outside_is_part_of_its_key()
    {
        var state = new OutsideState { Value = "a" };
        await using var host = new PipelineHost(p => p.Start<ReadsOutside, Number>(), configure: s => s.AddSingleton(state));
        await host.RunAsync();

        var same = await host.RunAsync();
        state.Value = "b";
        var changed = await host.RunAsync();
        state.Value = null;
        var unknown = await host.RunAsync();
        var unknownAgain = await host.RunAsync();

        same.Stages[0].Status.Should().Be(StageStatus.Cached);
        changed.Stages[0].Cache.Reason.Should().Be("What it reads changed.");
        unknown.Stages[0].Status.Should().Be(StageStatus.Finished);
        unknownAgain.Stages[0].Cache.Reason.Should().Contain("cannot say in which state");
    }

    [Fact]
    public async Task A_state_that_cannot_be_asked_for_leaves_the_error_to_the_stage()
    {
        await using var host = new PipelineHost(p => p.Start<ReadsOutside, Number>(), configure: s => s.AddSingleton(new OutsideState { Fails = true }));

        var run = await host.RunAsync();

        run.Stages[0].Cache.Reason.Should().Contain("unknown: the disk is gone");
    }

    [Fact]
    public async Task Options_of_a_stage_made_by_dependency_injection_are_its_parameters()
    {
        await using var one = new PipelineHost(p => p.Start<Configured, Number>(), configure: s => s.Configure<Limits>(l => l.Top = 1));
        await using var two = new PipelineHost(p => p.Start<Configured, Number>(), configure: s => s.Configure<Limits>(l => l.Top = 2), sharing: one);
        await one.RunAsync();

        var changed = await two.RunAsync();

        changed.Stages[0].Cache.Reason.Should().Be("Parameter 'Limits.Top' changed from 1 to 2.");
        (await two.RecordAsync(changed.RunId)).Parameters["configured.Limits.Top"].Should().Be("2");
    }

    [Fact]
    public async Task Options_of_what_a_stage_has_as_a_type_argument_are_its_parameters()
    {
        await using var one = new PipelineHost(p => p.Start(new Uses<Configured>()), configure: s => s.Configure<Limits>(l => l.Top = 1));
        await using var two = new PipelineHost(p => p.Start(new Uses<Configured>()), configure: s => s.Configure<Limits>(l => l.Top = 2), sharing: one);
        await one.RunAsync();

        var changed = await two.RunAsync();

        changed.Stages[0].Cache.Reason.Should().Be("Parameter 'Limits.Top' changed from 1 to 2.");
        (await two.RunAsync()).Stages[0].Status.Should().Be(StageStatus.Cached);
    }

    [Fact]
    public async Task An_instance_that_the_host_registered_for_a_type_argument_is_a_parameter()
    {
        await using var one = new PipelineHost(p => p.Start(new Uses<Registered>()), configure: s => s.AddSingleton(new Registered(1)));
        await using var two = new PipelineHost(p => p.Start(new Uses<Registered>()), configure: s => s.AddSingleton(new Registered(2)), sharing: one);
        await one.RunAsync();

        var changed = await two.RunAsync();

        changed.Stages[0].Cache.Reason.Should().Be("Parameter 'Registered.Top' changed from 1 to 2.");
        (await two.RunAsync()).Stages[0].Status.Should().Be(StageStatus.Cached);
    }

    [Fact]
    public async Task An_instance_that_hides_what_it_was_made_with_is_never_taken_from_the_cache()
    {
        await using var host = new PipelineHost(p => p.Start(new Uses<Secretive>()), configure: s => s.AddSingleton(new Secretive(1)));
        await host.RunAsync();

        var second = await host.RunAsync();

        second.Stages[0].Status.Should().Be(StageStatus.Finished);
        second.Stages[0].Cache.Reason.Should().Contain("Secretive").And.Contain("'top'");
    }

    [Fact]
    public async Task A_stored_result_that_cannot_be_read_any_more_is_a_miss()
    {
        var store = new Tampering();
        await using var host = new PipelineHost(p => p.Start(new Give(1)), configure: s => s.AddSingleton<ICheckpointStore>(store));
        await host.RunAsync();
        store.Output = "{\"value\":\"one\"}";

        var second = await host.RunAsync();

        second.Stages[0].Status.Should().Be(StageStatus.Finished);
        second.Stages[0].Cache.Reason.Should().Contain("cannot be read as a Number any more");
    }

    [Fact]
    public async Task A_result_whose_file_is_gone_is_a_miss()
    {
        await using var host = new PipelineHost(p => p.Start(new MakesData()));
        var first = await host.RunAsync();
        var same = await host.RunAsync();
        await using var emptied = new PipelineHost(p => p.Start(new MakesData()), configure: s => s.AddSingleton<IArtifactStore>(new InMemoryArtifactStore()), sharing: host);

        var second = await emptied.RunAsync();

        same.Stages[0].Status.Should().Be(StageStatus.Cached);
        second.Stages[0].Status.Should().Be(StageStatus.Finished);
        second.Stages[0].Cache.Reason.Should().Contain("is gone from the artifact store");
        second.Stages[0].OutputFingerprint.Should().Be(first.Stages[0].OutputFingerprint);
    }

    [Fact]
    public async Task A_result_whose_file_is_damaged_is_a_miss_and_mends_it()
    {
        await using var host = new PipelineHost(p => p.Start(new MakesData()));
        var first = await host.RunAsync();
        var file = first.Output<Dataset>().Artifact;
        ((InMemoryArtifactStore)host.Artifacts).Damage(file.Digest);

        var second = await host.RunAsync();

        second.Stages[0].Status.Should().Be(StageStatus.Finished);
        second.Stages[0].OutputFingerprint.Should().Be(first.Stages[0].OutputFingerprint);
        (await host.Artifacts.OpenAsync(file.Digest, TestContext.Current.CancellationToken)).Length.Should().Be(file.Size);
    }

    [Fact]
    public async Task When_a_dataset_was_made_does_not_matter_and_whether_it_is_locked_does()
    {
        await using var host = new PipelineHost(p => p.Start(new MakesSplit(p.Parameter("lock", false)), o => o.Cache = false).Then(new CountsRows()));
        await host.RunAsync();

        var later = await host.RunAsync();
        var locked = await host.RunAsync(With("lock", "true"));

        later.Stages.Select(s => s.Status).Should().Equal(StageStatus.Finished, StageStatus.Cached);
        locked.Stages[1].Status.Should().Be(StageStatus.Finished);
    }

    [Fact]
    public async Task An_explanation_runs_nothing()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(p.Parameter("start", 1))).Then(new Plus(2)).Then(new Plus(3)));

        var before = await host.ExplainAsync();
        await host.RunAsync();
        var after = await host.ExplainAsync();
        var changed = await host.ExplainAsync(With("start", "2"));
        var forced = await host.ExplainAsync(new() { Force = true });

        before.Select(d => d.Reason).Should().Equal("There is no earlier result.", "Its input 'give' will be made anew.", "Its input 'plus' will be made anew.");
        after.Should().OnlyContain(d => d.IsHit && d.Reason.StartsWith("Unchanged since run "));
        changed.Select(d => d.Reason).Should().Equal("Parameter 'Value' changed from 1 to 2.", "Its input 'give' will be made anew.", "Its input 'plus' will be made anew.");
        forced.Should().OnlyContain(d => !d.IsHit);
        host.Journal.Entries.Should().HaveCount(3);
        (await host.Metadata.SearchRunsAsync(new(), TestContext.Current.CancellationToken)).Items.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_stage_that_hides_a_parameter_is_refused_before_anything_runs()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(1)).Then(new Hiding(3)));

        (await FluentActions.Awaiting(() => host.RunAsync()).Should().ThrowAsync<ArgumentException>())
            .WithMessage("Hiding keeps 'amount' in a private field, so neither the run record nor the cache can see it. Make it a public property, or let dependency injection make the stage.");
        host.Journal.Entries.Should().BeEmpty();
    }

    [Fact]
    public async Task A_stage_with_a_parameter_that_cannot_be_seen_as_a_whole_is_never_taken_from_the_cache()
    {
        var random = new Random(1);
        await using var host = new PipelineHost(p => p.Start(new Draws(random)));
        await host.RunAsync();

        var second = await host.RunAsync();

        second.Stages[0].Status.Should().Be(StageStatus.Finished);
        second.Stages[0].Cache.Reason.Should().Contain("Random").And.Contain("private field");
    }

    private static PipelineRequest With(string name, string value) => new() { Parameters = new Dictionary<string, string> { [name] = value } };

    private sealed record Capped(int Top) : IPipelineStage<Number, Number>
    {
        public Task<Number> RunAsync(Number input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(new Number(Math.Min(input.Value, Top)));
    }

    private sealed class Hiding(int amount) : IPipelineStage<Number, Number>
    {
        public Task<Number> RunAsync(Number input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(new Number(input.Value + amount));
    }

    private sealed record Draws(Random Random) : IPipelineStage<Nothing, Number>
    {
        public Task<Number> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(new Number(Random.Next()));
    }

    private sealed class OutsideState
    {
        public string? Value { get; set; }

        public bool Fails { get; set; }
    }

    private sealed class ReadsOutside(OutsideState state) : IPipelineStage<Nothing, Number>, ICacheKeySource
    {
        public ValueTask<string?> GetCacheKeyAsync(IServiceProvider services, CancellationToken cancellationToken) =>
            state.Fails ? throw new IOException("the disk is gone") : ValueTask.FromResult(state.Value);

        public Task<Number> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(new Number(state.Value?.Length ?? 0));
    }

    private sealed class Limits
    {
        public int Top { get; set; }
    }

    private sealed class Configured(IOptions<Limits> limits) : IPipelineStage<Nothing, Number>
    {
        public Task<Number> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(new Number(limits.Value.Top));
    }

    private sealed record Uses<T> : IPipelineStage<Nothing, Number>
        where T : class
    {
        public Task<Number> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) =>
            Task.FromResult(new Number(ActivatorUtilities.GetServiceOrCreateInstance<T>(context.Services) is null ? 0 : 1));
    }

    private sealed record Registered(int Top);

    private sealed class Secretive(int top)
    {
        public override string ToString() => top.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed record MakesData : IPipelineStage<Nothing, Dataset>
    {
        public Task<Dataset> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => Data.MakeAsync("rows", context, cancellationToken);
    }

    private sealed record MakesSplit(bool Lock) : IPipelineStage<Nothing, DataSplit>
    {
        public async Task<DataSplit> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken)
        {
            var holdout = await Data.MakeAsync("c", context, cancellationToken);
            return new(await Data.MakeAsync("a", context, cancellationToken), await Data.MakeAsync("b", context, cancellationToken), Lock ? holdout.Lock() : holdout, []);
        }
    }

    private sealed record CountsRows : IPipelineStage<DataSplit, Number>
    {
        public Task<Number> RunAsync(DataSplit input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(new Number((int)input.Training.RowCount));
    }

    /// <summary>Gives back another output than was stored, as after a change of its type.</summary>
    private sealed class Tampering : CheckpointStoreWrapper
    {
        public string? Output { get; set; }

        public override async Task<StageCheckpoint?> FindByKeyAsync(string key, CancellationToken cancellationToken = default) =>
            await base.FindByKeyAsync(key, cancellationToken) is { } found && Output is not null ? found with { Output = Output } : await base.FindByKeyAsync(key, cancellationToken);
    }
}

internal static class Data
{
    public static async Task<Dataset> MakeAsync(string name, StageContext context, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(name));
        var artifact = await context.Services.GetRequiredService<IArtifactStore>().PutAsync(bytes, cancellationToken);
        return new(name, artifact.Digest, new([new("x", ColumnType.Int64)]), 3, artifact, new("rows", "test"), context.Time.GetUtcNow());
    }
}
