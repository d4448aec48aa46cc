using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

public sealed class DatasetTriggerTests : TriggerTest
{
    private static readonly LineageNode Source = new(LineageKind.Source, "parquet:flights.parquet");

    [Fact]
    public async Task A_new_version_of_a_dataset_starts_a_pipeline_once()
    {
        await TrainOnAsync("a");
        var monitor = Watch();
        (await RunAsync(monitor)).Triggers.Single().Reason.Should().Be("There is no new version of dataset 'flights'.");
        await AcquireAsync("b");
        var ran = (await RunAsync(monitor)).Triggers.Single();
        (ran.Status, ran.Trigger, ran.Reason).Should().Be((TriggerStatus.Ran, "data", "Started by dataset flights (b), newer than the data of version 1."));
        Time.Advance(TimeSpan.FromDays(30));
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.NotNeeded);
        Runner.Requests.Single().Request.Trigger.Should().Be("data");
    }

    [Fact]
    public async Task The_same_rows_acquired_again_are_no_new_version()
    {
        await TrainOnAsync("a");
        await AcquireAsync("b");
        var monitor = Watch();
        await RunAsync(monitor);
        await AcquireAsync("a");
        await AcquireAsync("b");
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.NotNeeded);
    }

    [Fact]
    public async Task What_a_version_of_the_model_has_learned_from_is_not_new_whoever_trained_it()
    {
        await TrainOnAsync("a");
        await AcquireAsync("b");
        await Lineage.RecordAsync(
            [
                new(Dataset("b"), LineageNode.Dataset("b-training"), LineageRelations.Derived, World.May),
                new(LineageNode.Dataset("b-training"), LineageNode.Run("by-hand"), LineageRelations.LearnedFrom, World.May),
                new(LineageNode.Run("by-hand"), LineageNode.ModelVersion("flight-delay", 2), LineageRelations.Registered, World.May),
            ],
            Stop);
        (await RunAsync(Watch())).Triggers.Single().Status.Should().Be(TriggerStatus.NotNeeded);
    }

    [Fact]
    public async Task What_another_model_has_learned_from_is_new()
    {
        await TrainOnAsync("a");
        await AcquireAsync("b");
        await Lineage.RecordAsync([new(Dataset("b"), LineageNode.ModelVersion("flight-delay-2", 1), LineageRelations.LearnedFrom, World.May)], Stop);
        (await RunAsync(Watch())).Triggers.Single().Status.Should().Be(TriggerStatus.Ran);
    }

    [Fact]
    public async Task What_the_pipeline_acquires_itself_starts_it_no_further_time()
    {
        await TrainOnAsync("a");
        await AcquireAsync("b");
        Runner.Work = () => Lineage.RecordAsync(
            [new(Source, Dataset("c"), LineageRelations.Acquired, World.May), new(Dataset("c"), LineageNode.Run("run-1"), LineageRelations.LearnedFrom, World.May)], Stop);
        var monitor = Watch();
        await RunAsync(monitor);
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.NotNeeded);
    }

    [Fact]
    public async Task Another_champion_does_not_make_a_version_new_again()
    {
        await TrainOnAsync("a");
        await AcquireAsync("b");
        var monitor = Watch();
        await RunAsync(monitor);
        await World.TrainAsync(Training(seed: 99));
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.NotNeeded);
    }

    [Fact]
    public async Task A_pipeline_that_failed_is_started_again_for_the_same_version()
    {
        await TrainOnAsync("a");
        await AcquireAsync("b");
        Runner.Error = new DataException("no rows");
        var monitor = Watch();
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.Failed);
        Runner.Error = null;
        (await RunAsync(monitor)).Triggers.Single().Status.Should().Be(TriggerStatus.Ran);
    }

    [Fact]
    public async Task A_version_that_comes_within_the_cool_down_is_not_forgotten()
    {
        await TrainOnAsync("a");
        await AcquireAsync("b");
        var monitor = Watch(TimeSpan.FromDays(1));
        await RunAsync(monitor);
        await AcquireAsync("c");
        (await RunAsync(monitor)).Triggers.Single().Reason.Should().Contain("cool-down");
        Time.Advance(TimeSpan.FromDays(1));
        (await RunAsync(monitor)).Triggers.Single().Reason.Should().Contain("flights (c)");
    }

    [Fact]
    public async Task Two_hosts_start_a_pipeline_once_for_a_version()
    {
        await TrainOnAsync("a");
        await AcquireAsync("b");
        IModelMonitor[] hosts = [Watch(), Watch()];
        var results = await Task.WhenAll(hosts.Select(h => RunAsync(h)));
        await RunAsync(hosts[0]);
        await RunAsync(hosts[1]);
        results.Count(r => r.Triggers.Single().Status == TriggerStatus.Ran).Should().Be(1);
        Runner.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task One_monitor_looks_at_predictions_and_several_datasets_for_one_pipeline()
    {
        await TrainOnAsync("a");
        await AcquireAsync("w", "weather");
        var result = await RunAsync(Monitor(m => m.OnNewData(10_000, d => d.Run("retrain")).OnNewData("flights", d => d.Run("retrain")).OnNewData("weather", d => d.Run("retrain"))));
        result.Triggers.Select(t => t.Status).Should().Equal(TriggerStatus.NotNeeded, TriggerStatus.NotNeeded, TriggerStatus.Ran);
    }

    [Fact]
    public async Task A_dataset_that_nobody_has_acquired_starts_nothing()
    {
        await DriftAsync();
        (await RunAsync(Watch())).Triggers.Single().Status.Should().Be(TriggerStatus.NotNeeded);
    }

    [Fact]
    public async Task A_host_without_lineage_does_not_start()
    {
        using var host = CreateHost(m => m.OnNewData("flights", d => d.Run("retrain")), withLineage: false);
        (await FluentActions.Awaiting(() => host.StartAsync(Stop)).Should().ThrowAsync<OptionsValidationException>()).WithMessage("*ILineageStore*");
    }

    [Fact]
    public void A_dataset_needs_a_name_and_is_watched_once_for_a_pipeline()
    {
        var builder = new ServiceCollection().AddMlOpsCore();
        builder.Invoking(b => b.AddMonitor("a", m => m.OnNewData(" ", d => d.Run("p")))).Should().Throw<ArgumentException>();
        builder.Invoking(b => b.AddMonitor("b", m => m.OnNewData("x", d => d.Run("p")).OnNewData("x", d => d.Run("p")))).Should().Throw<ArgumentException>().WithMessage("*already*");
    }

    private IModelMonitor Watch(TimeSpan coolDown = default) => Monitor(m => m.Configure(o => o.CoolDown = coolDown).OnNewData("flights", d => d.Run("retrain")));

    private async Task TrainOnAsync(string fingerprint)
    {
        await DriftAsync();
        await AcquireAsync(fingerprint);
        await Lineage.RecordAsync([new(Dataset(fingerprint), LineageNode.ModelVersion("flight-delay", 1), LineageRelations.LearnedFrom, World.May)], Stop);
    }

    private Task AcquireAsync(string fingerprint, string name = "flights") => Lineage.RecordAsync([new(Source, Dataset(fingerprint, name), LineageRelations.Acquired, World.May)], Stop);

    private static LineageNode Dataset(string fingerprint, string name = "flights") => LineageNode.Dataset(fingerprint) with { Name = name };
}
