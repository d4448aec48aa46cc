using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Pipelines.Tests;

public sealed class ResumeTests
{
    private static readonly string DeadHere = ProcessIdentity.Current[..(ProcessIdentity.Current.LastIndexOf('/') + 1)] + "1";

    [Fact]
    public async Task A_run_that_a_dead_process_left_goes_on_where_it_stopped()
    {
        await using var host = Pipeline();
        var left = await LeaveAsync(host, after: "plus");

        var run = await host.RunAsync();

        run.RunId.Should().Be(left.RunId);
        run.IsResumed.Should().BeTrue();
        run.Status.Should().Be(RunStatus.Finished);
        run.Output<Number>().Value.Should().Be(6);
        run.Stages.Select(s => s.Status).Should().Equal(StageStatus.Cached, StageStatus.Cached, StageStatus.Finished);
        run.Stages[0].Cache.Reason.Should().Be("Finished in this run before it was interrupted.");
        (await host.Checkpoints.ListUnfinishedAsync("test", TestContext.Current.CancellationToken)).Should().BeEmpty();
        var record = await host.RecordAsync(run.RunId);
        record.Status.Should().Be(RunStatus.Finished);
        record.Tags["mlops.resumptions"].Should().Be("1");
        record.Parameters.Should().Contain("plus.Amount", "2");
    }

    [Fact]
    public async Task What_a_finished_stage_had_logged_is_recorded_once_even_if_the_process_died_before_it_was()
    {
        await using var host = Pipeline();
        var left = await LeaveAsync(host, after: "plus");
        (await host.Metadata.FindRunAsync(left.RunId, TestContext.Current.CancellationToken)).Should().BeNull("it died before anything was recorded");

        await host.RunAsync();

        (await host.RecordAsync(left.RunId)).Metrics.Keys.Should().Contain("mlops.stage.give.seconds");
        (await host.Metadata.GetMetricHistoryAsync(left.RunId, "mlops.stage.give.seconds", cancellationToken: TestContext.Current.CancellationToken)).Items.Should().ContainSingle();
    }

