using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Deequ's rules: each looks at a column and suggests an expectation, or nothing.</summary>
/// <remarks>
/// The rules, their names and their thresholds are those of Deequ (Schelter et al., Automating large-scale data quality verification, VLDB 2018). Where it would expect the statistic that was seen to come again
/// to the last digit, a slack is allowed here.
/// </remarks>
internal static class SuggestionRules
{
    /// <summary>Below this share of values nobody relies on them.</summary>
    private const double LeastCompleteness = 0.2;

    /// <summary>The share of all values that the most frequent ones must have to be a list for most.</summary>
    private const double Coverage = 0.9;

    public static readonly IReadOnlyDictionary<string, Func<ColumnTraits, SuggestionOptions, Suggestion?>> All = new Dictionary<string, Func<ColumnTraits, SuggestionOptions, Suggestion?>>
    {
        [nameof(CompleteIfComplete)] = (c, _) => CompleteIfComplete(c),
        [nameof(RetainCompleteness)] = (c, _) => RetainCompleteness(c),
        [nameof(RetainType)] = (c, _) => RetainType(c),
        [nameof(CategoricalRange)] = (c, _) => CategoricalRange(c),
        [nameof(FractionalCategoricalRange)] = (c, _) => FractionalCategoricalRange(c),
        [nameof(NonNegativeNumbers)] = (c, _) => NonNegativeNumbers(c),
        [nameof(UniqueIfApproximatelyUnique)] = (c, _) => UniqueIfApproximatelyUnique(c),
        [nameof(NumberRules.HasMin)] = NumberRules.HasMin,
        [nameof(NumberRules.HasMax)] = NumberRules.HasMax,
        [nameof(NumberRules.HasMean)] = NumberRules.HasMean,
        [nameof(NumberRules.HasStandardDeviation)] = NumberRules.HasStandardDeviation,
        [nameof(HasMinLength)] = (c, _) => HasMinLength(c),
        [nameof(HasMaxLength)] = (c, _) => HasMaxLength(c),
    };

    public static Suggestion? CompleteIfComplete(ColumnTraits column) => column is { Rows: > 0, Completeness: 1 }
        ? new(column.Name, nameof(CompleteIfComplete), new NotNull(column.Name), $"None of the {Readable.Count(column.Rows)} values is missing.")
        : null;

    /// <summary>A column of which not everything is there stays about as complete.</summary>
    /// <param name="column">The column.</param>
    /// <param name="above">The completeness below which nobody relies on it.</param>
    /// <param name="below">The completeness from which this is not the rule for it.</param>
    public static Suggestion? RetainCompleteness(ColumnTraits column, double above = LeastCompleteness, double below = 1)
    {
        if (!(column.Completeness > above && column.Completeness < below)) return null;
        var least = BinomialInterval.WilsonLower(column.Completeness, column.Rows);
        return least <= 0 ? null : new(
            column.Name, nameof(RetainCompleteness), new NotNull(column.Name) { Mostly = least },
            $"{Readable.Share(column.Completeness)} of the {Readable.Count(column.Rows)} values are there; with 95 % confidence {Readable.Share(least)} are in data like these.");
    }

    public static Suggestion? RetainType(ColumnTraits column)
    {
        if (!column.IsKindInferred) return null;
        Expectation? expectation = column.Kind switch
        {
            ValueKind.Integer => new MatchesRegex(column.Name, [@"^\s*[+-]?[0-9]+\s*$"]),
            ValueKind.Real => new MatchesRegex(column.Name, [@"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$"]),
            ValueKind.Boolean => new MatchesRegex(column.Name, ["^(?i:true|false)$"]),
            _ => null,
        };
        return expectation is null ? null : new(column.Name, nameof(RetainType), expectation, $"All texts are {Words(column.Kind)}.");
    }

    public static Suggestion? CategoricalRange(ColumnTraits column)
    {
        if (Once(column) is not <= 0.1) return null;
        var values = column.Values!;
        return new(
            column.Name, nameof(CategoricalRange), new ValuesInSet(column.Name, [.. values.Select(v => v.Key)]),
            values.Count == 1
                ? $"All {Readable.Count(values[0].Value)} values are the same."
                : $"There are {Readable.Count(values.Count)} different values among {Readable.Count(values.Sum(v => v.Value))}, and {Readable.Share(Once(column)!.Value)} of them come only once.");
    }

    public static Suggestion? FractionalCategoricalRange(ColumnTraits column)
    {
        if (Once(column) is not <= 0.4) return null;
        var (values, all) = (column.Values!, column.Values!.Sum(v => v.Value));
        var (chosen, covered) = (new List<Scalar>(), 0L);
        foreach (var (value, count) in values.OrderByDescending(v => v.Value))
        {
            if (covered >= Coverage * all) break;
            chosen.Add(value);
            covered += count;
        }

        if (covered == all) return null;
        var share = (double)covered / all;
        return new(
            column.Name, nameof(FractionalCategoricalRange), new ValuesInSet(column.Name, chosen) { Mostly = BinomialInterval.WilsonLower(share, column.Rows) },
            $"{Readable.Count(chosen.Count)} of the {Readable.Count(values.Count)} different values make up {Readable.Share(share)} of all.");
    }

    public static Suggestion? NonNegativeNumbers(ColumnTraits column) => column.Numbers is { Min: >= 0 } numbers
        ? new(column.Name, nameof(NonNegativeNumbers), new ValuesBetween(column.Name, Min: IsWhole(column) ? new Scalar(0L) : new(0.0)), $"The least value is {Readable.Number(numbers.Min)}.")
        : null;

    /// <summary>A column of which all values are different stays so. Measures are different by their nature and are no keys.</summary>
    /// <param name="column">The column.</param>
    public static Suggestion? UniqueIfApproximatelyUnique(ColumnTraits column)
    {
        if (column.Kind is ValueKind.Real or ValueKind.Decimal or ValueKind.Duration) return null;
        if (column.Rows < 2 || column.Completeness < 1 || Math.Abs(1 - (column.Distinct / column.Rows)) > column.DistinctError) return null;
        return new(
            column.Name, nameof(UniqueIfApproximatelyUnique), new Unique([column.Name]),
            column.DistinctError == 0 ? $"All {Readable.Count(column.Rows)} values are different." : $"There are about {Readable.Count((long)column.Distinct)} different values in {Readable.Count(column.Rows)} rows, which may be all.");
    }

    public static Suggestion? HasMinLength(ColumnTraits column) => column.Lengths is { } lengths
        ? new(column.Name, nameof(HasMinLength), new LengthBetween(column.Name, Min: lengths.Min), $"The shortest text has {Readable.Count(lengths.Min)} characters.")
        : null;

    public static Suggestion? HasMaxLength(ColumnTraits column) => column.Lengths is { } lengths
        ? new(column.Name, nameof(HasMaxLength), new LengthBetween(column.Name, Max: lengths.Max), $"The longest text has {Readable.Count(lengths.Max)} characters.")
        : null;

    public static bool IsWhole(ColumnTraits column) => column.Kind == ValueKind.Integer;

    // The share of the different values that come only once: many of them are no categories. Nothing when there are none.
    private static double? Once(ColumnTraits column) => column is { Kind: ValueKind.Text or ValueKind.Integer, Values: { Count: > 0 } values } ? (double)values.Count(v => v.Value == 1) / values.Count : null;

    private static string Words(ValueKind kind) => kind switch
    {
        ValueKind.Integer => "whole numbers",
        ValueKind.Real => "numbers",
        _ => "true or false",
    };
}
