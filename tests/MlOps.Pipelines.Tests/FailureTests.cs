using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.Tests;

namespace MlOps.Pipelines.Tests;

public sealed class FailureTests
{
    [Fact]
    public async Task A_run_names_the_stage_that_failed()
    {
        await using var host = Host(new Work((_, _) => throw new InvalidDataException("the third row is odd")));

        var failure = (await FluentActions.Awaiting(() => host.RunAsync()).Should().ThrowAsync<StageFailedException>()).Which;

        failure.StageName.Should().Be("doing");
        failure.Pipeline.Should().Be("test");
        failure.InnerException.Should().BeOfType<InvalidDataException>();
        var record = await host.RecordAsync(failure.RunId);
        record.Status.Should().Be(RunStatus.Failed);
        record.Error.Should().Contain("doing").And.Contain("the third row is odd");
        record.EndedAt.Should().NotBeNull();
    }

    [Fact]
    public async Task A_stage_that_failed_is_traced_as_such()
    {
        using var trace = new TraceCollector(Telemetry.Pipelines);
        await using var host = Host(new Work((_, _) => throw new InvalidDataException("the third row is odd")));

        await FluentActions.Awaiting(() => host.RunAsync()).Should().ThrowAsync<StageFailedException>();

        trace.Activities.Should().HaveCount(2).And.OnlyContain(a => a.Status == ActivityStatusCode.Error);
    }

    [Fact]
    public async Task Branches_that_do_not_depend_on_the_failed_stage_finish_and_are_reused()
    {
        var broken = true;
        await using var host = new PipelineHost(
            p =>
            {
                p.Start<Doing, Number>().Then(new Plus(1), o => o.Name = "after");
                p.Start(new Give(5)).Then(new Plus(2), o => o.Name = "beside");
            },
            configure: s => s.AddSingleton(new Work((_, _) => Task.FromResult(broken ? throw new InvalidDataException("odd") : 1))));

        await FluentActions.Awaiting(() => host.RunAsync()).Should().ThrowAsync<StageFailedException>();
        var tags = (await host.LastRecordAsync()).Tags;
        broken = false;
        var second = await host.RunAsync();

        tags["mlops.stage.doing.status"].Should().Be("failed");
        tags["mlops.stage.after.status"].Should().Be("skipped");
        tags["mlops.stage.beside.status"].Should().Be("finished");
        second.Stages.Where(s => s.Status == StageStatus.Cached).Select(s => s.Name).Should().BeEquivalentTo("give", "beside");
        host.Journal.Count("beside").Should().Be(1);
    }

    [Fact]
    public async Task A_passing_error_is_tried_again_after_waits_that_double()
    {
        var attempts = 0;
        await using var host = Host(new Work((_, _) => Task.FromResult(++attempts < 4 ? throw new IOException("the line is down") : 1)), o =>
        {
            o.MaxAttempts = 4;
            o.Backoff = TimeSpan.FromSeconds(11);
        });
        var run = host.RunAsync();
        foreach (var seconds in new[] { 11, 22, 44 }) await host.Time.PassAsync(TimeSpan.FromSeconds(seconds));

        (await run).Stages[0].Attempts.Should().Be(4);
    }

    [Fact]
    public async Task An_error_that_will_not_pass_is_not_tried_again()
    {
        await using var host = Host(new Work((_, _) => throw new FileNotFoundException("no such file")));

        await FluentActions.Awaiting(() => host.RunAsync()).Should().ThrowAsync<StageFailedException>();

        host.Journal.Count("doing").Should().Be(1);
    }

    [Fact]
    public async Task The_stage_says_which_errors_pass_and_a_judge_that_throws_says_no()
    {
        await using var host = Host(new Work((_, _) => throw new InvalidDataException("odd")), o =>
        {
            o.Backoff = TimeSpan.Zero;
            o.RetryWhen = e => e is InvalidDataException;
        });
        await using var confused = Host(new Work((_, _) => throw new IOException("down")), o => o.RetryWhen = _ => throw new InvalidOperationException("judge"));

        await FluentActions.Awaiting(() => host.RunAsync()).Should().ThrowAsync<StageFailedException>();
        (await FluentActions.Awaiting(() => confused.RunAsync()).Should().ThrowAsync<StageFailedException>()).WithInnerException<IOException>();

        host.Journal.Count("doing").Should().Be(3);
        confused.Journal.Count("doing").Should().Be(1);
    }

