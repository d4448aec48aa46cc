using System.Diagnostics.Metrics;

namespace MlOps.FeatureStore;

/// <summary>What is measured while events are read.</summary>
internal static class EventMetrics
{
    private static readonly Meter Meter = new("MlOps.FeatureStore");
    private static readonly Counter<long> EventsPutAside = Meter.CreateCounter<long>("mlops.features.events_put_aside", "{event}", "Events of a view that have no event time.");

    public static void PutAside(string view, long events) => EventsPutAside.Add(events, new KeyValuePair<string, object?>("view", view));
}
