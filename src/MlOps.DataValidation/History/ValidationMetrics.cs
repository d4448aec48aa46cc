namespace MlOps.DataValidation;

/// <summary>Turns what came of a validation into metrics that can be kept.</summary>
public static class ValidationMetrics
{
    /// <summary>Gives the metrics of a validation.</summary>
    /// <param name="result">What came of the validation.</param>
    /// <param name="dataset">What the data is called.</param>
    /// <param name="time">Which time the data stand for.</param>
    /// <returns>
    /// <c>rows</c>, <c>rejected</c> (the share of rows), and for each expectation that was checked, under its kind and columns as <c>values_between(distance)</c>, the share of judged rows that fail, or the number that
    /// was observed of a whole column. A second expectation of one kind and columns has <c>#2</c> at its end. The data are accepted when every expectation of severity error was met.
    /// </returns>
    public static DatasetMetrics ToMetrics(this ValidationResult result, string dataset, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentException.ThrowIfNullOrWhiteSpace(dataset);
        var values = new Dictionary<string, double>(StringComparer.Ordinal) { ["rows"] = result.RowCount };
        if (result.RowCount > 0) values["rejected"] = (double)result.RejectedCount / result.RowCount;
        foreach (var group in result.Results.GroupBy(r => $"{r.Kind}({string.Join(",", r.Columns)})", StringComparer.Ordinal))
        {
            var number = 0;
            foreach (var one in group)
            {
                number++;
                if (one.Error is null && Of(one) is { } value && double.IsFinite(value)) values[number == 1 ? group.Key : $"{group.Key}#{number}"] = value;
            }
        }

        return new(dataset, time, values) { IsAccepted = result.Success };
    }

    /// <summary>Puts the metrics of a profile and of a validation of the same data together.</summary>
    /// <param name="metrics">The one.</param>
    /// <param name="more">The other. Where both have a metric, it is the one's.</param>
    /// <returns>Both, with the fingerprint that either knows; accepted when both are.</returns>
    /// <exception cref="ArgumentException">They are of different data or times.</exception>
    public static DatasetMetrics And(this DatasetMetrics metrics, DatasetMetrics more)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(more);
        if (metrics.Dataset != more.Dataset || metrics.Time != more.Time || (metrics.Fingerprint is { } mine && more.Fingerprint is { } other && mine != other))
            throw new ArgumentException($"'{metrics.Dataset}' at {metrics.Time:u} and '{more.Dataset}' at {more.Time:u} are not the same data.", nameof(more));
        var values = new Dictionary<string, double>(more.Values, StringComparer.Ordinal);
        foreach (var (name, value) in metrics.Values) values[name] = value;
        return metrics with { Values = values, Fingerprint = metrics.Fingerprint ?? more.Fingerprint, IsAccepted = metrics.IsAccepted && more.IsAccepted };
    }

    private static double? Of(ExpectationResult result) => result.Observed.Value switch
    {
        long whole => whole,
        double number => number,
        decimal exact => (double)exact,
        null when result.ElementCount > result.MissingCount => (double)result.UnexpectedCount / (result.ElementCount - result.MissingCount),
        _ => null,
    };
}
