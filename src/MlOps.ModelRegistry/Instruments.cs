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

    private static readonly Counter<long> GateDecisions = Meter.CreateCounter<long>(Telemetry.GateDecisions, "{decision}", "How often a declared gate was asked.");
    private static readonly Counter<long> WebhookDeliveries = Meter.CreateCounter<long>(Telemetry.WebhookDeliveries, "{delivery}", "How often a webhook was told of an entry of the history.");

    public static void Gate(string model, string alias, bool passes) => GateDecisions.Add(1, new("model", model), new("alias", alias), new KeyValuePair<string, object?>("status", passes ? "passed" : "refused"));

    public static void Webhook(string name, string status) => WebhookDeliveries.Add(1, new("webhook", name), new KeyValuePair<string, object?>("status", status));

    public static Activity? Start(ModelVersion version) => Activities.StartActivity("load")?.SetTag("model", version.Model).SetTag("version", version.Version.ToString(CultureInfo.InvariantCulture));

    public static void Loaded(Activity? activity, ModelVersion version, TimeSpan elapsed, Exception? error = null)
    {
        if (error is not null) activity?.SetStatus(ActivityStatusCode.Error, error.GetType().Name);
        LoadDuration.Record(
            elapsed.TotalSeconds, new("model", version.Model), new("version", version.Version.ToString(CultureInfo.InvariantCulture)), new KeyValuePair<string, object?>("status", error is null ? "ok" : "failed"));
    }
}
