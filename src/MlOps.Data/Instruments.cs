using System.Diagnostics;
using System.Diagnostics.Metrics;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>What this room measures and traces.</summary>
internal static class Instruments
{
    private static readonly ActivitySource Activities = new(Telemetry.Data);
    private static readonly Meter Meter = new(Telemetry.Data);
    private static readonly Counter<long> Rows = Meter.CreateCounter<long>(Telemetry.RowsAcquired, "{row}", "Rows that were acquired.");

    public static Activity? Start(IDataSource source) => Activities.StartActivity("acquire")?.SetTag("source", source.Origin.Kind);

    public static void Acquired(Activity? activity, Dataset dataset)
    {
        activity?.SetTag("rows", dataset.RowCount);
        Rows.Add(dataset.RowCount, new KeyValuePair<string, object?>("source", dataset.Origin.Kind));
    }
}
