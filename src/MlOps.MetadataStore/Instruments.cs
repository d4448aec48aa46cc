using System.Diagnostics.Metrics;
using MlOps.Core;

namespace MlOps.MetadataStore;

/// <summary>What this room measures.</summary>
internal static class Instruments
{
    private static readonly Meter Meter = new(Telemetry.MetadataStore);
    private static readonly Counter<long> Sent = Meter.CreateCounter<long>(Telemetry.OpenLineageSent, "{event}", "OpenLineage events that were sent.");
    private static readonly Counter<long> Lost = Meter.CreateCounter<long>(Telemetry.OpenLineageLost, "{event}", "OpenLineage events that were lost.");
    private static readonly Counter<long> Written = Meter.CreateCounter<long>(Telemetry.RunLogWritten, "{entry}", "Entries that buffered loggers have written.");
    private static readonly Counter<long> Dropped = Meter.CreateCounter<long>(Telemetry.RunLogLost, "{entry}", "Entries that buffered loggers have lost.");

    public static void EventsSent(string sink, int count) => Sent.Add(count, new KeyValuePair<string, object?>("sink", sink));

    public static void EventsLost(string sink, int count) => Lost.Add(count, new KeyValuePair<string, object?>("sink", sink));

    public static void EntriesWritten(int count) => Written.Add(count);

    public static void EntriesLost(int count) => Dropped.Add(count);
}
