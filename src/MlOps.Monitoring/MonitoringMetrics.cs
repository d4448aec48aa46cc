using System.Diagnostics;
using System.Diagnostics.Metrics;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>What this room measures and traces.</summary>
internal sealed class MonitoringMetrics : IDisposable
{
    private static readonly ActivitySource Source = new(Telemetry.Monitoring);
    private readonly Meter _meter;
    private readonly Counter<long> _logged;
    private readonly Counter<long> _dropped;
    private readonly Gauge<double> _drift;
    private readonly Gauge<double> _multivariate;

    public MonitoringMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(Telemetry.Monitoring) ?? new Meter(Telemetry.Monitoring);
        _logged = _meter.CreateCounter<long>(Telemetry.PredictionsLogged, "{prediction}", "Predictions that were logged.");
        _dropped = _meter.CreateCounter<long>(Telemetry.PredictionsDropped, "{prediction}", "Predictions that the log dropped.");
        _drift = _meter.CreateGauge<double>(Telemetry.DriftScore, description: "The population stability index of the last comparison.");
        _multivariate = _meter.CreateGauge<double>(Telemetry.MultivariateDrift, description: "How far rows as wholes were from the training data at the last comparison.");
    }

    public static Activity? Start(string monitor, string model) => Source.StartActivity("compare")?.SetTag("monitor", monitor).SetTag("model", model);

    public void Logged(string model, int rows) => _logged.Add(rows, new KeyValuePair<string, object?>("model", model));

    public void Dropped(string model, int rows) => _dropped.Add(rows, new KeyValuePair<string, object?>("model", model));

    public void Drift(string model, string column, double psi) =>
        _drift.Record(psi, new KeyValuePair<string, object?>("model", model), new KeyValuePair<string, object?>("column", column));

    public void Multivariate(string model, string statistic, string subject, double value) => _multivariate.Record(
        value, new KeyValuePair<string, object?>("model", model), new KeyValuePair<string, object?>("statistic", statistic), new KeyValuePair<string, object?>("subject", subject));

    public void Dispose() => _meter.Dispose();
}
