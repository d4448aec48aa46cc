namespace MlOps.Core;

/// <summary>The names under which MlOps.Sdk measures and traces. Each room has one meter and one activity source, named as the room.</summary>
/// <remarks>Times are in seconds and sizes in bytes. Tags never hold entity keys or feature values.</remarks>
public static class Telemetry
{
    /// <summary>The meter and activity source of MlOps.Pipelines.</summary>
    public const string Pipelines = "MlOps.Pipelines";

    /// <summary>The meter and activity source of MlOps.Data.</summary>
    public const string Data = "MlOps.Data";

    /// <summary>The meter and activity source of MlOps.DataValidation.</summary>
    public const string DataValidation = "MlOps.DataValidation";

    /// <summary>The meter and activity source of MlOps.FeatureStore.</summary>
    public const string FeatureStore = "MlOps.FeatureStore";

    /// <summary>The meter of MlOps.MetadataStore.</summary>
    public const string MetadataStore = "MlOps.MetadataStore";

    /// <summary>The meter and activity source of MlOps.Training.</summary>
    public const string Training = "MlOps.Training";

    /// <summary>The meter and activity source of MlOps.ModelRegistry.</summary>
    public const string ModelRegistry = "MlOps.ModelRegistry";

    /// <summary>The meter and activity source of MlOps.Serving.</summary>
    public const string Serving = "MlOps.Serving";

    /// <summary>The meter and activity source of MlOps.Monitoring.</summary>
    public const string Monitoring = "MlOps.Monitoring";

    /// <summary>Histogram, seconds, tags pipeline, stage and status: how long a stage took.</summary>
    public const string StageDuration = "mlops.stage.duration";

    /// <summary>Histogram, seconds, tags pipeline and status: how long a run took.</summary>
    public const string RunDuration = "mlops.run.duration";

    /// <summary>Counter, rows, tag source: how many rows were acquired.</summary>
    public const string RowsAcquired = "mlops.data.rows";

    /// <summary>Histogram, seconds, tags suite and status: how long it took to validate some data.</summary>
    public const string ValidationDuration = "mlops.validation.duration";

    /// <summary>Counter, rows, tags suite and verdict: how many rows of datasets and streams were judged.</summary>
    public const string RowsValidated = "mlops.validation.rows";

    /// <summary>Counter, events, tag view: how many events of a feature view have no event time.</summary>
    public const string EventsPutAside = "mlops.features.events_put_aside";

    /// <summary>Histogram, seconds, tags service and status: how long it took to read features of entities online.</summary>
    public const string OnlineReadDuration = "mlops.online_read.duration";

    /// <summary>Counter, values, tags view and status: what became of the values that were read online.</summary>
    public const string OnlineValues = "mlops.online_read.values";

    /// <summary>Counter, values, tags model, feature and status: served values that were compared with what a training set says.</summary>
    public const string ConsistencyValues = "mlops.feature_consistency.values";

    /// <summary>Histogram, seconds, tags view and status: how long it took to bring one feature view to the online store.</summary>
    public const string MaterializationDuration = "mlops.materialization.duration";

    /// <summary>Counter, entities, tags view and by (materialize or push): how many entities were written to the online store.</summary>
    public const string EntitiesMaterialized = "mlops.materialization.entities";

    /// <summary>Counter, rows, tags view, verdict (refused or flagged) and at (write or read): how many rows guards of features objected to.</summary>
    public const string FeatureRowsGuarded = "mlops.features.guarded";

    /// <summary>Histogram, seconds, tags trainer and status: how long it took to train and judge one choice of hyperparameters.</summary>
    public const string TrialDuration = "mlops.trial.duration";

    /// <summary>Counter: how many metrics, parameters, tags and inputs a buffered logger has written to the record of a run.</summary>
    public const string RunLogWritten = "mlops.run_log.written";

    /// <summary>Counter: how many a buffered logger has lost, because its queue was full or the store refused them.</summary>
    public const string RunLogLost = "mlops.run_log.lost";

    /// <summary>Counter, tag sink: how many OpenLineage events were sent.</summary>
    public const string OpenLineageSent = "mlops.openlineage.sent";

    /// <summary>Counter, tag sink: how many OpenLineage events were lost, because the sink could not take them or the queue before it was full.</summary>
    public const string OpenLineageLost = "mlops.openlineage.lost";

