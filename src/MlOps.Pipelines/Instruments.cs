using System.Diagnostics;
using System.Diagnostics.Metrics;
using MlOps.Core;

namespace MlOps.Pipelines;

internal static class Instruments
{
    public static readonly ActivitySource Activities = new(Telemetry.Pipelines);
    private static readonly Meter Meter = new(Telemetry.Pipelines);
    private static readonly Histogram<double> StageDuration = Meter.CreateHistogram<double>(Telemetry.StageDuration, "s", "How long a stage took.");
    private static readonly Histogram<double> RunDuration = Meter.CreateHistogram<double>(Telemetry.RunDuration, "s", "How long a run took.");

    public static void Stage(string pipeline, string stage, StageStatus status, TimeSpan elapsed) => StageDuration.Record(
        elapsed.TotalSeconds, new("pipeline", pipeline), new("stage", stage), new KeyValuePair<string, object?>("status", Name(status)));

    public static void Run(string pipeline, RunStatus status, TimeSpan elapsed) =>
        RunDuration.Record(elapsed.TotalSeconds, new("pipeline", pipeline), new KeyValuePair<string, object?>("status", Name(status)));

    public static string Name(StageStatus status) => status switch
    {
        StageStatus.Finished => "finished",
        StageStatus.Cached => "cached",
        StageStatus.Failed => "failed",
        _ => "skipped",
    };

    public static string Name(RunStatus status) => status switch
    {
        RunStatus.Finished => "finished",
        RunStatus.Failed => "failed",
        RunStatus.Killed => "killed",
        _ => "running",
    };
}
