using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Turns a profile into metrics that can be kept.</summary>
public static class ProfileMetrics
{
    /// <summary>Gives the metrics of a profile.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="dataset">What the data is called.</param>
    /// <param name="time">Which time the data stand for.</param>
    /// <returns>
    /// <c>rows</c>, <c>columns</c>, and for each column <c>{name}.completeness</c> (the share of values that are there) and <c>{name}.distinct</c>; for numbers <c>.min</c>, <c>.max</c>, <c>.mean</c>,
    /// <c>.standard_deviation</c> (of the sample), <c>.zeros</c> and <c>.nan</c> (shares); for truth values <c>.true</c> (a share); for texts and lists <c>.min_length</c>, <c>.max_length</c> and
    /// <c>.mean_length</c>; for points in time <c>.earliest</c> and <c>.latest</c> in seconds since 1970. What is not finite is left out.
    /// </returns>
    public static DatasetMetrics ToMetrics(this DatasetProfile profile, string dataset, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentException.ThrowIfNullOrWhiteSpace(dataset);
        var values = new Dictionary<string, double>(StringComparer.Ordinal) { ["rows"] = profile.Rows, ["columns"] = profile.Columns.Count };
        foreach (var name in profile.Columns)
        {
            foreach (var (metric, value) in Of(profile[name]))
            {
                if (double.IsFinite(value)) values[$"{name}.{metric}"] = value;
            }
        }

        return new(dataset, time, values) { Fingerprint = profile.Fingerprint };
    }

    private static IEnumerable<(string Metric, double Value)> Of(ColumnProfile column) =>
    [
        ("completeness", (double)column.Count / column.Rows), ("distinct", column.Distinct.Value),
        .. column.Numbers is { Count: > 0 } numbers ? OfNumbers(numbers) : [],
        .. column.Booleans is { } booleans ? [("true", booleans.True / (double)column.Count)] : Array.Empty<(string, double)>(),
        .. (column.Texts?.Lengths ?? column.Lists?.Lengths) is { Count: > 0 } lengths ? [("min_length", lengths.Min), ("max_length", lengths.Max), ("mean_length", lengths.Mean)] : Array.Empty<(string, double)>(),
        .. column.Times is { Earliest: { } earliest, Latest: { } latest } ? [("earliest", Seconds(earliest)), ("latest", Seconds(latest))] : Array.Empty<(string, double)>(),
    ];

    private static (string Metric, double Value)[] OfNumbers(NumberStatistics numbers) =>
    [
        ("min", numbers.Min), ("max", numbers.Max), ("mean", numbers.Mean), ("standard_deviation", numbers.SampleStandardDeviation),
        ("zeros", numbers.Zeros / (double)numbers.Count), ("nan", numbers.NaN / (double)(numbers.Count + numbers.NaN)),
    ];

    private static double Seconds(DateTime time) => (time - DateTime.UnixEpoch).TotalSeconds;
}
