using System.Globalization;
using MlOps.Core;

namespace MlOps.Training;

/// <summary>The version that a candidate is compared with.</summary>
/// <param name="Version">The version, as model/version; null when the alias points to none.</param>
/// <param name="Metrics">Its metrics on the same rows; null when it could not be judged on them.</param>
/// <param name="Reason">Why it could not; null when it could.</param>
internal sealed record Incumbent(string? Version, IReadOnlyDictionary<string, double>? Metrics, string? Reason)
{
    /// <summary>Gets its metrics on the same parts of the rows, in the same order; none when it could not be judged.</summary>
    public IReadOnlyList<SliceMetrics> Slices { get; init; } = [];
}

/// <summary>Holds metrics against standards.</summary>
internal static class GateKeeper
{
    /// <summary>Checks one standard.</summary>
    /// <param name="gate">The standard.</param>
    /// <param name="mainMetric">The metric that the model was tuned by.</param>
    /// <param name="metrics">The model's metrics.</param>
    /// <param name="baseline">The baseline's metrics.</param>
    /// <param name="incumbent">The version with the gate's alias; null when the gate has none.</param>
    /// <returns>The outcome.</returns>
    public static GateCheck Check(
        Gate gate, string mainMetric, IReadOnlyDictionary<string, double> metrics, IReadOnlyDictionary<string, double> baseline, Incumbent? incumbent)
    {
        var metric = gate.Metric ?? mainMetric;
        var isError = MetricNames.IsError(metric);
        var observed = metrics.GetValueOrDefault(metric, double.NaN);
        var (asked, bound, reason) = gate.Kind switch
        {
            GateKind.AtLeast => ($"at least {Text(gate.Bound)}", gate.Bound, null),
            GateKind.AtMost => ($"at most {Text(gate.Bound)}", gate.Bound, null),
            GateKind.BetterThanBaseline => Against(baseline, isError ? -gate.Bound : gate.Bound, gate.Bound == 0 ? "better than the baseline" : $"better than the baseline by {Text(gate.Bound)}", "the baseline"),
            _ => AgainstIncumbent(),
        };
        var description = $"{metric} {asked}";
        if (!metrics.ContainsKey(metric)) reason = $"the model has no metric of that name, only {string.Join(", ", metrics.Keys)}";
        else if (double.IsNaN(observed)) reason = "it cannot be computed on these rows, for instance because they hold one class only";
        var passedOver = gate.Kind == GateKind.NoWorseThan && incumbent is { Version: null };
        var holds = !double.IsNaN(observed) && (passedOver || gate.Kind switch
        {
            GateKind.AtLeast => observed >= bound,
            GateKind.AtMost => observed <= bound,
            GateKind.BetterThanBaseline => (isError ? observed <= bound : observed >= bound) && observed != baseline.GetValueOrDefault(metric, double.NaN),
            _ => isError ? observed <= bound : observed >= bound,
        });
        return new(reason is null ? description : $"{description}: {reason}", metric, observed, bound, holds);

        (string Asked, double Bound, string? Reason) AgainstIncumbent()
        {
            var margin = gate.Bound == 0 ? string.Empty : $" by more than {Text(gate.Bound)}";
            if (incumbent?.Version is null) return ($"no worse than {gate.Alias}{margin}", double.NaN, $"there is no {gate.Alias} yet");
            var who = $"{gate.Alias} {incumbent.Version}";
            return incumbent.Metrics is null
                ? ($"no worse than {who}{margin}", double.NaN, incumbent.Reason)
                : Against(incumbent.Metrics, isError ? gate.Bound : -gate.Bound, $"no worse than {who}{margin}", who);
        }

        (string Asked, double Bound, string? Reason) Against(IReadOnlyDictionary<string, double> other, double shift, string asked, string who)
        {
            var value = other.GetValueOrDefault(metric, double.NaN);
            return (asked, value + shift, double.IsNaN(value) ? $"{who} has no such metric on these rows" : null);
        }
    }

    private static string Text(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
