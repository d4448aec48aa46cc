using System.Diagnostics;
using System.Diagnostics.Metrics;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>What this room measures and traces.</summary>
internal static class Instruments
{
    private static readonly ActivitySource Activities = new(Telemetry.DataValidation);
    private static readonly Meter Meter = new(Telemetry.DataValidation);
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(Telemetry.ValidationDuration, "s", "How long it took to validate some data.");
    private static readonly Counter<long> Rows = Meter.CreateCounter<long>(Telemetry.RowsValidated, "{row}", "Rows that were judged.");

    /// <summary>Starts to measure a validation, which has stopped before its end unless a result is given.</summary>
    public static MeasuredValidation Start(string suite) => new(Activities.StartActivity("validate")?.SetTag("suite", suite), suite);

    public static void Judged(string suite, int rows, int rejected)
    {
        if (rows > rejected) Rows.Add(rows - rejected, new("suite", suite), new KeyValuePair<string, object?>("verdict", "accepted"));
        if (rejected > 0) Rows.Add(rejected, new("suite", suite), new KeyValuePair<string, object?>("verdict", "rejected"));
    }

    public static void Ended(string suite, string status, TimeSpan elapsed) => Duration.Record(elapsed.TotalSeconds, new("suite", suite), new KeyValuePair<string, object?>("status", status));
}
