using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

public sealed class TriggerTests : IDisposable
{
    private readonly World _world = new();
    private readonly Runner _runner = new();
    private readonly FakeTimeProvider _time = new(World.May);
    private ServiceProvider? _services;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _services?.Dispose();

    [Fact]
    public async Task Drift_runs_the_pipeline_with_the_parameters_of_the_report()
    {
        await DriftAsync();
        var monitor = Monitor(m => m.OnDrift(d => d.Run("retrain", r => new Dictionary<string, string> { ["until"] = $"{r.To:yyyy-MM-dd}" })));
        var result = await RunAsync(monitor);
        var trigger = result.Triggers.Single();
        (trigger.Pipeline, trigger.Status, trigger.Reason).Should().Be(("retrain", TriggerStatus.Ran, "Started by drift in x of version 1."));
        result.Run.Should().BeSameAs(trigger.Run).And.NotBeNull();
        var (pipeline, request) = _runner.Requests.Single();
        (pipeline, request.Trigger, request.Parameters["until"]).Should().Be(("retrain", "drift", "2001-05-02"));
    }

    [Fact]
    public async Task Without_drift_nothing_runs()
    {
        await DriftAsync();
        _world.Log.Batches[0] = Numbers(500, 0);
        var result = await RunAsync(Monitor());
        result.Triggers.Single().Status.Should().Be(TriggerStatus.NotNeeded);
        result.Run.Should().BeNull();
        _runner.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_check_runs_nothing()
    {
        await DriftAsync();
        (await Monitor().CheckAsync("flight-delay", World.May, World.May.AddDays(1), Stop)).Drift!.HasDrift.Should().BeTrue();
        _runner.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_monitor_without_actions_only_compares()
    {
        await DriftAsync();
        (await RunAsync(Monitor(_ => { }))).Triggers.Should().BeEmpty();
    }

    [Fact]
    public async Task The_same_drift_of_the_same_version_runs_the_pipeline_once()
    {
        await DriftAsync();
        var monitor = Monitor();
        await RunAsync(monitor);
        _time.Advance(TimeSpan.FromDays(30));
        var again = (await RunAsync(monitor)).Triggers.Single();
        again.Status.Should().Be(TriggerStatus.Held);
        again.Reason.Should().Contain("run-1").And.Contain("same drift");
        _runner.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task The_same_drift_of_another_version_runs_it_again()
    {
        await DriftAsync();
        var monitor = Monitor();
        await RunAsync(monitor);
        _time.Advance(TimeSpan.FromDays(2));
        await _world.TrainAsync(Training(seed: 99));
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.Ran);
    }

    [Fact]
    public async Task Another_drift_waits_for_the_cool_down()
    {
        await DriftAsync();
        var monitor = Monitor();
        await RunAsync(monitor);
        _world.Log.Batches[0] = Numbers(500, 100, yShift: 100);
        _time.Advance(TimeSpan.FromHours(23));
        var held = (await RunAsync(monitor)).Triggers.Single();
        (held.Status, held.Run).Should().Be((TriggerStatus.Held, null));
        held.Reason.Should().Contain("cool-down");
        _time.Advance(TimeSpan.FromHours(1));
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.Ran);
    }

    [Fact]
    public async Task Two_monitors_start_a_pipeline_once_for_the_same_drift_and_share_its_cool_down()
    {
        await DriftAsync();
        var monitor = Monitor(m => m.OnDrift(d => d.Run("retrain")), more: b => b.AddMonitor("daily", m => m.Configure(o => o.Model = "flight-delay").OnDrift(d => d.Run("retrain"))));
        await RunAsync(monitor);
        _world.Log.Batches[0] = Numbers(500, 100, yShift: 100);
        (await RunAsync(monitor, "daily")).Triggers.Single().Reason.Should().Contain("cool-down");
        _world.Log.Batches[0] = Numbers(500, 100);
        _time.Advance(TimeSpan.FromDays(2));
        (await RunAsync(monitor, "daily")).Triggers.Single().Reason.Should().Contain("same drift");
        _runner.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_label_that_fell_and_one_that_rose_are_two_causes()
    {
        await _world.TrainAsync(Training(seed: 1));
        var monitor = Monitor();
        _world.Log.Batches.Add(Labels(lateOf10: 0));
        (await RunAsync(monitor)).Triggers.Single().Reason.Should().Be("Started by drift in delayed (down) of version 1.");
        _world.Log.Batches[0] = Labels(lateOf10: 5);
        _time.Advance(TimeSpan.FromDays(2));
        (await RunAsync(monitor)).Triggers.Single().Reason.Should().Be("Started by drift in delayed (up) of version 1.");
    }

    [Fact]
    public async Task A_pipeline_that_fails_is_reported_and_tried_again_after_the_cool_down()
    {
        await DriftAsync();
        _runner.Error = new StageFailedException("retrain", "train", "run-1", new DataException("no rows"));
        var monitor = Monitor();
        var failed = (await RunAsync(monitor)).Triggers.Single();
        (failed.Status, failed.Run).Should().Be((TriggerStatus.Failed, null));
        failed.Reason.Should().Contain("no rows");
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.Held);
        _runner.Error = null;
        _time.Advance(TimeSpan.FromDays(1));
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.Ran);
    }

