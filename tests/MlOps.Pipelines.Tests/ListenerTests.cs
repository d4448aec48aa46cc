using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Pipelines.Tests;

public sealed class ListenerTests
{
    private readonly Ear _ear = new();

    [Fact]
    public async Task A_run_and_each_of_its_stages_start_and_end_once()
    {
        await using var host = Host(p => p.Start(new Give(1)).Then(new Plus(2)));
        await host.RunAsync();

        _ear.Told.Should().Equal("Started", "Started give", "Finished give", "Started plus", "Finished plus", "Finished");
    }

    [Fact]
    public async Task Stages_that_are_taken_from_the_cache_are_told_as_well()
    {
        await using var host = Host(p => p.Start(new Give(1)));
        await host.RunAsync();
        _ear.Events.Clear();
        await host.RunAsync();

        _ear.Told.Should().Equal("Started", "Started give", "Finished give", "Finished");
        _ear.Events.ElementAt(2).Cache!.IsHit.Should().BeTrue();
    }

    [Fact]
    public async Task A_failure_is_told_with_its_error_and_what_was_skipped_is_not()
    {
        await using var host = Host(p => p.Start(new Take("raw")).Then(new SplitOne()).Then(new Break()).Then(new Plus(1)));
        await FluentActions.Awaiting(() => host.RunAsync()).Should().ThrowAsync<StageFailedException>();

        _ear.Told.Should().EndWith(["Started break", "Failed break", "Failed"]);
        _ear.Events.Last().Error!.Message.Should().Be("It broke.");
    }

    [Fact]
    public async Task A_cancelled_run_and_its_stage_are_killed()
    {
        using var cancel = new CancellationTokenSource();
        await using var host = Host(
            p => p.Start<Doing, Number>(),
            s => s.AddSingleton(new Work(async (_, token) =>
            {
                await cancel.CancelAsync();
                await Task.Delay(Timeout.Infinite, token);
                return 1;
            })));
        await FluentActions.Awaiting(() => host.Runner.RunAsync("test", null, cancel.Token)).Should().ThrowAsync<OperationCanceledException>();

        _ear.Told.Should().Equal("Started", "Started doing", "Killed doing", "Killed");
    }

    [Fact]
    public async Task The_datasets_sources_models_and_quality_of_a_run_are_told()
    {
        await using var host = Host(p => p.Start(new Take("raw")).Then(new SplitOne()).Then(new Learn()).Then(new Publish(null)));
        await host.RunAsync(new() { ScheduledFor = DateTimeOffset.UnixEpoch });

        var take = _ear.Events.Single(e => e.Stage?.Name == "take" && e.Kind == RunEventKind.Finished);
        take.Sources.Should().Equal(new DatasetOrigin("csv", "flights.csv"));
        var split = _ear.Events.Single(e => e.Stage?.Name == "split-one" && e.Kind == RunEventKind.Finished);
        split.Inputs.Should().ContainSingle().Which.Data.Name.Should().Be("raw");
        split.Outputs.Select(o => o.Part).Should().Equal("training", "validation", "holdout");
        split.Quality.Should().ContainSingle().Which.Checks.Should().ContainSingle();
        var end = _ear.Events.Last();
        end.Sources.Should().ContainSingle();
        end.Outputs.Should().HaveCount(4);
        end.Models.Should().ContainSingle().Which.Version.Should().Be(1);
        end.ScheduledFor.Should().Be(DateTimeOffset.UnixEpoch);
        end.Tags.Should().ContainKey("mlops.trigger");
    }

    [Fact]
    public async Task A_listener_that_throws_does_not_disturb_the_run_or_another_listener()
    {
        await using var host = Host(p => p.Start(new Give(1)), s => s.AddSingleton<IRunListener>(new Deaf()));
        (await host.RunAsync()).Status.Should().Be(RunStatus.Finished);
        _ear.Events.Should().HaveCount(4);
    }

    private PipelineHost Host(Action<PipelineBuilder> define, Action<IServiceCollection>? configure = null) => new(define, configure: s =>
    {
        configure?.Invoke(s);
        s.AddSingleton<IRunListener>(_ear);
    });

    private sealed class Ear : IRunListener
    {
        public ConcurrentQueue<RunEvent> Events { get; } = new();

        public IEnumerable<string> Told => Events.Select(e => e.Stage is null ? $"{e.Kind}" : $"{e.Kind} {e.Stage.Name}");

        public void OnRunEvent(RunEvent happened) => Events.Enqueue(happened);
    }

    private sealed class Deaf : IRunListener
    {
        public void OnRunEvent(RunEvent happened) => throw new InvalidOperationException("What?");
    }
}
