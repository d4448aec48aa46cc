using System.Diagnostics;
using System.Diagnostics.Metrics;
using MlOps.Core;

namespace MlOps.Training;

/// <summary>What this room measures and traces.</summary>
internal static class Instruments
{
    private static readonly ActivitySource Activities = new(Telemetry.Training);
    private static readonly Meter Meter = new(Telemetry.Training);
    private static readonly Histogram<double> TrialDuration = Meter.CreateHistogram<double>(Telemetry.TrialDuration, "s", "How long a trial took.");

    public static Activity? Start(string trainer, int trial) => Activities.StartActivity("trial")?.SetTag("trainer", trainer).SetTag("trial", trial);

    public static void Tried(Activity? activity, string trainer, TimeSpan elapsed, Exception? error = null)
    {
        if (error is not null) activity?.SetStatus(ActivityStatusCode.Error, error.GetType().Name);
        TrialDuration.Record(elapsed.TotalSeconds, new("trainer", trainer), new KeyValuePair<string, object?>("status", error is null ? "ok" : "failed"));
    }
}