    /// <summary>Histogram, seconds, tags model, version and status: how long it took to load and verify a registered model.</summary>
    public const string ModelLoadDuration = "mlops.model.load.duration";

    /// <summary>Counter, decisions, tags model, alias and status: how often a gate that was declared for an alias was asked.</summary>
    public const string GateDecisions = "mlops.gate.decisions";

    /// <summary>Counter, deliveries, tags webhook and status: how often a webhook was told of an entry of the history.</summary>
    public const string WebhookDeliveries = "mlops.webhook.deliveries";

    /// <summary>Histogram, seconds, tags model, version, caller and status: how long a request for predictions took.</summary>
    public const string PredictionDuration = "mlops.prediction.duration";

    /// <summary>Counter, rows, tags model and version: how many rows of requests were answered although a guard found them odd.</summary>
    public const string InputsFlagged = "mlops.input.flagged";

    /// <summary>Counter, tags model and from and to version: how often a serving model was swapped.</summary>
    public const string ModelSwaps = "mlops.model.swaps";

    /// <summary>Counter, tags model, version and status (ok, failed): how many rows of datasets were scored.</summary>
    public const string RowsScored = "mlops.batch.rows";

    /// <summary>Counter, tags model and status (ok, refused, failed, dropped): what became of the requests that were meant for a shadow.</summary>
    public const string ShadowRequests = "mlops.shadow.requests";

    /// <summary>Counter, tags model, version, champion and verdict (agrees, differs): how many rows a shadow predicted, and whether it said the same as the answer.</summary>
    public const string ShadowRows = "mlops.shadow.rows";

    /// <summary>Counter, tag model: how many predictions were logged.</summary>
    public const string PredictionsLogged = "mlops.prediction_log.written";

    /// <summary>Counter, tag model: how many predictions were dropped because the queue was full or the store refused them.</summary>
    public const string PredictionsDropped = "mlops.prediction_log.dropped";

    /// <summary>Counter, tag model: how many predictions waited in memory, because no file could be written for them.</summary>
    public const string PredictionsUnprotected = "mlops.prediction_log.unprotected";

    /// <summary>Counter: how many predictions were recovered that a killed process had left.</summary>
    public const string PredictionsRecovered = "mlops.prediction_log.recovered";

    /// <summary>Gauge, tags model and column: the population stability index of the last comparison.</summary>
    public const string DriftScore = "mlops.drift.psi";

    /// <summary>Gauge, tags model, statistic (roc_auc, reconstruction_error, mmd2) and subject: how far rows as wholes were from the training data at the last comparison.</summary>
    public const string MultivariateDrift = "mlops.drift.multivariate";

    /// <summary>Gauge, tags model, metric and kind (estimated or realized): the last known value of a metric of all rows.</summary>
    public const string ModelPerformance = "mlops.performance.value";

    /// <summary>Gauge, share, tag model: how much of the last window is labelled.</summary>
    public const string LabelCoverage = "mlops.performance.label_coverage";

    /// <summary>Gauge, seconds, tags model, version and quantile (0.5, 0.95, 0.99): the latency of predictions in the last chunk that has some.</summary>
    public const string ServedLatency = "mlops.operations.latency";

    /// <summary>Counter, tags monitor and status (finished, failed): how often a monitor ran.</summary>
    public const string MonitorRuns = "mlops.monitor.runs";

    /// <summary>Histogram, seconds, tags monitor and status: how long a run of a monitor took, with the pipelines that it started.</summary>
    public const string MonitorDuration = "mlops.monitor.duration";

    /// <summary>Counter, tags monitor, pipeline and status (NotNeeded, Held, Ran, Failed, Stopped): what a monitor did with a pipeline.</summary>
    public const string MonitorTriggers = "mlops.monitor.triggers";

    /// <summary>Gauge: alarms that are open, by monitor and severity.</summary>
    public const string OpenAlarms = "mlops.monitor.open_alarms";

    /// <summary>Counter: alarms that runs of a monitor found, by monitor and kind.</summary>
    public const string Alarms = "mlops.monitor.alarms";

    /// <summary>Counter: alarms that nobody was told of again, by monitor.</summary>
    public const string AlarmsSuppressed = "mlops.monitor.alarms_suppressed";

    /// <summary>Counter: messages to alert sinks, by sink and outcome: sent, failed, given up, left to the next start.</summary>
    public const string Alerts = "mlops.alerts";
}
