using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>The rules for the range, the mean and the standard deviation of numbers.</summary>
internal static class NumberRules
{
    public static Suggestion? HasMin(ColumnTraits column, SuggestionOptions options)
    {
        if (column.Numbers is not { } numbers) return null;
        var slack = Slack(numbers, options);
        var bound = Scalars.Rounded(numbers.Min - slack, slack, up: false, SuggestionRules.IsWhole(column));
        // What was never negative is not expected to become so.
        if (numbers.Min >= 0 && ValueOf(bound) < 0) bound = SuggestionRules.IsWhole(column) ? new Scalar(0L) : new(0.0);
        return new(column.Name, nameof(HasMin), new ValuesBetween(column.Name, Min: bound), $"The least value is {Readable.Number(numbers.Min)}; {Allowed(options)} less is allowed.");
    }

    public static Suggestion? HasMax(ColumnTraits column, SuggestionOptions options)
    {
        if (column.Numbers is not { } numbers) return null;
        var slack = Slack(numbers, options);
        var bound = Scalars.Rounded(numbers.Max + slack, slack, up: true, SuggestionRules.IsWhole(column));
        return new(column.Name, nameof(HasMax), new ValuesBetween(column.Name, Max: bound), $"The largest value is {Readable.Number(numbers.Max)}; {Allowed(options)} more is allowed.");
    }

    public static Suggestion? HasMean(ColumnTraits column, SuggestionOptions options)
    {
        if (column.Numbers is not { Deviation: > 0 } numbers || !double.IsFinite(numbers.Mean)) return null;
        var slack = Movement(numbers, options, numbers.Count);
        return new(
            column.Name, nameof(HasMean), Between(column.Name, Statistic.Mean, numbers.Mean, slack, double.NegativeInfinity),
            $"The mean is {Readable.Number(numbers.Mean)}, with a standard deviation of {Readable.Number(numbers.Deviation)}.");
    }

    public static Suggestion? HasStandardDeviation(ColumnTraits column, SuggestionOptions options)
    {
        if (column.Numbers is not { Deviation: > 0 } numbers || !double.IsFinite(numbers.Deviation)) return null;
        var slack = Movement(numbers, options, 2 * numbers.Count);
        return new(
            column.Name, nameof(HasStandardDeviation), Between(column.Name, Statistic.StandardDeviation, numbers.Deviation, slack, 0),
            $"The standard deviation is {Readable.Number(numbers.Deviation)}.");
    }

    // A statistic that has moved is worth a look; it makes no row wrong.
    private static StatisticBetween Between(string column, Statistic statistic, double value, double slack, double least) => new(
        column, statistic, Scalars.Rounded(Math.Max(value - slack, least), slack, up: false, whole: false), Scalars.Rounded(value + slack, slack, up: true, whole: false))
    { Severity = Severity.Warning };

    private static double Slack(NumberTraits numbers, SuggestionOptions options)
    {
        var slack = (numbers.Max - numbers.Min) * options.RangeSlack;
        return double.IsFinite(slack) ? slack : 0;
    }

    private static double Movement(NumberTraits numbers, SuggestionOptions options, double size) =>
        double.IsFinite(numbers.Deviation) ? Math.Max(3 * numbers.Deviation / Math.Sqrt(size), options.MeanSlack * numbers.Deviation) : 0;

    private static string Allowed(SuggestionOptions options) => $"{Readable.Share(options.RangeSlack)} of the range";

    private static double ValueOf(Scalar bound) => bound.Value is long whole ? whole : (double)bound.Value!;
}