    [Fact]
    public async Task A_stage_that_takes_too_long_is_stopped_and_tried_again()
    {
        var attempts = 0;
        await using var host = Host(
            new Work(async (c, token) =>
            {
                if (++attempts > 1) return 1;
                await Task.Delay(Timeout.InfiniteTimeSpan, c.Time, token);
                return 0;
            }),
            o => (o.Timeout, o.Backoff) = (TimeSpan.FromMinutes(5), TimeSpan.Zero));

        var run = host.RunAsync();
        await BegunAsync(host);
        await host.Time.PassAsync(TimeSpan.FromMinutes(5));

        (await run).Stages[0].Attempts.Should().Be(2);
    }

    [Fact]
    public async Task A_stage_that_always_takes_too_long_fails_and_says_so()
    {
        await using var host = Host(
            new Work(async (c, token) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, c.Time, token);
                return 0;
            }),
            o => (o.Timeout, o.MaxAttempts) = (TimeSpan.FromMinutes(5), 1));

        var run = host.RunAsync();
        await BegunAsync(host);
        await host.Time.PassAsync(TimeSpan.FromMinutes(5));

        (await FluentActions.Awaiting(() => run).Should().ThrowAsync<StageFailedException>()).WithInnerException<TimeoutException>().WithMessage("*longer than 00:05:00*");
    }

    [Fact]
    public async Task A_stage_that_ignores_its_token_is_abandoned_and_not_tried_again()
    {
        var never = new TaskCompletionSource<int>();
        await using var host = Host(
            new Work((_, _) => never.Task),
            o => o.Timeout = TimeSpan.FromMinutes(5));

        var run = host.RunAsync();
        await BegunAsync(host);
        await host.Time.PassAsync(TimeSpan.FromMinutes(5));
        await host.Time.PassAsync(TimeSpan.FromSeconds(31));

        (await FluentActions.Awaiting(() => run).Should().ThrowAsync<StageFailedException>()).WithInnerException<TimeoutException>().WithMessage("*abandoned*CancellationToken*");
        host.Journal.Count("doing").Should().Be(1);
        never.SetResult(1);
    }

    [Fact]
    public async Task A_stage_whose_time_is_over_before_it_got_a_thread_does_not_begin()
    {
        using var stop = new CancellationTokenSource();
        await using var host = Host(new Work((_, _) => Task.FromResult(1)));
        var pipeline = new PipelineBuilder();
        pipeline.Start<Doing, Number>();
        var attempts = new StageAttempts(pipeline.Stages.Single(), [], host.Services, new(), host.Time);

        var run = () => attempts.RunAsync(
            services =>
            {
                stop.Cancel(); // it is about to be given to a thread
                return new StageContext { Services = services, Pipeline = "test", Stage = "doing", RunId = "run", Seed = 1 };
            },
            stop.Token);

        await run.Should().ThrowAsync<OperationCanceledException>();
        host.Journal.Count("doing").Should().Be(0);
    }

    [Fact]
    public async Task A_stage_that_blocks_its_thread_is_abandoned_as_well()
    {
        using var release = new ManualResetEventSlim();
        await using var host = Host(
            new Work((_, _) =>
            {
                release.Wait(CancellationToken.None);
                return Task.FromResult(1);
            }),
            o => o.Timeout = TimeSpan.FromMinutes(5));

        var run = host.RunAsync();
        await BegunAsync(host);
        await host.Time.PassAsync(TimeSpan.FromMinutes(5));
        await host.Time.PassAsync(TimeSpan.FromSeconds(31));

        (await FluentActions.Awaiting(() => run).Should().ThrowAsync<StageFailedException>()).WithInnerException<TimeoutException>();
        release.Set();
    }

    [Fact]
    public async Task Cancelling_stops_the_run_and_keeps_what_is_finished()
    {
        using var cancel = new CancellationTokenSource();
        var stopped = false;
        await using var host = new PipelineHost(
            p =>
            {
                var start = p.Start(new Give(1));
                start.Then(new Plus(1), o => o.Name = "late");
                p.Start<Doing, Number>().And(start).Then(new Sum());
            },
            o => o.MaxParallelStages = 1,
            s => s.AddSingleton(new Work(async (c, token) =>
            {
                if (stopped) return 1;
                stopped = true;
                await cancel.CancelAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, c.Time, token);
                return 0;
            })));

        await FluentActions.Awaiting(() => host.Runner.RunAsync("test", null, cancel.Token)).Should().ThrowAsync<OperationCanceledException>();
        var record = await host.LastRecordAsync();
        var open = await host.Checkpoints.ListUnfinishedAsync("test", TestContext.Current.CancellationToken);
        var second = await host.RunAsync();

        record.Status.Should().Be(RunStatus.Killed);
        record.Tags["mlops.stage.doing.status"].Should().Be("skipped");
        record.Tags["mlops.stage.sum.status"].Should().Be("skipped");
        open.Should().BeEmpty();
        second.RunId.Should().NotBe(record.Id);
        second.IsResumed.Should().BeFalse();
        second.Status.Should().Be(RunStatus.Finished);
        host.Journal.Count("give").Should().Be(1);
    }

    [Fact]
    public async Task A_cancelled_call_starts_nothing()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(1)));

        await FluentActions.Awaiting(() => host.Runner.RunAsync("test", null, new CancellationToken(true))).Should().ThrowAsync<OperationCanceledException>();

        (await host.Metadata.SearchRunsAsync(new(), TestContext.Current.CancellationToken)).Items.Should().BeEmpty();
    }

    [Fact]
    public async Task A_stage_that_gives_up_by_itself_has_failed_and_was_not_cancelled()
    {
        await using var host = Host(new Work((_, _) => throw new OperationCanceledException("changed my mind")));

        await FluentActions.Awaiting(() => host.RunAsync()).Should().ThrowAsync<StageFailedException>();
    }

    [Fact]
    public async Task A_stage_whose_services_are_missing_fails_with_their_name()
    {
        await using var host = new PipelineHost(p => p.Start<Doing, Number>());

        (await FluentActions.Awaiting(() => host.RunAsync()).Should().ThrowAsync<StageFailedException>()).WithMessage("*Work*");
    }

    [Fact]
    public async Task An_output_that_loses_something_as_JSON_is_refused_and_the_stage_says_what_to_do()
    {
        await using var closed = new PipelineHost(p => p.Start(new Making<Closed>()));
        await using var getter = new PipelineHost(p => p.Start(new Making<GetterOnly>()));
        await using var stream = new PipelineHost(p => p.Start(new Making<MemoryStream>()));

        foreach (var host in new[] { closed, getter, stream })
            (await FluentActions.Awaiting(() => host.RunAsync()).Should().ThrowAsync<StageFailedException>()).WithInnerException<StageOutputException>().WithMessage("*record*artifact store*");
    }

    [Fact]
    public async Task What_the_next_stage_gets_is_what_was_stored()
    {
        await using var host = new PipelineHost(p => p.Start(new Tuples()));

        var first = await host.RunAsync();
        var second = await host.RunAsync();

        first.Stages[0].Output.Should().BeEquivalentTo((Count: 3, Name: "three", Values: new[] { 1.5, double.NaN, double.PositiveInfinity }));
        second.Stages[0].Status.Should().Be(StageStatus.Cached);
        second.Stages[0].Output.Should().BeEquivalentTo(first.Stages[0].Output);
    }

    // The time of a stage runs before it has got a thread.
    private static async Task BegunAsync(PipelineHost host)
    {
        while (host.Journal.Count("doing") == 0) await Task.Yield();
    }

    private static PipelineHost Host(Work work, Action<StageOptions>? stage = null) =>
        new(p => p.Start<Doing, Number>(stage), o => o.StopGrace = TimeSpan.FromSeconds(31), s => s.AddSingleton(work));

    private sealed class Closed
    {
        private readonly int _value = 3;

        public override string ToString() => $"{_value}";
    }

    private sealed class GetterOnly
    {
        public int Value { get; private set; } = 3;

        public GetterOnly Made()
        {
            Value = 4;
            return this;
        }
    }

    private sealed record Making<T> : IPipelineStage<Nothing, T>
        where T : new()
    {
        public Task<T> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) =>
            Task.FromResult(new T() is GetterOnly getter ? (T)(object)getter.Made() : new T());
    }

    private sealed record Tuples : IPipelineStage<Nothing, (int Count, string Name, IReadOnlyList<double> Values)>
    {
        public Task<(int Count, string Name, IReadOnlyList<double> Values)> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) =>
            Task.FromResult((3, "three", (IReadOnlyList<double>)[1.5, double.NaN, double.PositiveInfinity]));
    }
}
