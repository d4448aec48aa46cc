using System.Diagnostics;
using System.Diagnostics.Metrics;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>What this room measures and traces.</summary>
internal sealed class FeatureStoreMetrics : IDisposable
{
    private static readonly ActivitySource Source = new(Telemetry.FeatureStore);
    private readonly Meter _meter;
    private readonly Counter<long> _eventsPutAside;
    private readonly Histogram<double> _onlineReads;
    private readonly Counter<long> _onlineValues;
    private readonly Counter<long> _checkedValues;
    private readonly Histogram<double> _materializations;
    private readonly Counter<long> _entities;
    private readonly Counter<long> _guarded;

    public FeatureStoreMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(Telemetry.FeatureStore) ?? new Meter(Telemetry.FeatureStore);
        _eventsPutAside = _meter.CreateCounter<long>(Telemetry.EventsPutAside, "{event}", "Events of a view that have no event time.");
        _onlineReads = _meter.CreateHistogram<double>(Telemetry.OnlineReadDuration, "s", "How long it took to read features of entities online.");
        _onlineValues = _meter.CreateCounter<long>(Telemetry.OnlineValues, "{value}", "Values that were read online.");
        _checkedValues = _meter.CreateCounter<long>(Telemetry.ConsistencyValues, "{value}", "Served values that were compared with what a training set says.");
        _materializations = _meter.CreateHistogram<double>(Telemetry.MaterializationDuration, "s", "How long it took to bring one feature view to the online store.");
        _entities = _meter.CreateCounter<long>(Telemetry.EntitiesMaterialized, "{entity}", "Entities that were written to the online store.");
        _guarded = _meter.CreateCounter<long>(Telemetry.FeatureRowsGuarded, "{row}", "Rows that guards of features objected to.");
    }

    /// <summary>Gets whether anybody listens to the durations of online reads.</summary>
    public bool IsMeasuring => _onlineReads.Enabled;

    /// <summary>Gets whether anybody listens to the statuses of values.</summary>
    public bool IsCounting => _onlineValues.Enabled;

    public void EventsPutAside(string view, long events) => _eventsPutAside.Add(events, new KeyValuePair<string, object?>("view", view));

    public static Activity? StartOnlineRead(OnlinePlan plan, int entities)
    {
        var activity = Source.StartActivity("read online");
        return activity?.SetTag("service", plan.ServiceName).SetTag("entities", entities).SetTag("views", plan.Views.Length);
    }

    public static Activity? StartConsistency(ConsistencyQuery query) => Source.StartActivity("check consistency")?.SetTag("model", query.Model).SetTag("service", query.Service);

    public void Consistency(ConsistencyQuery query, FeatureConsistency feature)
    {
        if (!_checkedValues.Enabled) return;
        _checkedValues.Add(feature.Equal, new("model", query.Model), new("feature", feature.Feature), new("status", "equal"));
        _checkedValues.Add(feature.Compared - feature.Equal, new("model", query.Model), new("feature", feature.Feature), new("status", "different"));
    }

    public void OnlineRead(OnlinePlan plan, long started, string status)
    {
        if (started != 0) _onlineReads.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new("service", plan.ServiceName), new("status", status));
    }

    public void OnlineStatuses(StatusCounts counts) => counts.Report(_onlineValues);

    public static Activity? StartMaterialization(FeatureView view) => Source.StartActivity("materialize")?.SetTag("view", view.Name);

    public void Materialized(string view, string status, TimeSpan elapsed) => _materializations.Record(elapsed.TotalSeconds, new("view", view), new("status", status));

    public void Written(string view, string by, long entities)
    {
        if (entities > 0) _entities.Add(entities, new("view", view), new("by", by));
    }

    public void Guarded(string view, string at, long refused, long flagged)
    {
        if (refused > 0) _guarded.Add(refused, new("view", view), new("verdict", "refused"), new("at", at));
        if (flagged > 0) _guarded.Add(flagged, new("view", view), new("verdict", "flagged"), new("at", at));
    }

    public void Dispose() => _meter.Dispose();
}
