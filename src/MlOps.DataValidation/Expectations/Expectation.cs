using System.Text.Json.Serialization;

namespace MlOps.DataValidation;

/// <summary>What is expected of data. It is a plain record of parameters; the work is done by the validation that it is part of.</summary>
/// <remarks>
/// Immutable and thread-safe. A check of one's own derives from <see cref="ValueExpectation{T}"/> (one value), <see cref="RowExpectation"/> (several values of a row) or
/// <see cref="AggregateExpectation{T}"/> (a whole column). Keep everything in public properties, so that the cache key of a pipeline sees it.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "expect")]
[JsonDerivedType(typeof(DistinctValues), "distinct_values")]
[JsonDerivedType(typeof(ReadsAsNumber), "reads_as_number")]
[JsonDerivedType(typeof(RealBetween), "real_between")]
[JsonDerivedType(typeof(Fresh), "fresh")]
[JsonDerivedType(typeof(MostCommonInSet), "most_common_in_set")]
[JsonDerivedType(typeof(QuantilesBetween), "quantiles_between")]
[JsonDerivedType(typeof(StatisticBetween), "statistic_between")]
[JsonDerivedType(typeof(ZScoresBelow), "z_scores_below")]
[JsonDerivedType(typeof(BootstrappedKolmogorovSmirnovAbove), "bootstrapped_kolmogorov_smirnov_above")]
[JsonDerivedType(typeof(ChiSquareAbove), "chi_square_above")]
[JsonDerivedType(typeof(CramersPhiBelow), "cramers_phi_below")]
[JsonDerivedType(typeof(KlDivergenceBelow), "kl_divergence_below")]
[JsonDerivedType(typeof(KolmogorovSmirnovAbove), "kolmogorov_smirnov_above")]
[JsonDerivedType(typeof(ColumnsCompare), "columns_compare")]
[JsonDerivedType(typeof(InReference), "in_reference")]
[JsonDerivedType(typeof(PairsInSet), "pairs_in_set")]
[JsonDerivedType(typeof(Satisfies), "satisfies")]
[JsonDerivedType(typeof(SumEquals), "sum_equals")]
[JsonDerivedType(typeof(Unique), "unique")]
[JsonDerivedType(typeof(UniqueWithinRow), "unique_within_row")]
[JsonDerivedType(typeof(ColumnCountBetween), "column_count_between")]
[JsonDerivedType(typeof(ColumnExists), "column_exists")]
[JsonDerivedType(typeof(ColumnsMatch), "columns_match")]
[JsonDerivedType(typeof(RowCountBetween), "row_count_between")]
[JsonDerivedType(typeof(RowCountEqualsReference), "row_count_equals_reference")]
[JsonDerivedType(typeof(AllNull), "all_null")]
[JsonDerivedType(typeof(DateParseable), "date_parseable")]
[JsonDerivedType(typeof(Finite), "finite")]
[JsonDerivedType(typeof(JsonParseable), "json_parseable")]
[JsonDerivedType(typeof(LengthBetween), "length_between")]
[JsonDerivedType(typeof(MatchesDateFormat), "matches_date_format")]
[JsonDerivedType(typeof(MatchesJsonSchema), "matches_json_schema")]
[JsonDerivedType(typeof(MatchesLike), "matches_like")]
[JsonDerivedType(typeof(MatchesRegex), "matches_regex")]
[JsonDerivedType(typeof(NotNull), "not_null")]
[JsonDerivedType(typeof(OfType), "of_type")]
[JsonDerivedType(typeof(Ordered), "ordered")]
[JsonDerivedType(typeof(ValuesBetween), "values_between")]
[JsonDerivedType(typeof(ValuesInSet), "values_in_set")]
[JsonDerivedType(typeof(ValuesNotInSet), "values_not_in_set")]
public abstract record Expectation
{
    private protected Expectation(NullPolicy nulls = NullPolicy.Ignore) => Nulls = nulls;

    /// <summary>Gets what the expectation is called, as values_between.</summary>
    [JsonIgnore]
    public string Kind => Name;

    /// <summary>Gets the columns that the expectation looks at. A column that the data does not have fails it.</summary>
    public abstract IReadOnlyList<string> Columns { get; }

    /// <summary>Gets what is expected, as a sentence without its end: 'distance' is between 1 and 6000.</summary>
    [JsonIgnore]
    public string Description => Describe();

    /// <summary>Gets what a failure means.</summary>
    /// <value>The default is <see cref="Severity.Error"/>.</value>
    public Severity Severity { get; init; }

    /// <summary>Gets the share of the judged rows that must pass, 0 to 1. A row that fails is rejected by a quarantine all the same.</summary>
    /// <value>The default is 1: all of them.</value>
    public double Mostly
    {
        get;
        init => field = value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Mostly), value, "The share of rows that must pass lies between 0 and 1.");
    }

    = 1;

    /// <summary>Gets which rows are looked at; null for all.</summary>
    public RowFilter? Where { get; init; }

    /// <summary>Gets what is done with missing values.</summary>
    public NullPolicy Nulls { get; init; }

    private protected virtual string Name => ExpectationNames.Of(GetType());

    /// <summary>Says what is expected, for <see cref="Description"/>.</summary>
    /// <returns>A sentence without its end.</returns>
    protected abstract string Describe();

    /// <summary>Compiles the expectation for the columns of some data.</summary>
    /// <exception cref="CheckException">It cannot be checked on them.</exception>
    internal abstract Check Plan(CheckPlan plan);

    internal string Filtered => Where is null ? Description : $"{Description} where {Where.Text}";
}
