using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
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
    private readonly Counter<long> _scored;
    private readonly Counter<long> _shadowed;
    private readonly Counter<long> _compared;

    public ServingMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(Telemetry.Serving) ?? new Meter(Telemetry.Serving);
        _duration = _meter.CreateHistogram<double>(Telemetry.PredictionDuration, "s", "How long a request for predictions took.");
        _swaps = _meter.CreateCounter<long>(Telemetry.ModelSwaps, "{swap}", "How often a serving model was swapped.");
        _flagged = _meter.CreateCounter<long>(Telemetry.InputsFlagged, "{row}", "Rows that were answered although a guard found them odd.");
        _scored = _meter.CreateCounter<long>(Telemetry.RowsScored, "{row}", "Rows of datasets that were scored.");
        _shadowed = _meter.CreateCounter<long>(Telemetry.ShadowRequests, "{request}", "What became of the requests that were meant for a shadow.");
        _compared = _meter.CreateCounter<long>(Telemetry.ShadowRows, "{row}", "Rows that a shadow predicted, by whether it said the same as the answer.");
    }

    /// <summary>Gets whether anybody listens to the durations.</summary>
    public bool IsMeasuring => _duration.Enabled;

    public static Activity? Start(ServedModel served)
    {
        var activity = Source.StartActivity("predict");
        return activity?.SetTag("model", served.Name).SetTag("version", served.VersionText);
    }

    /// <summary>Begins the work of a shadow, within the request that it has from.</summary>
    public static Activity? StartShadow(ServedModel served, ActivityContext parent)
    {
        var activity = Source.StartActivity("shadow", ActivityKind.Internal, parent);
        return activity?.SetTag("model", served.Name).SetTag("version", served.VersionText);
    }

    /// <summary>Begins the scoring of a dataset.</summary>
    public static Activity? StartScoring(ServedModel served) => Source.StartActivity("score")?.SetTag("model", served.Name).SetTag("version", served.VersionText);

    public void Predicted(ServedModel served, string caller, string status, TimeSpan elapsed)
    {
        if (!_duration.Enabled) return;
        var tags = new TagList { { "model", served.Name }, { "version", served.VersionText }, { "caller", caller }, { "status", status } };
        _duration.Record(elapsed.TotalSeconds, tags);
    }

    public void Flagged(ServedModel served, int rows) => _flagged.Add(rows, new("model", served.Name), new("version", served.VersionText));

    public void Scored(ServedModel served, int ok, int failed)
    {
        if (ok > 0) _scored.Add(ok, new("model", served.Name), new("version", served.VersionText), new("status", "ok"));
        if (failed > 0) _scored.Add(failed, new("model", served.Name), new("version", served.VersionText), new("status", "failed"));
    }

    public void Shadowed(string model, string status) => _shadowed.Add(1, new("model", model), new("status", status));

    public void Compared(ServedModel shadow, int answered, Agreement rows)
    {
        if (!_compared.Enabled) return;
        var champion = answered.ToString(CultureInfo.InvariantCulture);
        if (rows.Agreeing > 0) _compared.Add(rows.Agreeing, new TagList { { "model", shadow.Name }, { "version", shadow.VersionText }, { "champion", champion }, { "verdict", "agrees" } });
        if (rows.Differing > 0) _compared.Add(rows.Differing, new TagList { { "model", shadow.Name }, { "version", shadow.VersionText }, { "champion", champion }, { "verdict", "differs" } });
    }

    public void Swapped(ServedModel from, ServedModel to) =>
        _swaps.Add(1, new("model", to.Name), new("from", from.VersionText), new("to", to.VersionText));

    public void Dispose() => _meter.Dispose();
}
