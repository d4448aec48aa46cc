using System.Text.Json;
using System.Text.Json.Nodes;
using Apache.Arrow;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation.Tests;

/// <summary>A profile suggests a suite that its own data meet.</summary>
public sealed class SuiteSuggestionsTests
{
    [Fact]
    public void Each_suggestion_has_its_reason()
    {
        var suggested = SuiteSuggestions.From(SampleProfiles.Flights(), "flights").Suggestions.Where(s => s.Column is "origin" or "distance");
        suggested.Select(s => $"{s.Rule}: {s.Expectation.Description}. {s.Reason}").Should().Equal(
            "CompleteIfComplete: 'distance' is not missing. None of the 1,000 values is missing.",
            "NonNegativeNumbers: 'distance' is at least 0. The least value is 100.",
            "HasMax: 'distance' is at most 1180. The largest value is 1,076; 10 % of the range more is allowed.",
            "HasMean: the mean of 'distance' is between 510 and 660. The mean is 584.62, with a standard deviation of 281.52.",
            "HasStandardDeviation: the standard deviation of 'distance' is between 210 and 360. The standard deviation is 281.52.",
            "RetainCompleteness: 'origin' is not missing. 90 % of the 1,000 values are there; with 95 % confidence 87 % are in data like these.",
            "CategoricalRange: 'origin' is one of 'ATL', '<script>alert(1)</script>'. There are 2 different values among 900, and 0 % of them come only once.");
    }

    [Fact]
    public async Task The_data_that_a_suite_comes_from_meet_it()
    {
        const int rows = 500;
        double[] delays = [.. Enumerable.Range(0, rows).Select(i => Math.Sin(i) * 40)];
        long[] distances = [.. Enumerable.Range(0, rows).Select(i => 100L + (i * 37 % 900))];
        string?[] origins = [.. Enumerable.Range(0, rows).Select(i => i % 9 == 0 ? null : i % 50 == 1 ? $"rare {i}" : "ATL")];
        string?[] codes = [.. Enumerable.Range(0, rows).Select(i => $"{i}")];
        var profile = new DatasetProfile();
        profile.Column("delay").Add(delays);
        profile.Column("distance").Add(distances);
        profile.Column("origin").Add(origins);
        profile.Column("code").Add(codes);
        using var batch = new RecordBatch.Builder()
            .Append("delay", false, new DoubleArray.Builder().AppendRange(delays).Build()).Append("distance", false, new Int64Array.Builder().AppendRange(distances).Build())
            .Append("origin", true, Strings(origins)).Append("code", false, Strings(codes)).Build();

        var suite = SuiteSuggestions.From(profile, "flights").ToSuite();
        var result = await suite.ValidateAsync(new[] { batch }.ToAsyncEnumerable(), cancellationToken: TestContext.Current.CancellationToken);
        suite.Expectations.Should().HaveCountGreaterThan(10);
        result.Failures.Select(f => f.Message).Should().BeEmpty();
    }

    [Fact]
    public void A_constant_column_has_one_value() =>
        Of("x", p => p.Add([7L, 7, 7])).Select(s => s.Reason).Should().Equal("None of the 3 values is missing.", "All 3 values are the same.");

    [Fact]
    public void Measures_are_no_keys() => Of("x", p => p.Add([1.5, 2.5, 3.5])).Should().NotContain(s => s.Rule == "UniqueIfApproximatelyUnique");

    [Fact]
    public void A_share_of_missing_values_is_kept_as_a_bound()
    {
        var suggestion = Of("x", p => p.Add(new string?[] { "a", "b", null, "c" })).Single(s => s.Rule == "RetainCompleteness");
        suggestion.Expectation.Should().Be(new NotNull("x") { Mostly = 0.3 });
    }

    [Fact]
    public void Statistics_that_move_are_warnings() =>
        SuiteSuggestions.From(SampleProfiles.Flights(), "s").Suggestions.Where(s => s.Expectation is StatisticBetween).Should().NotBeEmpty().And.OnlyContain(s => s.Expectation.Severity == Severity.Warning);

    [Fact]
    public void Values_of_which_most_come_often_are_a_list_for_most()
    {
        string?[] values = [.. Enumerable.Repeat("Y", 57), .. Enumerable.Repeat("N", 42), "'Y'"];
        var suggestions = Of("x", p => p.Add(values));
        suggestions.Should().ContainSingle(s => s.Rule == "FractionalCategoricalRange").Which.Expectation.Should().BeEquivalentTo(new { Values = new Scalar[] { "Y", "N" }, Mostly = 0.94 });
        suggestions.Should().NotContain(s => s.Rule == "CategoricalRange");
    }

    [Fact]
    public void Keys_are_unique() =>
        Of("id", p => p.Add(Enumerable.Range(0, 5000).ToArray())).Should().ContainSingle(s => s.Rule == "UniqueIfApproximatelyUnique").Which.Reason.Should().Contain("different values");

    [Fact]
    public void One_value_that_comes_twice_is_enough_not_to_be_unique_when_values_were_counted() =>
        Of("id", p => p.Add([1L, 2, 3, 4, 4])).Should().NotContain(s => s.Rule == "UniqueIfApproximatelyUnique");

