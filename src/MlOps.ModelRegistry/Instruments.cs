using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>What this room measures and traces.</summary>
internal static class Instruments
{
    private static readonly ActivitySource Activities = new(Telemetry.ModelRegistry);
    private static readonly Meter Meter = new(Telemetry.ModelRegistry);
    private static readonly Histogram<double> LoadDuration = Meter.CreateHistogram<double>(Telemetry.ModelLoadDuration, "s", "How long it took to load and verify a model.");

    public static Activity? Start(ModelVersion version) => Activities.StartActivity("load")?.SetTag("model", version.Model).SetTag("version", version.Version.ToString(CultureInfo.InvariantCulture));

    public static void Loaded(Activity? activity, ModelVersion version, TimeSpan elapsed, Exception? error = null)
    {
        if (error is not null) activity?.SetStatus(ActivityStatusCode.Error, error.GetType().Name);
        LoadDuration.Record(
            elapsed.TotalSeconds, new("model", version.Model), new("version", version.Version.ToString(CultureInfo.InvariantCulture)), new KeyValuePair<string, object?>("status", error is null ? "ok" : "failed"));
    }
}
