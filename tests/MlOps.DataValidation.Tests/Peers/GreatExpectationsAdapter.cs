using System.Text.Json;
using MlOps.Core;

namespace MlOps.DataValidation.Tests.Peers;

/// <summary>Maps the names and arguments of Great Expectations onto ours.</summary>
internal static class GreatExpectationsAdapter
{
    /// <summary>Gives the expectation; null where the peer expects nothing and always succeeds.</summary>
    public static Expectation? Map(string name, GreatExpectationsArguments a)
    {
        var mapped = Values(name, a) ?? Aggregates(name, a) ?? Rows(name, a) ?? Table(name, a) ?? Distributions(name, a);
        if (mapped is null) return IsVacuous(name, a) ? null : throw new NotSupportedException($"{name} is not mapped.");
        return mapped with { Mostly = a.Number("mostly") ?? 1, Where = a.Where(), Nulls = a.Ignored(mapped.Nulls) };
    }

    private static bool IsVacuous(string name, GreatExpectationsArguments a) => name switch
    {
        "expect_column_distinct_values_to_be_in_set" or "expect_column_values_to_be_in_set" => !a.Has("value_set"),
        "expect_column_values_to_be_in_type_list" => !a.Has("type_list"),
        "expect_column_values_to_be_of_type" => !a.Has("type_"),
        "expect_table_columns_to_match_ordered_list" => !a.Has("column_list"),
        "expect_table_columns_to_match_set" => !a.Has("column_set"),
        "expect_column_kl_divergence_to_be_less_than" => !a.Has("threshold"),
        "expect_column_median_to_be_between" or "expect_column_mean_to_be_between" or "expect_column_stdev_to_be_between" or "expect_column_proportion_of_unique_values_to_be_between"
            or "expect_column_unique_value_count_to_be_between" or "expect_table_row_count_to_be_between" or "expect_table_column_count_to_be_between" => !a.Has("min_value") && !a.Has("max_value"),
        _ => false,
    };

    private static Expectation? Values(string name, GreatExpectationsArguments a) => name switch
    {
        "expect_column_values_to_be_between" => new ValuesBetween(a.Text("column"), a.Value("min_value"), a.Value("max_value"), a.Flag("strict_min"), a.Flag("strict_max")),
        "expect_column_values_to_be_in_set" when a.Has("value_set") => new ValuesInSet(a.Text("column"), a.Values("value_set")),
        "expect_column_values_to_not_be_in_set" => new ValuesNotInSet(a.Text("column"), a.Values("value_set")),
        "expect_column_values_to_be_null" => new AllNull(a.Text("column")),
        "expect_column_values_to_not_be_null" => new NotNull(a.Text("column")),
        "expect_column_values_to_be_unique" => new Unique([a.Text("column")]),
        "expect_column_values_to_be_of_type" when a.Has("type_") => Typed(a.Text("column"), [a.Text("type_")]),
        "expect_column_values_to_be_in_type_list" when a.Has("type_list") => Typed(a.Text("column"), a.Texts("type_list")),
        "expect_column_value_lengths_to_be_between" => new LengthBetween(a.Text("column"), a.Whole("min_value"), a.Whole("max_value"), a.Flag("strict_min"), a.Flag("strict_max")),
        "expect_column_value_lengths_to_equal" => new LengthBetween(a.Text("column"), a.Whole("value"), a.Whole("value")),
        "expect_column_values_to_match_regex" => new MatchesRegex(a.Text("column"), [a.Text("regex")]),
        "expect_column_values_to_not_match_regex" => new MatchesRegex(a.Text("column"), [a.Text("regex")], PatternMatch.None),
        "expect_column_values_to_match_regex_list" => new MatchesRegex(a.Text("column"), a.Texts("regex_list"), a.MaybeText("match_on") == "all" ? PatternMatch.All : PatternMatch.Any),
        "expect_column_values_to_not_match_regex_list" => new MatchesRegex(a.Text("column"), a.Texts("regex_list"), PatternMatch.None),
        "expect_column_values_to_match_like_pattern" => new MatchesLike(a.Text("column"), [a.Text("like_pattern")]),
        "expect_column_values_to_not_match_like_pattern" => new MatchesLike(a.Text("column"), [a.Text("like_pattern")], PatternMatch.None),
        "expect_column_values_to_match_like_pattern_list" => new MatchesLike(a.Text("column"), a.Texts("like_pattern_list"), a.MaybeText("match_on") == "all" ? PatternMatch.All : PatternMatch.Any),
        "expect_column_values_to_not_match_like_pattern_list" => new MatchesLike(a.Text("column"), a.Texts("like_pattern_list"), PatternMatch.None),
        "expect_column_values_to_be_increasing" => new Ordered(a.Text("column"), Descending: false, a.Flag("strictly")),
        "expect_column_values_to_be_decreasing" => new Ordered(a.Text("column"), Descending: true, a.Flag("strictly")),
        "expect_column_values_to_match_strftime_format" => new MatchesDateFormat(a.Text("column"), a.Text("strftime_format")),
        "expect_column_values_to_be_dateutil_parseable" => new DateParseable(a.Text("column")),
        "expect_column_values_to_be_json_parseable" => new JsonParseable(a.Text("column")),
        "expect_column_values_to_match_json_schema" => new MatchesJsonSchema(a.Text("column"), a.Get("json_schema").GetRawText()),
        "expect_column_value_z_scores_to_be_less_than" => new ZScoresBelow(a.Text("column"), a.Number("threshold")!.Value, a.Flag("double_sided")),
        _ => null,
    };

