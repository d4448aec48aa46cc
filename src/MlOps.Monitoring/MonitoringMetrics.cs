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
    private readonly Counter<long> _unprotected;
    private readonly Counter<long> _recovered;
    private readonly Gauge<double> _drift;
    private readonly Counter<long> _runs;
    private readonly Histogram<double> _runDuration;
    private readonly Counter<long> _triggers;
    private readonly Gauge<double> _multivariate;
    private readonly Gauge<double> _performance;
    private readonly Gauge<double> _coverage;
    private readonly Gauge<double> _latency;
    private readonly Gauge<int> _open;
    private readonly Counter<long> _alarms;
    private readonly Counter<long> _suppressed;
    private readonly Counter<long> _alerts;
    private long _droppedRows;

    public MonitoringMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(Telemetry.Monitoring) ?? new Meter(Telemetry.Monitoring);
        _logged = _meter.CreateCounter<long>(Telemetry.PredictionsLogged, "{prediction}", "Predictions that were logged.");
        _dropped = _meter.CreateCounter<long>(Telemetry.PredictionsDropped, "{prediction}", "Predictions that the log dropped.");
        _unprotected = _meter.CreateCounter<long>(Telemetry.PredictionsUnprotected, "{prediction}", "Predictions that would be lost with the process, because no file could be written for them.");
        _recovered = _meter.CreateCounter<long>(Telemetry.PredictionsRecovered, "{prediction}", "Predictions of a killed process that were recovered.");
        _runs = _meter.CreateCounter<long>(Telemetry.MonitorRuns, "{run}", "Runs of monitors.");
        _runDuration = _meter.CreateHistogram<double>(Telemetry.MonitorDuration, "s", "How long runs of monitors took.");
        _triggers = _meter.CreateCounter<long>(Telemetry.MonitorTriggers, "{decision}", "What monitors did with the pipelines that they may start.");
        _drift = _meter.CreateGauge<double>(Telemetry.DriftScore, description: "The population stability index of the last comparison.");
        _multivariate = _meter.CreateGauge<double>(Telemetry.MultivariateDrift, description: "How far rows as wholes were from the training data at the last comparison.");
        _performance = _meter.CreateGauge<double>(Telemetry.ModelPerformance, description: "The last known value of a metric.");
        _coverage = _meter.CreateGauge<double>(Telemetry.LabelCoverage, "1", "The share of the last window that is labelled.");
        _latency = _meter.CreateGauge<double>(Telemetry.ServedLatency, "s", "The latency of predictions in the last chunk that has some.");
        _open = _meter.CreateGauge<int>(Telemetry.OpenAlarms, "{alarm}", "Alarms of a monitor that are open.");
        _alarms = _meter.CreateCounter<long>(Telemetry.Alarms, "{alarm}", "Alarms that runs of a monitor found.");
        _suppressed = _meter.CreateCounter<long>(Telemetry.AlarmsSuppressed, "{alarm}", "Alarms that nobody was told of again.");
        _alerts = _meter.CreateCounter<long>(Telemetry.Alerts, "{message}", "Messages to alert sinks.");
    }

    /// <summary>Gets how many predictions this process has dropped.</summary>
    public long DroppedRows => Interlocked.Read(ref _droppedRows);

    public static Activity? Start(string monitor, string model) => Source.StartActivity("compare")?.SetTag("monitor", monitor).SetTag("model", model);

    /// <summary>Is raised with the model and the rows when predictions are in the store.</summary>
    public event Action<string, int>? PredictionsStored;

    public void Logged(string model, int rows, int answers)
    {
        _logged.Add(rows, new KeyValuePair<string, object?>("model", model));
        PredictionsStored?.Invoke(model, answers);
    }

    public void MonitorRan(string monitor, string status, TimeSpan duration)
    {
        var tags = new TagList { { "monitor", monitor }, { "status", status } };
        _runs.Add(1, tags);
        _runDuration.Record(duration.TotalSeconds, tags);
    }

    public void Triggered(string monitor, string pipeline, TriggerStatus status) => _triggers.Add(1, new TagList { { "monitor", monitor }, { "pipeline", pipeline }, { "status", status.ToString() } });

    public void Dropped(string model, int rows)
    {
        Interlocked.Add(ref _droppedRows, rows);
        _dropped.Add(rows, new KeyValuePair<string, object?>("model", model));
    }

    public void Unprotected(string model, int rows) => _unprotected.Add(rows, new KeyValuePair<string, object?>("model", model));

    public void Recovered(long rows) => _recovered.Add(rows);

    public void Drift(string model, string column, double psi) =>
        _drift.Record(psi, new KeyValuePair<string, object?>("model", model), new KeyValuePair<string, object?>("column", column));

    public void Multivariate(string model, string statistic, string subject, double value) => _multivariate.Record(
        value, new KeyValuePair<string, object?>("model", model), new KeyValuePair<string, object?>("statistic", statistic), new KeyValuePair<string, object?>("subject", subject));

    public void Performance(string model, string metric, string kind, double value) =>
        _performance.Record(value, new KeyValuePair<string, object?>("model", model), new KeyValuePair<string, object?>("metric", metric), new KeyValuePair<string, object?>("kind", kind));

    public void Coverage(string model, double share)
    {
        if (!double.IsNaN(share)) _coverage.Record(share, new KeyValuePair<string, object?>("model", model));
    }

    public void Latency(string model, string version, string quantile, double seconds)
    {
        if (!double.IsNaN(seconds)) _latency.Record(seconds, new KeyValuePair<string, object?>("model", model), new KeyValuePair<string, object?>("version", version), new KeyValuePair<string, object?>("quantile", quantile));
    }

    public void OpenAlarms(string monitor, AlarmSeverity severity, int count) =>
        _open.Record(count, new KeyValuePair<string, object?>("monitor", monitor), new KeyValuePair<string, object?>("severity", severity.ToString()));

    public void Alarm(string monitor, AlarmKind kind) => _alarms.Add(1, new KeyValuePair<string, object?>("monitor", monitor), new KeyValuePair<string, object?>("kind", kind.ToString()));

    public void Suppressed(string monitor, int count) => _suppressed.Add(count, new KeyValuePair<string, object?>("monitor", monitor));

    public void Alert(string sink, string outcome) => _alerts.Add(1, new KeyValuePair<string, object?>("sink", sink), new KeyValuePair<string, object?>("outcome", outcome));

    public void Dispose() => _meter.Dispose();
}