    [Fact]
    public async Task Parameters_that_cannot_be_computed_are_reported()
    {
        await DriftAsync();
        var failed = (await RunAsync(Monitor(m => m.OnDrift(d => d.Run("retrain", _ => throw new FormatException("no date")))))).Triggers.Single();
        failed.Status.Should().Be(TriggerStatus.Failed);
        failed.Reason.Should().Contain("no date");
    }

    [Fact]
    public async Task Without_a_runner_the_report_says_what_is_missing()
    {
        await DriftAsync();
        var failed = (await RunAsync(Monitor(withRunner: false))).Triggers.Single();
        failed.Status.Should().Be(TriggerStatus.Failed);
        failed.Reason.Should().Contain("IPipelineRunner");
    }

    [Fact]
    public async Task A_pipeline_that_is_running_is_not_started_beside_itself()
    {
        await DriftAsync();
        _runner.Hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var monitor = Monitor();
        var first = RunAsync(monitor);
        await _runner.Started.Task.WaitAsync(Stop);
        var second = (await RunAsync(monitor)).Triggers.Single();
        second.Reason.Should().Be("The pipeline is running already.");
        _runner.Hold.SetResult();
        (await first).Triggers.Single().Status.Should().Be(TriggerStatus.Ran);
        _runner.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_run_that_is_cancelled_is_cancelled_and_can_be_run_later()
    {
        await DriftAsync();
        _runner.Hold = new TaskCompletionSource();
        var monitor = Monitor();
        using var cancel = new CancellationTokenSource();
        var run = monitor.RunAsync("flight-delay", World.May, World.May.AddDays(1), cancel.Token);
        await _runner.Started.Task.WaitAsync(Stop);
        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => run).Should().ThrowAsync<OperationCanceledException>();
        _runner.Hold = null;
        _time.Advance(TimeSpan.FromDays(1));
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.Ran);
    }

    [Fact]
    public async Task A_monitor_runs_by_itself_at_its_interval_and_lives_through_failures()
    {
        using var host = CreateHost(m => m.Configure(o => o.Every = TimeSpan.FromHours(6)).OnDrift(d => d.Run("retrain")));
        await host.StartAsync(Stop);
        await AdvanceAsync(TimeSpan.FromHours(12)); // nothing is registered yet: every round fails
        await DriftAsync();
        while (!_runner.Started.Task.IsCompleted) await AdvanceAsync(TimeSpan.FromHours(6));
        await host.StopAsync(Stop);
        _runner.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_monitor_does_not_run_by_itself_unless_it_is_told_to()
    {
        await DriftAsync();
        using var host = CreateHost(m => m.OnDrift(d => d.Run("retrain")));
        await host.StartAsync(Stop);
        await AdvanceAsync(TimeSpan.FromDays(100));
        await host.StopAsync(Stop);
        _runner.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_host_whose_monitor_names_no_pipeline_of_it_does_not_start()
    {
        using var host = CreateHost(m => m.OnDrift(d => d.Run("retrian")));
        (await FluentActions.Awaiting(() => host.StartAsync(Stop)).Should().ThrowAsync<OptionsValidationException>()).WithMessage("*retrian*AddPipeline*");
    }

    [Fact]
    public async Task Options_that_make_no_sense_keep_the_host_from_starting()
    {
        using var host = CreateHost(m => m.Configure(o => o.MinRows = 0));
        (await FluentActions.Awaiting(() => host.StartAsync(Stop)).Should().ThrowAsync<OptionsValidationException>()).WithMessage("*MinRows*");
    }

    [Fact]
    public void Options_of_each_monitor_come_from_configuration_then_code()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MlOps:Monitors:a:PsiThreshold"] = "0.3",
            ["MlOps:Monitors:a:Every"] = "06:00:00",
            ["MlOps:Monitors:a:IgnoredColumns:0"] = "x",
            ["MlOps:Monitors:b:PsiThreshold"] = "0.4",
        }).Build());
        services.AddMlOpsCore().AddMonitor("a", m => m.Configure(o => o.MinRows = 7)).AddMonitor("b");
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptionsMonitor<MonitorOptions>>();
        (options.Get("a").PsiThreshold, options.Get("a").Every, options.Get("a").MinRows, options.Get("a").IgnoredColumns.Single()).Should().Be((0.3, TimeSpan.FromHours(6), 7, "x"));
        (options.Get("b").PsiThreshold, options.Get("b").Every, options.Get("b").MinRows).Should().Be((0.4, null, 100));
    }

    [Fact]
    public void A_monitor_or_a_pipeline_of_it_is_added_once()
    {
        var builder = new ServiceCollection().AddMlOpsCore().AddMonitor("a");
        builder.Invoking(b => b.AddMonitor("a")).Should().Throw<ArgumentException>().WithMessage("*'a'*");
        builder.Invoking(b => b.AddMonitor("c", m => m.OnDrift(d => d.Run("p").Run("p")))).Should().Throw<ArgumentException>().WithMessage("*'p'*");
        builder.Invoking(b => b.AddMonitor(" ")).Should().Throw<ArgumentException>();
    }

    private static Task<MonitorResult> RunAsync(IModelMonitor monitor, string name = "flight-delay") => monitor.RunAsync(name, World.May, World.May.AddDays(1), Stop);

    private async Task DriftAsync()
    {
        _world.Log.Batches.Add(Numbers(500, 100));
        await _world.TrainAsync(Training(seed: 1));
    }

    private static Table Training(int seed)
    {
        var random = new Random(seed);
        return new Table()
            .Add("x", Enumerable.Range(0, 2000).Select(_ => random.NextDouble()))
            .Add("y", Enumerable.Range(0, 2000).Select(_ => random.NextDouble()))
            .Add("delayed", Enumerable.Range(0, 2000).Select(i => i % 5 == 0));
    }

    private static Apache.Arrow.RecordBatch Numbers(int rows, double shift, double yShift = 0)
    {
        var random = new Random(7);
        return new Table()
            .Add("x", Enumerable.Range(0, rows).Select(_ => random.NextDouble() + shift))
            .Add("y", Enumerable.Range(0, rows).Select(_ => random.NextDouble() + yShift))
            .ToBatch();
    }

    // As in training, but for the true values.
    private static Apache.Arrow.RecordBatch Labels(int lateOf10)
    {
        var random = new Random(7);
        return new Table()
            .Add("x", Enumerable.Range(0, 500).Select(_ => random.NextDouble()))
            .Add("y", Enumerable.Range(0, 500).Select(_ => random.NextDouble()))
            .Add(PredictionColumns.Truth, Enumerable.Range(0, 500).Select(i => i % 10 < lateOf10 ? 1.0 : 0.0))
            .ToBatch();
    }

    private IModelMonitor Monitor(Action<MonitorBuilder>? describe = null, bool withRunner = true, Action<MlOpsBuilder>? more = null)
    {
        var services = new ServiceCollection();
        Add(services, describe ?? (m => m.OnDrift(d => d.Run("retrain"))), withRunner, more);
        _services = services.BuildServiceProvider();
        return _services.GetRequiredService<IModelMonitor>();
    }

    private IHost CreateHost(Action<MonitorBuilder> describe)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        Add(builder.Services, describe, withRunner: true);
        return builder.Build();
    }

    private void Add(IServiceCollection services, Action<MonitorBuilder> describe, bool withRunner, Action<MlOpsBuilder>? more = null)
    {
        services.AddSingleton<TimeProvider>(_time);
        if (withRunner) services.AddSingleton<IPipelineRunner>(_runner);
        var builder = services.AddMlOpsCore()
            .Use<IModelRegistry>(_ => _world.Registry)
            .Use<IDatasetStore>(_ => _world.Datasets)
            .Use<IPredictionLog>(_ => _world.Log)
            .AddMonitor("flight-delay", describe);
        more?.Invoke(builder);
    }

    // In small steps, so that what waits for the clock is not passed over.
    private async Task AdvanceAsync(TimeSpan time)
    {
        for (var i = 0; i < 24; i++)
        {
            _time.Advance(time / 24);
            await Task.Yield();
        }

        Stop.ThrowIfCancellationRequested();
    }

    private sealed class Runner : IPipelineRunner
    {
        public List<(string Pipeline, PipelineRequest Request)> Requests { get; } = [];

        public Exception? Error { get; set; }

        public TaskCompletionSource? Hold { get; set; }

        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyCollection<string> Pipelines => ["retrain"];

        public async Task<PipelineRun> RunAsync(string pipeline, PipelineRequest? request = null, CancellationToken cancellationToken = default)
        {
            lock (Requests) Requests.Add((pipeline, request!));
            Started.TrySetResult();
            if (Hold is not null) await Hold.Task.WaitAsync(cancellationToken);
            return Error is null ? new($"run-{Requests.Count}", pipeline, RunStatus.Finished, false, TimeSpan.Zero, []) : throw Error;
        }

        public Task<ReplayReport> ReplayAsync(string runId, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<IReadOnlyList<CacheDecision>> ExplainAsync(string pipeline, PipelineRequest? request = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();
    }
}