    private static Expectation? Aggregates(string name, GreatExpectationsArguments a) => name switch
    {
        "expect_column_min_to_be_between" => Between(a, Statistic.Min),
        "expect_column_max_to_be_between" => Between(a, Statistic.Max),
        "expect_column_sum_to_be_between" => Between(a, Statistic.Sum),
        _ when IsVacuous(name, a) => null,
        "expect_column_mean_to_be_between" => Between(a, Statistic.Mean),
        "expect_column_median_to_be_between" => Between(a, Statistic.Median),
        "expect_column_stdev_to_be_between" => Between(a, Statistic.StandardDeviation),
        "expect_column_unique_value_count_to_be_between" => Between(a, Statistic.DistinctCount),
        "expect_column_proportion_of_unique_values_to_be_between" => Between(a, Statistic.DistinctShare),
        "expect_column_distinct_values_to_be_in_set" => new DistinctValues(a.Text("column"), SetRelation.In, a.Values("value_set")),
        "expect_column_distinct_values_to_contain_set" => new DistinctValues(a.Text("column"), SetRelation.Contain, a.Values("value_set")),
        "expect_column_distinct_values_to_equal_set" => new DistinctValues(a.Text("column"), SetRelation.Equal, a.Values("value_set")),
        "expect_column_most_common_value_to_be_in_set" => new MostCommonInSet(a.Text("column"), a.Values("value_set"), a.Flag("ties_okay")),
        "expect_column_quantile_values_to_be_between" => new QuantilesBetween(a.Text("column"), Quantiles(a.Get("quantile_ranges"))),
        _ => null,
    };

    private static Expectation? Rows(string name, GreatExpectationsArguments a) => name switch
    {
        "expect_column_pair_values_to_be_equal" => new ColumnsCompare(a.Text("column_A"), Comparison.Equal, a.Text("column_B")),
        "expect_column_pair_values_a_to_be_greater_than_b" =>
            new ColumnsCompare(a.Text("column_A"), a.Flag("or_equal") ? Comparison.GreaterOrEqual : Comparison.Greater, a.Text("column_B")),
        "expect_column_pair_values_to_be_in_set" => new PairsInSet(a.Text("column_A"), a.Text("column_B"), Pairs(a.Get("value_pairs_set"))),
        "expect_compound_columns_to_be_unique" => new Unique(a.Texts("column_list")),
        "expect_select_column_values_to_be_unique_within_record" => new UniqueWithinRow(a.Texts("column_list")),
        "expect_multicolumn_sum_to_equal" => new SumEquals(a.Texts("column_list"), a.Value("sum_total")),
        _ => null,
    };

    private static Expectation? Table(string name, GreatExpectationsArguments a) => name switch
    {
        _ when IsVacuous(name, a) => null,
        "expect_column_to_exist" => new ColumnExists(a.Text("column"), (int?)a.Whole("column_index")),
        "expect_table_row_count_to_equal" => new RowCountBetween(a.Whole("value"), a.Whole("value")),
        "expect_table_row_count_to_be_between" => new RowCountBetween(a.Whole("min_value"), a.Whole("max_value")),
        "expect_table_column_count_to_equal" => new ColumnCountBetween(a.Whole("value"), a.Whole("value")),
        "expect_table_column_count_to_be_between" => new ColumnCountBetween(a.Whole("min_value"), a.Whole("max_value")),
        "expect_table_columns_to_match_ordered_list" => new ColumnsMatch(a.Texts("column_list"), Ordered: true),
        "expect_table_columns_to_match_set" => new ColumnsMatch(a.Texts("column_set"), AllowOthers: a.Find("exact_match") is { ValueKind: JsonValueKind.False }),
        _ => null,
    };

