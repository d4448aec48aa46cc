using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Pipelines.Tests;

public sealed class RunTests
{
    [Fact]
    public async Task Values_flow_from_stage_to_stage()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(1)).Then(new Plus(2)).Then(new Plus(3)));

        var run = await host.RunAsync();

        run.Status.Should().Be(RunStatus.Finished);
        run.Output<Number>().Value.Should().Be(6);
        run.Stages.Select(s => s.Name).Should().Equal("give", "plus", "plus-2");
        run.Stages.Should().OnlyContain(s => s.Status == StageStatus.Finished && s.Attempts == 1 && s.OutputFingerprint != null && !s.Cache.IsHit);
    }

    [Fact]
    public async Task A_stage_takes_several_inputs()
    {
        await using var host = new PipelineHost(p =>
        {
            var start = p.Start(new Give(1));
            start.Then(new Plus(1)).And(start.Then(new Plus(10))).Then(new Sum());
        });

        (await host.RunAsync()).Output<Number>().Value.Should().Be(13);
    }

    [Fact]
    public async Task Independent_branches_run_at_the_same_time()
    {
        using var both = new Barrier(2);
        await using var host = new PipelineHost(
            p =>
            {
                p.Start<Doing, Number>(o => o.Name = "left");
                p.Start<Doing, Number>(o => o.Name = "right");
            },
            o => o.MaxParallelStages = 2,
            s => s.AddSingleton(new Work((_, token) => Task.FromResult(both.SignalAndWait(TimeSpan.FromSeconds(30), token) ? 1 : throw new TimeoutException("The other branch did not start.")))));

        (await host.RunAsync()).Status.Should().Be(RunStatus.Finished);
    }

    [Fact]
    public async Task No_more_stages_work_at_once_than_allowed()
    {
        var (now, most) = (0, 0);
        await using var host = new PipelineHost(
            p =>
            {
                for (var i = 0; i < 20; i++) p.Start<Doing, Number>();
            },
            o => o.MaxParallelStages = 2,
            s => s.AddSingleton(new Work(async (_, _) =>
            {
                var working = Interlocked.Increment(ref now);
                InterlockedMax(ref most, working);
                await Task.Yield();
                Interlocked.Decrement(ref now);
                return working;
            })));

        await host.RunAsync();

        most.Should().BeInRange(1, 2);
        host.Journal.Entries.Should().HaveCount(20);

        static void InterlockedMax(ref int target, int value)
        {
            for (var seen = Volatile.Read(ref target); seen < value; seen = Volatile.Read(ref target)) Interlocked.CompareExchange(ref target, value, seen);
        }
    }

    [Fact]
    public async Task Each_attempt_has_its_own_scope_and_its_own_stage_and_both_are_disposed()
    {
        await using var host = new PipelineHost(
            p => p.Start<Disposed, Number>(o => o.Backoff = TimeSpan.Zero),
            configure: s => s.AddScoped<Scoped>());

        var run = await host.RunAsync();

        run.Stages[0].Attempts.Should().Be(2);
        host.Journal.Entries.Should().Equal("scope", "stage", "stage gone", "scope gone", "scope", "stage", "stage gone", "scope gone");
    }

    [Fact]
    public async Task A_stage_gets_a_seed_of_its_own_that_follows_from_the_seed_of_the_run()
    {
        var seeds = new Dictionary<string, int>();
        await using var host = new PipelineHost(
            p =>
            {
                p.Start<Doing, Number>(o => o.Name = "a");
                p.Start<Doing, Number>(o => o.Name = "b");
            },
            o => o.MaxParallelStages = 1,
            s => s.AddSingleton(new Work((c, _) => Task.FromResult(seeds[c.Stage] = c.Seed))));

        await host.RunAsync(new() { Seed = 7 });
        var first = new Dictionary<string, int>(seeds);
        await host.RunAsync(new() { Seed = 7, Force = true });
        var again = new Dictionary<string, int>(seeds);
        await host.RunAsync(new() { Seed = 8 });

        first["a"].Should().NotBe(first["b"]);
        again.Should().Equal(first);
        seeds["a"].Should().NotBe(first["a"]);
        seeds.Values.Should().OnlyContain(seed => seed >= 0);
    }

    [Fact]
    public async Task A_pipeline_takes_parameters()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(p.Parameter("start", 1))));

        (await host.RunAsync()).Output<Number>().Value.Should().Be(1);
        (await host.RunAsync(new() { Parameters = new Dictionary<string, string> { ["start"] = "5" } })).Output<Number>().Value.Should().Be(5);
    }

    [Fact]
    public async Task A_parameter_that_the_pipeline_does_not_have_is_refused_before_anything_is_recorded()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(p.Parameter("start", 1))));

        var run = () => host.RunAsync(new() { Parameters = new Dictionary<string, string> { ["strat"] = "5" } });

        (await run.Should().ThrowAsync<ArgumentException>()).WithMessage("*no parameter 'strat'. It has: start.*");
        (await host.Metadata.SearchRunsAsync(new(), TestContext.Current.CancellationToken)).Items.Should().BeEmpty();
    }

    [Fact]
    public async Task A_parameter_of_the_wrong_type_is_refused()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(p.Parameter("start", 1))));

        var run = () => host.RunAsync(new() { Parameters = new Dictionary<string, string> { ["start"] = "five" } });

        (await run.Should().ThrowAsync<ArgumentException>()).WithMessage("*'five'*");
    }

    [Fact]
    public async Task A_pipeline_that_nobody_registered_is_refused()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(1)));

        var run = () => host.Runner.RunAsync("tset", cancellationToken: TestContext.Current.CancellationToken);

        (await run.Should().ThrowAsync<ArgumentException>()).WithMessage("There is no pipeline 'tset'. There are: test.*");
        host.Runner.Pipelines.Should().Equal("test");
    }

    [Fact]
    public async Task A_pipeline_without_stages_is_refused()
    {
        await using var host = new PipelineHost(_ => { });

        await FluentActions.Awaiting(() => host.RunAsync()).Should().ThrowAsync<ArgumentException>().WithMessage("*has no stages*");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a:b")]
    [InlineData("a\n")]
    [InlineData("../a")]
    public void A_name_that_is_none_is_refused(string name) => FluentActions
        .Invoking(() => new ServiceCollection().AddMlOpsCore().AddPipeline<ScriptedPipeline>(name)).Should().Throw<ArgumentException>();

    [Fact]
    public void Two_pipelines_of_one_name_are_refused() => FluentActions
        .Invoking(() => new ServiceCollection().AddMlOpsCore().AddPipeline<ScriptedPipeline>("a").AddPipeline<ScriptedPipeline>("a"))
        .Should().Throw<ArgumentException>().WithMessage("There is already a pipeline 'a'*");

    [Fact]
    public async Task Options_come_from_configuration_and_code_has_the_last_word()
    {
        await using var host = new PipelineHost(
            p => p.Start(new Give(1)),
            o => o.Seed = 3,
            configuration: new Dictionary<string, string?> { ["MlOps:Pipelines:test:Seed"] = "2", ["MlOps:Pipelines:test:StageTimeout"] = "00:00:07" });

        var options = host.Services.GetRequiredService<IOptionsMonitor<PipelineOptions>>().Get("test");

        options.Seed.Should().Be(3);
        options.StageTimeout.Should().Be(TimeSpan.FromSeconds(7));
        options.LeaseDuration.Should().Be(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("StageTimeout", "00:00:00")]
    [InlineData("MaxParallelStages", "0")]
    [InlineData("LeaseDuration", "-00:00:01")]
    [InlineData("StopGrace", "2.00:00:00")]
    public async Task Nonsense_is_refused_when_the_host_starts(string option, string value)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration[$"MlOps:Pipelines:test:{option}"] = value;
        builder.Services.AddSingleton(new Script(_ => { }));
        builder.Services.AddMlOpsCore().AddPipeline<ScriptedPipeline>("test");
        using var host = builder.Build();

        await FluentActions.Awaiting(() => host.StartAsync(TestContext.Current.CancellationToken)).Should().ThrowAsync<OptionsValidationException>().WithMessage($"*{option}*");
    }

    [Fact]
    public async Task A_host_without_stores_is_told_what_to_add()
    {
        var services = new ServiceCollection();
        services.AddSingleton(new Script(p => p.Start(new Give(1))));
        services.AddMlOpsCore().AddPipeline<ScriptedPipeline>("test");
        await using var provider = services.BuildServiceProvider();

        var run = () => provider.GetRequiredService<IPipelineRunner>().RunAsync("test", cancellationToken: TestContext.Current.CancellationToken);

        (await run.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*ICheckpointStore*");
    }

    [Fact]
    public async Task Events_come_one_at_a_time_and_in_the_order_of_each_stage()
    {
        var inside = 0;
        var overlapped = false;
        var events = new List<PipelineProgress>();
        var progress = new Handler(e =>
        {
            overlapped |= Interlocked.Increment(ref inside) > 1;
            events.Add(e);
            Interlocked.Decrement(ref inside);
        });
        await using var host = new PipelineHost(
            p =>
            {
                for (var i = 0; i < 10; i++) p.Start<Doing, Number>();
            },
            o => o.MaxParallelStages = 8,
            s => s.AddSingleton(new Work((c, _) =>
            {
                for (var i = 0; i < 10; i++) c.Report("working", i / 10.0);
                return Task.FromResult(1);
            })));

        await host.RunAsync(new() { Progress = progress });

        overlapped.Should().BeFalse();
        events.GroupBy(e => e.Stage).Should().HaveCount(10).And.OnlyContain(stage =>
            stage.First().Event == StageEvent.Started && stage.Last().Event == StageEvent.Finished && stage.Count(e => e.Event == StageEvent.Progressed) == 10);
    }

    [Fact]
    public async Task A_progress_handler_that_throws_does_not_break_the_run()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(1)).Then(new Plus(1)));

        var run = await host.RunAsync(new() { Progress = new Handler(_ => throw new InvalidOperationException("no screen")) });

        run.Status.Should().Be(RunStatus.Finished);
    }

    private sealed class Handler(Action<PipelineProgress> handle) : IProgress<PipelineProgress>
    {
        public void Report(PipelineProgress value) => handle(value);
    }

    private sealed class Scoped : IDisposable
    {
        private readonly Journal _journal;

        public Scoped(Journal journal) => (_journal = journal).Add("scope");

        public void Dispose() => _journal.Add("scope gone");
    }

    private sealed class Disposed : IPipelineStage<Nothing, Number>, IAsyncDisposable
    {
        private readonly Journal _journal;

        public Disposed(Scoped scoped, Journal journal)
        {
            _ = scoped;
            (_journal = journal).Add("stage");
        }

        public Task<Number> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) =>
            _journal.Count("stage") == 1 ? throw new IOException("the line is down") : Task.FromResult(new Number(1));

        public ValueTask DisposeAsync()
        {
            _journal.Add("stage gone");
            return ValueTask.CompletedTask;
        }
    }
}