    [Fact]
    public void Texts_that_are_numbers_stay_so() =>
        Of("code", p => p.Add(new string?[] { "12", "-7", "300", null })).Should().ContainSingle(s => s.Rule == "RetainType").Which.Reason.Should().Be("All texts are whole numbers.");

    [Fact]
    public void Texts_that_were_cut_are_no_list() =>
        Of("x", p => p.Add(Enumerable.Repeat<string?>(new string('x', 10_000), 20).ToArray())).Should().NotContain(s => s.Rule == "CategoricalRange").And.Contain(s => s.Rule == "HasMaxLength");

    [Fact]
    public void Values_that_were_kept_out_are_in_no_suggestion()
    {
        var suggestions = SuiteSuggestions.From(SampleProfiles.Flights(options: new() { KeepValues = false }), "s");
        suggestions.ToJson().Should().NotContain("ATL");
        suggestions.Suggestions.Should().NotBeEmpty();
    }

    [Fact]
    public void Odd_columns_suggest_what_can_be_said()
    {
        var profile = new DatasetProfile();
        profile.Column("empty");
        profile.Column("missing").AddMissing(5);
        profile.Column("nan").Add([double.NaN, double.NaN]);
        profile.Column("infinite").Add([double.PositiveInfinity, 1]);
        profile.Column("huge").Add([-double.MaxValue, double.MaxValue]);
        profile.Column("longs").Add([long.MinValue, long.MaxValue]);
        profile.Column("same").Add([0.1, 0.1, 0.1]);
        var suggestions = SuiteSuggestions.From(profile, "odd");
        suggestions.Suggestions.Select(s => s.Column).Distinct().Should().Equal("nan", "infinite", "huge", "longs", "same");
        suggestions.ToSuite().Expectations.Should().HaveSameCount(suggestions.Suggestions);
        suggestions.ToCSharp().Should().NotContainAny("NaN", "Infinity");
    }

    [Fact]
    public void Numbers_have_one_lower_bound()
    {
        Of("x", p => p.Add([100L, 110])).Should().ContainSingle(s => s.Rule == "HasMin").And.NotContain(s => s.Rule == "NonNegativeNumbers");
        Of("x", p => p.Add([1L, 110])).Should().ContainSingle(s => s.Rule == "NonNegativeNumbers").And.NotContain(s => s.Rule == "HasMin");
    }

    [Theory]
    [InlineData(100.0, 6000.0, 590.0, "-500", "6600")]
    [InlineData(0.0, 1.0, 0.1, "-0.1", "1.1")]
    [InlineData(-3.3, 3.3, 0.66, "-4", "4")]
    public void Bounds_are_rounded_away_from_the_range(double min, double max, double slack, string lower, string upper)
    {
        Scalars.Rounded(min - slack, slack, up: false, whole: false).ToString().Should().Be(lower);
        Scalars.Rounded(max + slack, slack, up: true, whole: false).ToString().Should().Be(upper);
    }

    [Fact]
    public void Json_names_kind_parameters_and_reason()
    {
        var json = JsonNode.Parse(SuiteSuggestions.From(SampleProfiles.Flights(), "flights").ToJson())!;
        json["name"]!.GetValue<string>().Should().Be("flights");
        var origin = json["expectations"]!.AsArray().Single(e => e!["expect"]!.GetValue<string>() == "values_in_set" && e["column"]!.GetValue<string>() == "origin")!;
        origin.ToJsonString(MlOpsJson.Options).Should().StartWith("""{"expect":"values_in_set","column":"origin","values":["ATL","<script>alert(1)</script>"],"reason":"There are""");
    }

    [Fact]
    public void Yaml_says_the_same_as_json()
    {
        var suggestions = SuiteSuggestions.From(SampleProfiles.Flights(), "true");
        var yaml = suggestions.ToYaml();
        yaml.Should().StartWith("name: \"true\"\nexpectations:\n- expect: \"not_null\"\n  column: \"delay\"\n");
        var read = new YamlDotNet.Serialization.DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize(new StringReader(yaml));
        JsonElement.DeepEquals(JsonSerializer.SerializeToElement(read), JsonDocument.Parse(suggestions.ToJson()).RootElement).Should().BeTrue();
    }

    [Fact]
    public void What_is_suggested_reads_back_as_the_suite()
    {
        var suggestions = SuiteSuggestions.From(SampleProfiles.Flights(), "flights");
        string[] texts = [ExpectationSuite.FromJson(suggestions.ToJson()).ToJson(), ExpectationSuite.FromYaml(suggestions.ToYaml()).ToJson()];

        texts.Should().AllBe(suggestions.ToSuite().ToJson());
        ExpectationSuite.FromYaml(suggestions.ToYaml()).Expectations.Select(e => (e.Kind, e.Reason)).Should().Equal(suggestions.Suggestions.Select(s => (s.Expectation.Kind, (string?)s.Reason)));
    }

    private static StringArray Strings(string?[] values)
    {
        var builder = new StringArray.Builder();
        foreach (var value in values) builder.Append(value);
        return builder.Build();
    }

    private static IReadOnlyList<Suggestion> Of(string column, Action<ColumnProfile> add)
    {
        var profile = new DatasetProfile();
        add(profile.Column(column));
        return SuiteSuggestions.From(profile, "s").Suggestions;
    }
}