    [Fact]
    public async Task A_finished_stage_without_cache_is_not_run_again_in_the_same_run()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(1), o => o.Cache = false).Then(new Plus(2)));
        var left = await LeaveAsync(host, after: "give");

        var run = await host.RunAsync();

        run.RunId.Should().Be(left.RunId);
        host.Journal.Count("give").Should().Be(1, "it ran before its process died");
        (await host.RunAsync()).Stages[0].Status.Should().Be(StageStatus.Finished, "that was another run");
    }

    [Fact]
    public async Task A_run_of_other_parameters_is_left_alone()
    {
        await using var host = Pipeline();
        var left = await LeaveAsync(host, after: "give");

        var run = await host.RunAsync(new() { Seed = 99 });

        run.RunId.Should().NotBe(left.RunId);
        run.IsResumed.Should().BeFalse();
    }

    [Fact]
    public async Task A_run_whose_owner_lives_is_left_alone()
    {
        await using var host = Pipeline();
        var left = await LeaveAsync(host, after: "give", owner: "elsewhere.1/4711/12345");

        (await host.RunAsync()).RunId.Should().NotBe(left.RunId);
    }

    [Fact]
    public async Task A_run_of_another_machine_goes_on_here_when_its_lease_has_ended()
    {
        await using var host = Pipeline();
        var left = await LeaveAsync(host, after: "give", owner: "elsewhere.1/4711/12345");
        host.Time.Advance(TimeSpan.FromMinutes(1));

        (await host.RunAsync()).RunId.Should().Be(left.RunId);
    }

    [Fact]
    public async Task A_second_run_at_the_same_time_is_a_run_of_its_own()
    {
        var inside = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await using var host = new PipelineHost(p => p.Start<Doing, Number>(), configure: s => s.AddSingleton(new Work(async (_, _) =>
        {
            inside.TrySetResult();
            await go.Task;
            return 1;
        })));

        var first = host.RunAsync();
        await inside.Task;
        var second = host.RunAsync();
        while (host.Journal.Entries.Count < 2) await Task.Yield();
        go.SetResult();

        (await second).RunId.Should().NotBe((await first).RunId);
        (await second).IsResumed.Should().BeFalse();
    }

    [Fact]
    public async Task A_run_whose_finished_stages_have_changed_does_not_go_on_and_says_why()
    {
        await using var before = Pipeline();
        var left = await LeaveAsync(before, after: "plus");
        await using var after = new PipelineHost(p => p.Start(new Give(1)).Then(new Plus(20)).Then(new Plus(3)), sharing: before);

        var run = await after.RunAsync();

        run.RunId.Should().NotBe(left.RunId);
        run.Stages.Select(s => s.Status).Should().Equal(StageStatus.Cached, StageStatus.Finished, StageStatus.Finished);
        var old = await after.RecordAsync(left.RunId);
        old.Status.Should().Be(RunStatus.Killed);
        old.Error.Should().Contain("Parameter 'Amount' changed from 2 to 20");
        (await after.Checkpoints.ListUnfinishedAsync("test", TestContext.Current.CancellationToken)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_run_whose_unfinished_stages_have_changed_goes_on()
    {
        await using var before = Pipeline();
        var left = await LeaveAsync(before, after: "give");
        await using var after = new PipelineHost(p => p.Start(new Give(1)).Then(new Plus(20)).Then(new Plus(3)), sharing: before);

        var run = await after.RunAsync();

        run.RunId.Should().Be(left.RunId);
        run.Output<Number>().Value.Should().Be(24);
    }

    [Fact]
    public async Task An_explanation_knows_what_an_interrupted_run_has_finished()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(1), o => o.Cache = false).Then(new Plus(2)));
        await LeaveAsync(host, after: "give");

        var decisions = await host.ExplainAsync();

        decisions[0].Should().Be(new CacheDecision("give", true, "Finished in this run before it was interrupted."));
        (await host.Checkpoints.ListUnfinishedAsync("test", TestContext.Current.CancellationToken)).Single().Token.Should().Be(1);
    }

    [Fact]
    public async Task A_run_that_was_taken_over_commits_nothing_more_and_says_so()
    {
        await using var host = new PipelineHost(
            p => p.Start(new Give(1)).Then(new Plus(1)),
            configure: s => s.AddSingleton<ICheckpointStore>(new Stolen()));

        (await FluentActions.Awaiting(() => host.RunAsync()).Should().ThrowAsync<ConflictException>()).WithMessage("*taken over by another process*");

        var store = host.Services.GetRequiredService<ICheckpointStore>();
        var lease = (await store.ListUnfinishedAsync("test", TestContext.Current.CancellationToken)).Single();
        lease.Owner.Should().Be("thief");
        (await store.ListAsync(lease.RunId, TestContext.Current.CancellationToken)).Should().BeEmpty();
        (await host.RecordAsync(lease.RunId)).Status.Should().Be(RunStatus.Running, "the other process ends it");
        host.Journal.Count("plus").Should().Be(0);
    }

    [Fact]
    public async Task A_lost_lease_stops_a_stage_that_is_at_work()
    {
        var stopped = new TaskCompletionSource();
        var inside = new TaskCompletionSource();
        await using var host = new PipelineHost(p => p.Start<Doing, Number>(), configure: s => s.AddSingleton(new Work(async (c, token) =>
        {
            inside.SetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, c.Time, token);
            }
            finally
            {
                stopped.SetResult();
            }

            return 1;
        })));

        var run = host.RunAsync();
        await inside.Task;
        var lease = (await host.Checkpoints.ListUnfinishedAsync("test", TestContext.Current.CancellationToken)).Single();
        await host.Checkpoints.TryTakeOverAsync(lease, "thief", host.Time.GetUtcNow().AddDays(1), TestContext.Current.CancellationToken);
        await host.Time.PassAsync(TimeSpan.FromSeconds(10));
        await stopped.Task;

        await FluentActions.Awaiting(() => run).Should().ThrowAsync<ConflictException>();
    }

    [Fact]
    public async Task The_lease_is_renewed_as_long_as_the_run_lasts()
    {
        var go = new TaskCompletionSource();
        var inside = new TaskCompletionSource();
        await using var host = new PipelineHost(p => p.Start<Doing, Number>(), configure: s => s.AddSingleton(new Work(async (_, _) =>
        {
            inside.SetResult();
            await go.Task;
            return 1;
        })));

        var run = host.RunAsync();
        await inside.Task;
        for (var i = 0; i < 12; i++)
        {
            var before = await ExpiryAsync();
            await host.Time.PassAsync(TimeSpan.FromSeconds(10));
            while (await ExpiryAsync() <= before) await Task.Yield();
        }

        go.SetResult();
        (await run).Status.Should().Be(RunStatus.Finished);

        async Task<DateTimeOffset> ExpiryAsync() => (await host.Checkpoints.ListUnfinishedAsync("test", TestContext.Current.CancellationToken)).Single().ExpiresAt;
    }

    [Fact]
    public async Task A_store_that_is_busy_for_a_moment_costs_nothing()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(1)), configure: s => s.AddSingleton<ICheckpointStore>(new Busy()));

        var run = host.RunAsync();
        await host.Time.PassAsync(TimeSpan.FromMilliseconds(200));
        await host.Time.PassAsync(TimeSpan.FromMilliseconds(400));

        (await run).Status.Should().Be(RunStatus.Finished);
        host.Journal.Count("give").Should().Be(1);
    }

    [Fact]
    public async Task A_run_whose_end_could_not_be_recorded_is_ended_by_the_next()
    {
        var store = new NoEnd();
        await using var host = new PipelineHost(p => p.Start(new Give(1)), configure: s => s.AddSingleton<ICheckpointStore>(store));
        await FluentActions.Awaiting(() => host.RunAsync()).Should().ThrowAsync<StoreException>();
        store.Works = true;

        var second = await host.RunAsync();

        second.IsResumed.Should().BeTrue();
        host.Journal.Count("give").Should().Be(1);
        (await store.ListUnfinishedAsync("test", TestContext.Current.CancellationToken)).Should().BeEmpty();
    }

    [Fact]
    public void A_process_is_known_to_live_or_to_be_gone()
    {
        ProcessIdentity.IsGone(ProcessIdentity.Current).Should().BeFalse();
        ProcessIdentity.IsGone(DeadHere).Should().BeTrue("another process has its number now");
        ProcessIdentity.IsGone("elsewhere.1/4711/12345").Should().BeNull();
        ProcessIdentity.IsGone("what").Should().BeNull();
    }

    private static PipelineHost Pipeline() => new(p => p.Start(new Give(1)).Then(new Plus(2)).Then(new Plus(3)));

    /// <summary>Leaves a run behind as a process does that is killed after a stage: its lease and the commits until then, and nothing else.</summary>
    private static async Task<RunLease> LeaveAsync(PipelineHost host, string after, string? owner = null)
    {
        var token = TestContext.Current.CancellationToken;
        var recorder = new Recording();
        await using (var rehearsal = new PipelineHost(
            host.Services.GetRequiredService<Script>().Define,
            configure: s => s.AddSingleton<ICheckpointStore>(recorder)))
        {
            await rehearsal.RunAsync();
            foreach (var stage in rehearsal.Journal.Entries.TakeWhile(e => e != after).Append(after)) host.Journal.Add(stage);
        }

        var now = host.Time.GetUtcNow();
        var lease = recorder.Lease! with { Owner = owner ?? DeadHere, StartedAt = now, ExpiresAt = now.AddSeconds(30) };
        await host.Checkpoints.BeginAsync(lease, token);
        foreach (var checkpoint in recorder.Committed.TakeWhile(c => c.Stage != after).Concat(recorder.Committed.Where(c => c.Stage == after)))
            (await host.Checkpoints.CommitAsync(lease, checkpoint, token)).Should().BeTrue();
        return lease;
    }

    private sealed class Recording : CheckpointStoreWrapper
    {
        public RunLease? Lease { get; private set; }

        public List<StageCheckpoint> Committed { get; } = [];

        public override Task BeginAsync(RunLease run, CancellationToken cancellationToken = default)
        {
            Lease = run;
            return base.BeginAsync(run, cancellationToken);
        }

        public override Task<bool> CommitAsync(RunLease lease, StageCheckpoint checkpoint, CancellationToken cancellationToken = default)
        {
            Committed.Add(checkpoint);
            return base.CommitAsync(lease, checkpoint, cancellationToken);
        }
    }

    private sealed class Stolen : CheckpointStoreWrapper
    {
        public override async Task BeginAsync(RunLease run, CancellationToken cancellationToken = default)
        {
            await base.BeginAsync(run, cancellationToken);
            await TryTakeOverAsync(run, "thief", run.ExpiresAt, cancellationToken);
        }
    }

    private sealed class Busy : CheckpointStoreWrapper
    {
        private int _calls;

        public override Task<bool> CommitAsync(RunLease lease, StageCheckpoint checkpoint, CancellationToken cancellationToken = default) =>
            ++_calls < 3 ? throw new StoreException("locked", isTransient: true) : base.CommitAsync(lease, checkpoint, cancellationToken);
    }

    private sealed class NoEnd : CheckpointStoreWrapper
    {
        public bool Works { get; set; }

        public override Task<bool> EndAsync(RunLease lease, CancellationToken cancellationToken = default) =>
            Works ? base.EndAsync(lease, cancellationToken) : throw new StoreException("the disk is full");
    }
}
