using System.Collections.Concurrent;
using MlOps.Core;
using Spectre.Console;

namespace FlightDelays;

/// <summary>Shows how a run goes on: as bars on a terminal, as plain lines where the output is redirected.</summary>
internal static class PipelineScreen
{
    public static Task<PipelineRun> RunAsync(Func<IProgress<PipelineProgress>, Task<PipelineRun>> run) =>
        Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive
            ? run(new Lines())
            : AnsiConsole.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new ElapsedTimeColumn(), new SpinnerColumn())
                .StartAsync(screen => run(new Bars(screen)));

    private sealed class Lines : IProgress<PipelineProgress>
    {
        public void Report(PipelineProgress value)
        {
            if (value.Event is StageEvent.Started or StageEvent.Progressed) return;
            Console.WriteLine($"  {value.Stage}: {value.Event.ToString().ToLowerInvariant()} after {value.Elapsed.TotalSeconds:0.0} s {value.Message}".TrimEnd());
        }
    }

    private sealed class Bars(ProgressContext screen) : IProgress<PipelineProgress>
    {
        private readonly ConcurrentDictionary<string, ProgressTask> _tasks = new();

        public void Report(PipelineProgress value)
        {
            var task = _tasks.GetOrAdd(value.Stage, stage => screen.AddTask(Markup.Escape(stage), maxValue: 1));
            task.IsIndeterminate = value is { Event: StageEvent.Started or StageEvent.Progressed, Fraction: null };
            if (value.Fraction is { } fraction) task.Value = fraction;
            task.Description = Markup.Escape(value.Message is { Length: > 0 } message && value.Event == StageEvent.Progressed ? $"{value.Stage}: {message}" : value.Stage);
            if (value.Event is StageEvent.Finished or StageEvent.Cached)
            {
                task.Value = 1;
                task.StopTask();
            }
        }
    }
}
