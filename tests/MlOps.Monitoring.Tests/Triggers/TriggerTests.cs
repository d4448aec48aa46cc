using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

public sealed class TriggerTests : TriggerTest
{
    [Fact]
    public async Task Drift_runs_the_pipeline_with_the_parameters_of_the_report()
    {
        await DriftAsync();
        var monitor = Monitor(m => m.OnDrift(d => d.Run("retrain", r => new Dictionary<string, string> { ["until"] = $"{r.To:yyyy-MM-dd}" })));
        var result = await RunAsync(monitor);
        var trigger = result.Triggers.Single();
        (trigger.Pipeline, trigger.Status, trigger.Reason).Should().Be(("retrain", TriggerStatus.Ran, "Started by drift in x of version 1."));
        result.Run.Should().BeSameAs(trigger.Run).And.NotBeNull();
        var (pipeline, request) = Runner.Requests.Single();
        (pipeline, request.Trigger, request.Parameters["until"]).Should().Be(("retrain", "drift", "2001-05-02"));
    }

    [Fact]
    public async Task Without_drift_nothing_runs()
    {
        await DriftAsync();
        World.Log.Batches[0] = Numbers(500, 0);
        var result = await RunAsync(Monitor());
        result.Triggers.Single().Status.Should().Be(TriggerStatus.NotNeeded);
        result.Run.Should().BeNull();
        Runner.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_check_runs_nothing()
    {
        await DriftAsync();
        (await Monitor().CheckAsync("flight-delay", World.May, World.May.AddDays(1), Stop)).Drift!.HasDrift.Should().BeTrue();
        Runner.Requests.Should().BeEmpty();
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
        Time.Advance(TimeSpan.FromDays(30));
        var again = (await RunAsync(monitor)).Triggers.Single();
        again.Status.Should().Be(TriggerStatus.Held);
        again.Reason.Should().Contain("run-1").And.Contain("same drift");
        Runner.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task The_same_drift_of_another_version_runs_it_again()
    {
        await DriftAsync();
        var monitor = Monitor();
        await RunAsync(monitor);
        Time.Advance(TimeSpan.FromDays(2));
        await World.TrainAsync(Training(seed: 99));
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.Ran);
    }

    [Fact]
    public async Task Another_drift_waits_for_the_cool_down()
    {
        await DriftAsync();
        var monitor = Monitor();
        await RunAsync(monitor);
        World.Log.Batches[0] = Numbers(500, 100, yShift: 100);
        Time.Advance(TimeSpan.FromHours(23));
        var held = (await RunAsync(monitor)).Triggers.Single();
        (held.Status, held.Run).Should().Be((TriggerStatus.Held, null));
        held.Reason.Should().Contain("cool-down");
        Time.Advance(TimeSpan.FromHours(1));
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.Ran);
    }

