using System.Globalization;

namespace MlOps.FeatureStore;

/// <summary>How what was served differs from what training sets say.</summary>
/// <param name="Query">What was asked.</param>
/// <param name="Predictions">The logged predictions in the span that did not fail.</param>
/// <param name="Compared">Those of them that were compared.</param>
/// <param name="Features">The features, in the order of the service.</param>
public sealed record ConsistencyReport(ConsistencyQuery Query, long Predictions, long Compared, IReadOnlyList<FeatureConsistency> Features)
{
    /// <summary>Gets whether a feature differs in more predictions than may be.</summary>
    public bool IsAlarm => Features.Any(f => f.DifferingShare > Query.AlarmShare);

    /// <summary>Gets the features of which nothing is known, though predictions were compared: no version that predicted takes them, or the policy of the log keeps them out.</summary>
    public IEnumerable<string> NotLogged => Compared == 0 ? [] : Features.Where(f => f.Compared == 0).Select(f => f.Feature);

    /// <summary>Gives a table in Markdown, without any value of a feature but the largest difference.</summary>
    /// <returns>The text.</returns>
    public string ToMarkdown() => string.Join('\n',
    [
        FormattableString.Invariant($"# Consistency of {Query.Service} as served to {Query.Model}"),
        string.Empty,
        FormattableString.Invariant($"{Query.From:yyyy-MM-dd HH:mm} to {Query.To:yyyy-MM-dd HH:mm} UTC: {Compared:N0} of {Predictions:N0} predictions compared. {Verdict}"),
        string.Empty,
        "| feature | compared | equal | differ | only served | only recomputed | largest difference | distance |",
        "|---|---|---|---|---|---|---|---|",
        .. Features.Select(f => FormattableString.Invariant(
            $"| {f.Feature} | {f.Compared} | {f.Equal} | {f.Differing} | {f.OnlyServed} | {f.OnlyRecomputed} | {Cell(f.LargestDifference, "0.######")} | {Cell(f.Distance, "0.####")} |")),
        string.Empty,
    ]);

    private string Verdict => (IsAlarm ? FormattableString.Invariant($"More than {Query.AlarmShare:P1} differ.") : Features.Any(f => f.Compared > 0) ? "What was served is what training sets say." : "Nothing is known.")
        + (NotLogged.Any() ? $" Not in the log, so not compared: {string.Join(", ", NotLogged)}." : string.Empty);

    private static string Cell(double value, string format) => double.IsNaN(value) ? string.Empty : value.ToString(format, CultureInfo.InvariantCulture);
}

/// <summary>How one feature differs.</summary>
/// <param name="Feature">The feature, as the service calls it.</param>
/// <param name="Compared">The predictions that were compared; 0 for a feature that is not in the log.</param>
/// <param name="Equal">Those with the same value, or with none on both sides.</param>
/// <param name="Differing">Those with two values that are not the same.</param>
/// <param name="OnlyServed">Those that were served a value where a training set has none.</param>
/// <param name="OnlyRecomputed">Those that were served none where a training set has one.</param>
/// <param name="LargestDifference">The largest distance of two numbers; NaN for other types and where none differ.</param>
/// <param name="Distance">How far the two distributions are apart, from 0 to 1: the Kolmogorov-Smirnov distance of numbers, the total variation of other values, both with missing as a value of its own; NaN when nothing was compared.</param>
public sealed record FeatureConsistency(string Feature, long Compared, long Equal, long Differing, long OnlyServed, long OnlyRecomputed, double LargestDifference, double Distance)
{
    /// <summary>Gets the share that is not equal; 0 when nothing was compared.</summary>
    public double DifferingShare => Compared == 0 ? 0 : 1 - ((double)Equal / Compared);
}