    private static Expectation? Distributions(string name, GreatExpectationsArguments a) => name switch
    {
        _ when IsVacuous(name, a) => null,
        "expect_column_kl_divergence_to_be_less_than" => new KlDivergenceBelow(
            a.Text("column"), a.Partition("partition_object"), a.Number("threshold")!.Value, a.Number("tail_weight_holdout") ?? 0, a.Number("internal_weight_holdout") ?? 0),
        "expect_column_chisquare_test_p_value_to_be_greater_than" => new ChiSquareAbove(
            a.Text("column"), a.Partition("partition_object"), a.Number("p") ?? 0.05, a.Number("tail_weight_holdout") ?? 0),
        "expect_column_bootstrapped_ks_test_p_value_to_be_greater_than" => new BootstrappedKolmogorovSmirnovAbove(
            a.Text("column"), a.Partition("partition_object"), a.Number("p") ?? 0.05, (int?)a.Whole("bootstrap_samples") ?? 1000, (int?)a.Whole("bootstrap_sample_size") ?? 0),
        "expect_column_parameterized_distribution_ks_test_p_value_to_be_greater_than" => new KolmogorovSmirnovAbove(
            a.Text("column"), Distribution(a.Text("distribution"), a.Find("params")), a.Number("p_value") ?? 0.05),
        "expect_column_pair_cramers_phi_value_to_be_less_than" => new CramersPhiBelow(
            a.Text("column_A"), a.Text("column_B"), a.Number("threshold") ?? 0.1, (int?)a.Whole("n_bins_A") ?? 10, (int?)a.Whole("n_bins_B") ?? 10, a.Edges("bins_A"), a.Edges("bins_B")),
        _ => null,
    };

    private static StatisticBetween Between(GreatExpectationsArguments a, Statistic statistic) =>
        new(a.Text("column"), statistic, a.Value("min_value"), a.Value("max_value"), a.Flag("strict_min"), a.Flag("strict_max"));

    private static List<QuantileRange> Quantiles(JsonElement ranges) =>
    [
        .. ranges.GetProperty("quantiles").EnumerateArray().Zip(ranges.GetProperty("value_ranges").EnumerateArray(), (share, range) => new QuantileRange(share.GetDouble(), Bound(range[0]), Bound(range[1]))),
    ];

    private static double? Bound(JsonElement bound) => bound.ValueKind == JsonValueKind.Null ? null : bound.GetDouble();

    private static List<IReadOnlyList<Scalar>> Pairs(JsonElement pairs) =>
        [.. pairs.EnumerateArray().Select(p => (IReadOnlyList<Scalar>)[GreatExpectationsArguments.Scalar(p[0]), GreatExpectationsArguments.Scalar(p[1])])];

    // The peer's names are those of Python, NumPy and pandas.
    private static OfType Typed(string column, IReadOnlyList<string> names)
    {
        var types = names.SelectMany(TypesOf).Distinct().ToList();
        bool? zone = names.Any(n => n is "DatetimeTZDtypeType" or "DatetimeTZDtype") ? null : names.Contains("datetime64") ? false : null;
        return new(column, types, zone);
    }

    private static ColumnType[] TypesOf(string name) => name switch
    {
        "int" or "long" or "int64" or "int_" or "Int64" or "Int64Dtype" or "integer" or "INTEGER" => [ColumnType.Int64],
        "float" or "float64" or "float_" or "double" or "FLOAT" => [ColumnType.Float64],
        "str" or "str_" or "O" or "object" or "object_" or "unicode" => [ColumnType.String],
        "bool" or "bool_" or "boolean" => [ColumnType.Boolean],
        "datetime64" or "datetime" or "Timestamp" or "DatetimeTZDtypeType" or "DatetimeTZDtype" => [ColumnType.Timestamp],
        "date" => [ColumnType.Date],
        _ => [],
    };

    // Parameters come by name, or in SciPy's order, where a uniform distribution has a location and a width also when the peer calls them min and max.
    private static Distribution Distribution(string name, JsonElement? given)
    {
        double[] numbers = given is not { } p ? [] : p.ValueKind == JsonValueKind.Array
            ? [.. p.EnumerateArray().Select(v => v.GetDouble())]
            : [.. Named(name).Select(n => p.TryGetProperty(n.Name, out var value) ? value.GetDouble() : n.Otherwise ?? throw new FormatException($"{n.Name} is missing."))];
        return name switch
        {
            "norm" => new(DistributionFamily.Normal, numbers),
            "uniform" => new(DistributionFamily.Uniform, numbers.Length == 2 ? [numbers[0], numbers[0] + numbers[1]] : numbers),
            "beta" => new(DistributionFamily.Beta, numbers),
            "gamma" => new(DistributionFamily.Gamma, numbers),
            "chi2" => new(DistributionFamily.ChiSquare, numbers),
            "expon" => new(DistributionFamily.Exponential, numbers),
            _ => throw new FormatException($"There is no distribution '{name}'."),
        };
    }

    private static (string Name, double? Otherwise)[] Named(string distribution) => distribution switch
    {
        "norm" => [("mean", 0), ("std_dev", 1)],
        "uniform" => [("min", 0), ("max", 1)],
        "beta" => [("alpha", null), ("beta", null), ("loc", 0), ("scale", 1)],
        "gamma" => [("alpha", null), ("loc", 0), ("scale", 1)],
        "chi2" => [("df", null), ("loc", 0), ("scale", 1)],
        _ => [("loc", 0), ("scale", 1)],
    };
}