    [Fact]
    public async Task Two_monitors_start_a_pipeline_once_for_the_same_drift_and_share_its_cool_down()
    {
        await DriftAsync();
        var monitor = Monitor(m => m.OnDrift(d => d.Run("retrain")), more: b => b.AddMonitor("daily", m => m.Configure(o => o.Model = "flight-delay").OnDrift(d => d.Run("retrain"))));
        await RunAsync(monitor);
        World.Log.Batches[0] = Numbers(500, 100, yShift: 100);
        (await RunAsync(monitor, "daily")).Triggers.Single().Reason.Should().Contain("cool-down");
        World.Log.Batches[0] = Numbers(500, 100);
        Time.Advance(TimeSpan.FromDays(2));
        (await RunAsync(monitor, "daily")).Triggers.Single().Reason.Should().Contain("same drift");
        Runner.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_label_that_fell_and_one_that_rose_are_two_causes()
    {
        await World.TrainAsync(Training(seed: 1));
        var monitor = Monitor();
        World.Log.Batches.Add(Labels(lateOf10: 0));
        (await RunAsync(monitor)).Triggers.Single().Reason.Should().Be("Started by drift in delayed (down) of version 1.");
        World.Log.Batches[0] = Labels(lateOf10: 5);
        Time.Advance(TimeSpan.FromDays(2));
        (await RunAsync(monitor)).Triggers.Single().Reason.Should().Be("Started by drift in delayed (up) of version 1.");
    }

    [Fact]
    public async Task A_pipeline_that_fails_is_reported_and_tried_again_after_the_cool_down()
    {
        await DriftAsync();
        Runner.Error = new StageFailedException("retrain", "train", "run-1", new DataException("no rows"));
        var monitor = Monitor();
        var failed = (await RunAsync(monitor)).Triggers.Single();
        (failed.Status, failed.Run).Should().Be((TriggerStatus.Failed, null));
        failed.Reason.Should().Contain("no rows");
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.Held);
        Runner.Error = null;
        Time.Advance(TimeSpan.FromDays(1));
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
    public async Task Without_aPipelines_the_report_says_what_is_missing()
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
        Runner.Hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var monitor = Monitor();
        var first = RunAsync(monitor);
        await Runner.Started.Task.WaitAsync(Stop);
        var second = (await RunAsync(monitor)).Triggers.Single();
        second.Reason.Should().Be("The pipeline is running already.");
        Runner.Hold.SetResult();
        (await first).Triggers.Single().Status.Should().Be(TriggerStatus.Ran);
        Runner.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_run_that_is_cancelled_is_cancelled_and_can_be_run_later()
    {
        await DriftAsync();
        Runner.Hold = new TaskCompletionSource();
        var monitor = Monitor();
        using var cancel = new CancellationTokenSource();
        var run = monitor.RunAsync("flight-delay", World.May, World.May.AddDays(1), cancel.Token);
        await Runner.Started.Task.WaitAsync(Stop);
        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => run).Should().ThrowAsync<OperationCanceledException>();
        Runner.Hold = null;
        Time.Advance(TimeSpan.FromDays(1));
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.Ran);
    }

    [Fact]
    public async Task A_monitor_runs_by_itself_at_its_interval_and_lives_through_failures()
    {
        using var host = CreateHost(m => m.Configure(o => o.Every = TimeSpan.FromHours(6)).OnDrift(d => d.Run("retrain")));
        await host.StartAsync(Stop);
        await AdvanceAsync(TimeSpan.FromHours(12)); // nothing is registered yet: every round fails
        await DriftAsync();
        while (!Runner.Started.Task.IsCompleted) await AdvanceAsync(TimeSpan.FromHours(6));
        await host.StopAsync(Stop);
        Runner.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_monitor_does_not_run_by_itself_unless_it_is_told_to()
    {
        await DriftAsync();
        using var host = CreateHost(m => m.OnDrift(d => d.Run("retrain")));
        await host.StartAsync(Stop);
        await AdvanceAsync(TimeSpan.FromDays(100));
        await host.StopAsync(Stop);
        Runner.Requests.Should().BeEmpty();
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

    [Fact]
    public async Task A_restart_forgets_nothing()
    {
        await DriftAsync();
        await RunAsync(Monitor());
        Time.Advance(TimeSpan.FromDays(30));
        (await RunAsync(Monitor())).Triggers.Single().Reason.Should().Contain("run-1").And.Contain("same drift");
    }

    [Fact]
    public async Task Part_of_a_drift_that_was_answered_is_answered_too()
    {
        await DriftAsync();
        World.Log.Batches[0] = Numbers(500, 100, yShift: 100);
        var monitor = Monitor();
        await RunAsync(monitor);
        World.Log.Batches[0] = Numbers(500, 100);
        Time.Advance(TimeSpan.FromDays(2));
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.Held);
    }

    [Fact]
    public async Task A_run_that_puts_another_version_in_place_says_so()
    {
        await DriftAsync();
        Runner.Work = () => World.TrainAsync(Training(seed: 99));
        var trigger = (await RunAsync(Monitor())).Triggers.Single();
        (trigger.Champion, trigger.HasNewChampion, trigger.Refusals.Count, trigger.Alarm).Should().Be((2, true, 0, null));
    }

    [Fact]
    public async Task A_candidate_that_was_refused_is_reported_with_why()
    {
        await DriftAsync();
        Runner.Stages = [new("promote", StageStatus.Finished, TimeSpan.Zero, 1, new("promote", false, "new"), new Refused(["auc is 0.6, and the champion has 0.7"]), "digest")];
        var trigger = (await RunAsync(Monitor())).Triggers.Single();
        (trigger.Champion, trigger.HasNewChampion, trigger.Refusals.Single()).Should().Be((1, false, "auc is 0.6, and the champion has 0.7"));
    }

    [Fact]
    public async Task Runs_that_do_not_help_stop_the_pipeline_until_it_is_reset()
    {
        var monitor = await FutileAsync();
        var stopped = (await RunAsync(monitor)).Triggers.Single();
        (stopped.Status, stopped.Alarm!.Kind).Should().Be((TriggerStatus.Stopped, AlarmKind.Other));
        stopped.Reason.Should().Contain("Retraining does not help").And.Contain("last 2 runs");
        Runner.Requests.Should().HaveCount(2);
        await monitor.ResetTriggerAsync("retrain", Stop);
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.Ran);
    }

    [Fact]
    public async Task Sinks_are_told_once_that_retraining_does_not_help()
    {
        var monitor = await FutileAsync();
        var told = (await Alerts.ListOpenAsync(cancellationToken: Stop)).Single(a => a.Alarm.Check == "triggers");
        (told.Cause, told.Alarm.Severity, told.Alarm.Value, told.Alarm.Threshold).Should().Be(("triggers/retrain stopped", AlarmSeverity.Critical, 2.0, 2.0));
        told.Alarm.Sentence.Should().StartWith("Retraining does not help");
        told.WithoutValues().Alarm.Sentence.Should().Be("futile_runs is 2, the limit 2.");
        (await RunAsync(monitor)).Alerts.Single(a => a.Cause == told.Cause).Status.Should().Be(AlertStatus.Suppressed);
        World.Log.Batches[0] = Numbers(500, 0);
        (await RunAsync(monitor)).Alerts.Single(a => a.Cause == told.Cause).Status.Should().Be(AlertStatus.Suppressed, "the drift is gone, and the pipeline is stopped all the same");
        await monitor.ResetTriggerAsync("retrain", Stop);
        (await RunAsync(monitor)).Alerts.Single(a => a.Cause == told.Cause).Status.Should().Be(AlertStatus.Resolved);
    }

    [Fact]
    public async Task Sinks_are_told_of_a_candidate_that_was_refused_until_one_is_taken()
    {
        await DriftAsync();
        Runner.Stages = [new("promote", StageStatus.Finished, TimeSpan.Zero, 1, new("promote", false, "new"), new Refused(["auc is 0.6, and the champion has 0.7"]), "digest")];
        var monitor = Monitor(m => m.Configure(o => o.CoolDown = TimeSpan.Zero).OnDrift(d => d.Run("retrain")));
        (await RunAsync(monitor)).Alerts.Single(a => a.Cause == "triggers/retrain refused").Status.Should().Be(AlertStatus.Sent);
        var open = (await Alerts.ListOpenAsync(cancellationToken: Stop)).Single(a => a.Alarm.Check == "triggers").Alarm;
        (open.Severity, open.Sentence).Should().Be((AlarmSeverity.Warning, "Run run-1 made a candidate that was refused: auc is 0.6, and the champion has 0.7"));
        (await RunAsync(monitor)).Alerts.Should().NotContain(a => a.Cause == "triggers/retrain refused" && a.Status == AlertStatus.Resolved, "the drift is still there, and answered");
        World.Log.Batches[0] = Numbers(500, 100, yShift: 100);
        Runner.Stages = [];
        Runner.Work = () => World.TrainAsync(Training(seed: 99));
        (await RunAsync(monitor)).Alerts.Single(a => a.Cause == "triggers/retrain refused").Status.Should().Be(AlertStatus.Resolved);
    }

    [Fact]
    public async Task A_refusal_is_over_when_nothing_asks_for_another_candidate()
    {
        await DriftAsync();
        Runner.Stages = [new("promote", StageStatus.Finished, TimeSpan.Zero, 1, new("promote", false, "new"), new Refused(["it is worse"]), "digest")];
        var monitor = Monitor();
        await RunAsync(monitor);
        World.Log.Batches[0] = Numbers(500, 0);
        (await RunAsync(monitor)).Alerts.Single(a => a.Cause == "triggers/retrain refused").Status.Should().Be(AlertStatus.Resolved);
    }

    [Fact]
    public async Task Alarms_about_pipelines_can_be_silenced()
    {
        var monitor = await FutileAsync(() => Alerts.SilenceAsync("*", "triggers/*", TimeSpan.FromDays(1), "ann", "known", Stop));
        (await RunAsync(monitor)).Alerts.Single(a => a.Cause == "triggers/retrain stopped").Reason.Should().StartWith("Silenced by ann");
    }

    [Fact]
    public void A_trigger_that_could_not_decide_does_not_say_that_all_is_well()
    {
        var failed = new TriggerResult("retrain", TriggerStatus.Failed, "the disk is gone");
        var stopped = TriggerAlarms.Stopped("retrain", "Retraining does not help.", 2, 2);
        TriggerAlarms.CanTell(stopped, [failed]).Should().BeFalse();
        TriggerAlarms.CanTell(stopped, [new("retrain", TriggerStatus.Ran, "It was time.") { Trigger = "schedule" }]).Should().BeFalse();
        TriggerAlarms.CanTell(stopped, []).Should().BeTrue("the monitor starts it no more");
    }

    [Fact]
    public async Task Runs_that_do_not_help_stop_the_pipeline_until_another_version_serves()
    {
        var monitor = await FutileAsync();
        await World.TrainAsync(Training(seed: 99));
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.Ran);
    }

    [Fact]
    public async Task A_pipeline_is_not_started_beyond_its_budget()
    {
        await DriftAsync();
        var monitor = Monitor(m => m.Configure(o => (o.CoolDown, o.MaxRuns, o.StopAfter) = (TimeSpan.Zero, 2, 100)).OnNewData(1, d => d.Run("retrain")));
        for (var day = 0; day < 2; day++) (await RunDayAsync(monitor, day)).Status.Should().Be(TriggerStatus.Ran);
        var held = await RunDayAsync(monitor, 2);
        (held.Status, held.Reason).Should().Be((TriggerStatus.Held, "The budget is spent: monitors started the pipeline 2 times within 7.00:00:00, and 2 times are allowed."));
        Time.Advance(TimeSpan.FromDays(7));
        (await RunDayAsync(monitor, 2)).Status.Should().Be(TriggerStatus.Ran);
    }

    [Fact]
    public async Task A_clock_that_went_back_does_not_lengthen_the_cool_down()
    {
        await DriftAsync();
        Time.AdjustTime(World.May.AddYears(3));
        var monitor = Monitor();
        await RunAsync(monitor);
        Time.AdjustTime(World.May);
        World.Log.Batches[0] = Numbers(500, 100, yShift: 100);
        (await RunAsync(monitor)).Triggers.Single().Reason.Should().Contain("cool-down");
        Time.AdjustTime(World.May.AddDays(1));
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.Ran);
    }

    [Fact]
    public async Task New_predictions_start_a_pipeline_when_there_are_enough_since_the_last_start()
    {
        await DriftAsync();
        var monitor = Monitor(m => m.Configure(o => o.CoolDown = TimeSpan.Zero).OnNewData(500, d => d.Run("retrain")));
        var ran = await RunDayAsync(monitor, 0);
        (ran.Status, ran.Trigger, ran.Reason).Should().Be((TriggerStatus.Ran, "data", "Started by 500 new predictions of version 1."));
        (await RunDayAsync(monitor, 0)).Status.Should().Be(TriggerStatus.NotNeeded);
        Runner.Requests.Single().Request.Trigger.Should().Be("data");
    }

    [Fact]
    public async Task Too_few_new_predictions_start_nothing()
    {
        await DriftAsync();
        (await RunDayAsync(Monitor(m => m.OnNewData(501, d => d.Run("retrain"))), 0)).Reason.Should().Be("There are less than 501 new predictions.");
    }

    [Fact]
    public async Task New_labels_start_a_pipeline_when_there_are_enough_since_the_last_start()
    {
        await DriftAsync();
        World.Log.Batches[0] = Labels(50, World.May.AddHours(20));
        var monitor = Monitor(m => m.Configure(o => o.CoolDown = TimeSpan.Zero).OnNewLabels(50, d => d.Run("retrain")));
        var ran = await RunDayAsync(monitor, 0);
        (ran.Status, ran.Trigger, ran.Reason).Should().Be((TriggerStatus.Ran, "labels", "Started by 50 new labels of version 1."));
        (await RunDayAsync(monitor, 0)).Reason.Should().Be("There are less than 50 new labels.");
        World.Log.Batches.Add(Labels(50, World.May.AddHours(30))); // late ones, of predictions of the first day
        (await RunDayAsync(monitor, 1)).Status.Should().Be(TriggerStatus.Ran);
        Runner.Requests.Select(r => r.Request.Trigger).Should().Equal("labels", "labels");
    }

    [Fact]
    public async Task A_schedule_starts_a_pipeline_once_for_each_of_its_moments()
    {
        await DriftAsync();
        var monitor = Monitor(m => m.Configure(o => o.CoolDown = TimeSpan.Zero).OnSchedule("0 12 * * *", d => d.Run("retrain")));
        (await RunDayAsync(monitor, 0)).Reason.Should().Be("Started by the schedule, due at 2001-05-01 12:00:00Z of version 1.");
        (await RunDayAsync(monitor, 0)).Status.Should().Be(TriggerStatus.NotNeeded);
        (await RunDayAsync(monitor, 1)).Status.Should().Be(TriggerStatus.Ran);
    }

    [Fact]
    public async Task A_window_that_another_host_has_run_meanwhile_is_not_run_again()
    {
        await DriftAsync();
        void Describe(MonitorBuilder m) => m.Configure(o => o.CoolDown = TimeSpan.Zero).OnSchedule("0 12 * * *", d => d.Run("retrain"));
        var store = new MonitorMemory();
        var late = Monitor(Describe, more: b => b.Use<IMonitorStore>(_ => store));
        var faster = Monitor(Describe, more: b => b.Use<IMonitorStore>(_ => store));
        void Interfere(string key)
        {
            if (!key.StartsWith("triggers/", StringComparison.Ordinal)) store.Interfere = Interfere;
            else RunDayAsync(faster, 0).GetAwaiter().GetResult(); // it begins and ends before the other has decided
        }

        store.Interfere = Interfere;
        (await RunDayAsync(late, 0)).Reason.Should().Be("The pipeline was started for this window already.");
        Runner.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task Alarms_of_the_hosts_choice_start_a_pipeline()
    {
        await DriftAsync();
        var monitor = Monitor(m => m.OnAlarm(a => a.Subject == "x", d => d.Run("retrain")).OnAlarm(a => a.Subject == "y", d => d.Run("retrain")).OnPerformanceDrop(d => d.Run("retrain")));
        (await RunAsync(monitor)).Triggers.Select(t => (t.Status, t.Reason)).Should().Equal(
            (TriggerStatus.Ran, "Started by alarms in x of version 1."), (TriggerStatus.NotNeeded, "There is no such alarm."), (TriggerStatus.NotNeeded, "Performance has not dropped."));
    }

    [Fact]
    public async Task Runs_are_remembered_with_what_came_of_them()
    {
        await DriftAsync();
        var monitor = Monitor();
        await RunAsync(monitor);
        await RunDayAsync(monitor, 1);
        var runs = await monitor.ListRunsAsync("flight-delay", Stop);
        runs.Select(r => r.From).Should().Equal(World.May.AddDays(1), World.May);
        (runs[1].Version, runs[1].Rows, runs[1].Error).Should().Be((1, 500L, null));
        runs[1].Triggers.Single().Should().StartWith("retrain: Ran.");
    }

    [Fact]
    public async Task A_run_that_fails_is_remembered_with_why()
    {
        var monitor = Monitor();
        await monitor.Awaiting(m => RunAsync(m)).Should().ThrowAsync<NotFoundException>();
        var run = (await monitor.ListRunsAsync("flight-delay", Stop)).Single();
        (run.Version, run.Triggers.Count).Should().Be((null, 0));
        run.Error.Should().Contain("flight-delay");
    }

    [Fact]
    public async Task AStore_that_cannot_be_read_starts_nothing_and_is_reported()
    {
        await DriftAsync();
        var monitor = Monitor(more: b => b.Use<IMonitorStore>(_ => new MonitorMemory { Error = new StoreException("the disk is gone") }));
        var failed = (await RunAsync(monitor)).Triggers.Single();
        (failed.Status, failed.Reason).Should().Be((TriggerStatus.Failed, "Whether to start it could not be decided: the disk is gone"));
        Runner.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task What_no_monitor_starts_cannot_be_reset()
    {
        await Monitor().Awaiting(m => m.ResetTriggerAsync("other", Stop)).Should().ThrowAsync<ArgumentException>().WithMessage("*'other'*retrain*");
    }

    [Fact]
    public void Triggers_that_make_no_sense_are_refused()
    {
        var builder = new ServiceCollection().AddMlOpsCore();
        builder.Invoking(b => b.AddMonitor("a", m => m.OnSchedule("soon", d => d.Run("p")))).Should().Throw<ArgumentException>().WithMessage("*'soon'*");
        builder.Invoking(b => b.AddMonitor("b", m => m.OnNewData(0, d => d.Run("p")))).Should().Throw<ArgumentException>();
        builder.Invoking(b => b.AddMonitor("c", m => m.OnNewLabels(-1, d => d.Run("p")))).Should().Throw<ArgumentException>();
        builder.Invoking(b => b.AddMonitor("d", m => m.OnNewData(1, d => d.Run("p")).OnNewData(2, d => d.Run("p")))).Should().Throw<ArgumentException>().WithMessage("*already*");
    }

    private sealed record Refused(IReadOnlyList<string> Refusals) : IRefusals;

    private static Apache.Arrow.RecordBatch Labels(int rows, DateTimeOffset knownAt) => new Table()
        .Add("x", Enumerable.Range(0, rows).Select(i => (double)i))
        .Add(PredictionColumns.Truth, Enumerable.Range(0, rows).Select(i => i % 2.0))
        .Add(PredictionColumns.TruthTime, Enumerable.Repeat(knownAt, rows))
        .ToBatch();

    // Two runs that left the version in its place, and as many are enough.
    private async Task<IModelMonitor> FutileAsync(Func<Task>? prepare = null)
    {
        await DriftAsync();
        var monitor = Monitor(m => m.Configure(o => (o.CoolDown, o.StopAfter) = (TimeSpan.Zero, 2)).OnDrift(d => d.Run("retrain")));
        if (prepare is not null) await prepare();
        await RunAsync(monitor);
        World.Log.Batches[0] = Numbers(500, 100, yShift: 100);
        (await RunAsync(monitor)).Triggers.Single().Alarm.Should().NotBeNull();
        return monitor;
    }
}
