using System.Diagnostics;
using System.Diagnostics.Metrics;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>What this room measures and traces.</summary>
internal sealed class ServingMetrics : IDisposable
{
    private static readonly ActivitySource Source = new(Telemetry.Serving);
    private readonly Meter _meter;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _swaps;
    private readonly Counter<long> _flagged;

    public ServingMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(Telemetry.Serving) ?? new Meter(Telemetry.Serving);
        _duration = _meter.CreateHistogram<double>(Telemetry.PredictionDuration, "s", "How long a request for predictions took.");
        _swaps = _meter.CreateCounter<long>(Telemetry.ModelSwaps, "{swap}", "How often a serving model was swapped.");
        _flagged = _meter.CreateCounter<long>(Telemetry.InputsFlagged, "{row}", "Rows that were answered although a guard found them odd.");
    }

    /// <summary>Gets whether anybody listens to the durations.</summary>
    public bool IsMeasuring => _duration.Enabled;

    public static Activity? Start(ServedModel served)
    {
        var activity = Source.StartActivity("predict");
        return activity?.SetTag("model", served.Name).SetTag("version", served.VersionText);
    }

    public void Predicted(ServedModel served, string caller, string status, TimeSpan elapsed)
    {
        if (!_duration.Enabled) return;
        var tags = new TagList { { "model", served.Name }, { "version", served.VersionText }, { "caller", caller }, { "status", status } };
        _duration.Record(elapsed.TotalSeconds, tags);
    }

    public void Flagged(ServedModel served, int rows) => _flagged.Add(rows, new("model", served.Name), new("version", served.VersionText));

    public void Swapped(ServedModel from, ServedModel to) =>
        _swaps.Add(1, new("model", to.Name), new("from", from.VersionText), new("to", to.VersionText));

    public void Dispose() => _meter.Dispose();
}
