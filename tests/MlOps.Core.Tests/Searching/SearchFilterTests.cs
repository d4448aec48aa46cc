using CsCheck;

namespace MlOps.Core.Tests;

public sealed class SearchFilterTests
{
    private static readonly string[] Pieces = ["tags.a", "metrics.m", "=", ">", "LIKE", "IN", "NOT", "AND", "OR", "(", ")", ",", "'x'", "\"", "`", "1e", "-", ".5", "run_id", "NaN", "\0"];

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  \n ")]
    public void No_text_is_no_condition(string? text) => SearchFilter.Parse(text, Searchable.Runs).Should().BeNull();

    [Theory]
    [InlineData("metrics.auc > 0.7")]
    [InlineData("metric.auc>0.7")]
    [InlineData("metrics.`auc` > .7")]
    [InlineData("metrics.\"auc\" > 7e-1")]
    [InlineData("  metrics.auc\t>\n+0.70  ")]
    public void A_metric_is_compared_with_a_number(string text) =>
        Parse(text).Should().Be(new NumberComparison(Metric("auc"), SearchOperator.Greater, 0.7));

    [Theory]
    [InlineData("=", SearchOperator.Equal)]
    [InlineData("!=", SearchOperator.NotEqual)]
    [InlineData("<", SearchOperator.Less)]
    [InlineData("<=", SearchOperator.LessOrEqual)]
    [InlineData(">", SearchOperator.Greater)]
    [InlineData(">=", SearchOperator.GreaterOrEqual)]
    public void Numbers_have_six_comparators(string sign, SearchOperator expected) =>
        Parse($"start_time {sign} -12").Should().Be(new NumberComparison(new(SearchEntity.Attribute, "start_time", SearchType.Time), expected, -12));

    [Theory]
    [InlineData("NaN", double.NaN)]
    [InlineData("Infinity", double.PositiveInfinity)]
    [InlineData("-Infinity", double.NegativeInfinity)]
    [InlineData("1e999", double.PositiveInfinity)]
    [InlineData("5.", 5)]
    public void A_metric_may_be_compared_with_any_number(string number, double expected) =>
        Parse($"metrics.loss = {number}").Should().Be(new NumberComparison(Metric("loss"), SearchOperator.Equal, expected));

    [Theory]
    [InlineData("params.model = 'tree'", SearchEntity.Parameter)]
    [InlineData("param.model = \"tree\"", SearchEntity.Parameter)]
    [InlineData("parameter.model = 'tree'", SearchEntity.Parameter)]
    [InlineData("parameters.model = 'tree'", SearchEntity.Parameter)]
    [InlineData("tags.model = 'tree'", SearchEntity.Tag)]
    [InlineData("tag.`model` = 'tree'", SearchEntity.Tag)]
    public void A_parameter_or_a_tag_is_compared_with_a_quoted_text(string text, SearchEntity entity) =>
        Parse(text).Should().Be(new TextComparison(new(entity, "model", SearchType.Text), SearchOperator.Equal, "tree"));

    [Theory]
    [InlineData("attributes.run_name = 'x'")]
    [InlineData("attribute.run_name = 'x'")]
    [InlineData("attr.run_name = 'x'")]
    [InlineData("run.run_name = 'x'")]
    [InlineData("run_name = 'x'")]
    [InlineData("attributes.`Run name` = 'x'")]
    [InlineData("attributes.\"run name\" = 'x'")]
    [InlineData("`Run Name` = 'x'")]
    public void An_attribute_has_several_names(string text) =>
        Parse(text).Should().Be(new TextComparison(new(SearchEntity.Attribute, "run_name", SearchType.Text), SearchOperator.Equal, "x"));

    [Theory]
    [InlineData("created > 1")]
    [InlineData("attributes.Created > 1")]
    public void The_start_of_a_run_has_other_names(string text) => ((NumberComparison)Parse(text)).Field.Key.Should().Be("start_time");

    [Theory]
    [InlineData("tags.mlflow.parentRunId = 'x'", "mlflow.parentRunId")]
    [InlineData("tags.`mlflow.source.name` = 'x'", "mlflow.source.name")]
    [InlineData("tags.`a b-c/d:é'\"` = 'x'", "a b-c/d:é'\"")]
    [InlineData("tags.`a``b` = 'x'", "a`b")]
    [InlineData("tags.\"and\" = 'x'", "and")]
    [InlineData("tags.größe_1 = 'x'", "größe_1")]
    public void A_key_may_have_dots_and_when_quoted_anything(string text, string key) => ((TextComparison)Parse(text)).Field.Key.Should().Be(key);

    [Theory]
    [InlineData("tags.t = 'it''s'", "it's")]
    [InlineData("tags.t = \"it's\"", "it's")]
    [InlineData("tags.t = 'say \"yes\"'", "say \"yes\"")]
    [InlineData("tags.t = 'C:\\'", "C:\\")]
    [InlineData("tags.t = ''", "")]
    [InlineData("tags.t = ' AND ('", " AND (")]
    public void A_text_stands_in_either_quotes_and_doubles_its_own(string text, string value) => ((TextComparison)Parse(text)).Value.Should().Be(value);

    [Theory]
    [InlineData("tags.t like 'a%'", SearchOperator.Like)]
    [InlineData("tags.t ILIKE 'a%'", SearchOperator.ILike)]
    [InlineData("tags.t != 'a%'", SearchOperator.NotEqual)]
    public void Words_are_understood_in_any_case(string text, SearchOperator expected) => ((TextComparison)Parse(text)).Operator.Should().Be(expected);

    [Theory]
    [InlineData("run_id IN ('a', \"b\")", false)]
    [InlineData("tags.t in ('a','b')", false)]
    [InlineData("params.p NOT IN ('a','b',)", true)]
    [InlineData("datasets.name Not In ('a','b')", true)]
    public void Every_text_can_be_looked_for_in_a_list(string text, bool isNegated)
    {
        var list = (ListComparison)Parse(text);
        list.Values.Should().Equal("a", "b");
        list.IsNegated.Should().Be(isNegated);
    }

    [Fact]
    public void And_binds_closer_than_or_and_not_closest()
    {
        var any = (SearchAny)Parse("tags.a = '1' OR NOT tags.b = '2' AND tags.c = '3'");
        any.Parts.Should().HaveCount(2);
        var all = (SearchAll)any.Parts[1];
        all.Parts[0].Should().BeOfType<SearchNot>();
        all.Parts[1].Should().BeOfType<TextComparison>();
    }

    [Fact]
    public void Parentheses_bind_closest()
    {
        var all = (SearchAll)Parse("(tags.a = '1' or (tags.b = '2')) and not (tags.c = '3')");
        all.Parts[0].Should().BeOfType<SearchAny>();
        ((SearchNot)all.Parts[1]).Part.Should().BeOfType<TextComparison>();
    }

    [Theory]
    [InlineData("foo.x = 'a'", 0, "Invalid entity type 'foo'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']")]
    [InlineData("  foo = 'a'", 2, "Invalid attribute key 'foo' specified. Valid keys are '{'artifact_uri', 'end_time'")]
    [InlineData("dataset.size = 'a'", 0, "Invalid dataset key 'size' specified. Valid keys are '{'context', 'digest', 'name'}'")]
    [InlineData("metrics.m = 'x'", 12, "Expected numeric value type for metric. Found 'x'")]
    [InlineData("start_time > '1'", 13, "Expected numeric value type for numeric attribute: start_time. Found '1'")]
    [InlineData("params.p = 0.1", 11, "Expected a quoted string value for parameter (e.g. 'my-value'). Got value 0.1")]
    [InlineData("run_name = 5", 11, "Expected a quoted string value for attributes. Got value 5")]
    [InlineData("params.p = abc", 11, "Parameter value is either not quoted or unidentified quote types used for string value abc. Use either single or double quotes.")]
    [InlineData("params.p = `abc`", 11, "unidentified quote types used for string value abc")]
    [InlineData("params.p > '1'", 9, "Invalid comparator '>' not one of '{'=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'}'")]
    [InlineData("metrics.m LIKE 1", 10, "Invalid comparator 'LIKE' not one of")]
    [InlineData("metrics.m == 1", 10, "Invalid comparator '=='")]
    [InlineData("metrics.m <> 1", 10, "Invalid comparator '<>'")]
    [InlineData("metrics.m > 1 metrics.n > 2", 14, "Invalid clause(s) in filter string: 'metrics.n'")]
    [InlineData("metrics.m > 1 AND", 17, "it ends too early")]
    [InlineData("metrics.m >", 11, "it ends too early")]
    [InlineData("metrics.m", 9, "it ends too early")]
    [InlineData("AND metrics.m > 1", 0, "Invalid clause(s) in filter string: 'AND'")]
    [InlineData("(metrics.m > 1", 14, "it ends too early")]
    [InlineData("metrics.m > 1)", 13, "Invalid clause(s) in filter string: ')'")]
    [InlineData("()", 1, "Invalid clause(s) in filter string: ')'")]
    [InlineData("'metrics.m' > 1", 0, "Invalid clause(s) in filter string: 'metrics.m'")]
    [InlineData("tags. = 'x'", 0, "Invalid clause(s) in filter string: 'tags.'")]
    [InlineData("tags.a = 'x", 9, "the quote ' is not closed")]
    [InlineData("tags.`a = 'x'", 5, "the quote ` is not closed")]
    [InlineData("tags.a = 'x\0y'", 9, "NUL")]
    [InlineData("tags.a = 'x'; DROP TABLE runs", 12, "Invalid clause(s) in filter string: ';'")]
    [InlineData("tags.a IN 'x'", 10, "Expected a list of quoted string values")]
    [InlineData("tags.a IN ()", 10, "expected a non-empty list of string values, but got empty list")]
    [InlineData("tags.a IN ('a' 'b')", 15, "Invalid clause(s) in filter string: 'b'")]
    [InlineData("tags.a IN (1)", 11, "expected string value, punctuation, or whitespace, but got different type in list")]
    [InlineData("metrics.m IN ('1')", 10, "Invalid comparator 'IN'")]
    public void What_is_not_understood_is_refused_with_its_place(string text, int position, string message)
    {
        var error = FluentActions.Invoking(() => Parse(text)).Should().Throw<SearchException>().Which;
        error.Message.Should().Contain(message);
        error.Message.Should().EndWith($"(at character {position + 1})");
        error.Position.Should().Be(position);
    }

    [Theory]
    [InlineData("metrics.m > 1")]
    [InlineData("params.p = 'x'")]
    [InlineData("dataset.name = 'x'")]
    [InlineData("run_id = 'x'")]
    public void Experiments_have_names_times_and_tags_only(string text)
    {
        FluentActions.Invoking(() => SearchFilter.Parse(text, Searchable.Experiments)).Should().Throw<SearchException>();
        SearchFilter.Parse("name LIKE 'a%' AND creation_time > 1 AND last_update_time > 1 AND tags.a = 'b'", Searchable.Experiments).Should().BeOfType<SearchAll>();
    }

    [Fact]
    public void Models_and_versions_have_their_attributes()
    {
        SearchFilter.Parse("name ILIKE 'a%' AND tags.k != 'v' AND last_updated_timestamp > 5", Searchable.Models).Should().BeOfType<SearchAll>();
        SearchFilter.Parse("name = 'm' AND run_id IN ('a') AND source_path LIKE 'x%' AND version_number >= 2 AND creation_timestamp < 5 AND tags.k = 'v'", Searchable.ModelVersions).Should().BeOfType<SearchAll>();
    }

    [Fact]
    public void A_filter_has_limits()
    {
        Refused(string.Concat(Enumerable.Repeat("(", 60)) + "tags.a = 'x'" + string.Concat(Enumerable.Repeat(")", 60)), "nested deeper");
        Refused(string.Concat(Enumerable.Repeat("NOT ", 100_000)) + "tags.a = 'x'", "characters");
        Refused(string.Concat(Enumerable.Repeat("NOT ", 50_000)) + "tags.a = 'x'", "nested deeper");
        Refused(string.Join(" OR ", Enumerable.Repeat("tags.a = 'x'", 201)), "more than 200 comparisons");
        Refused($"tags.a IN ({string.Join(',', Enumerable.Repeat("'x'", 10_001))})", "more than 10000 values");
        Parse(string.Join(" OR ", Enumerable.Repeat("tags.a = 'x'", 200))).Should().BeOfType<SearchAny>();

        static void Refused(string text, string message) => FluentActions.Invoking(() => Parse(text)).Should().Throw<SearchException>().WithMessage($"*{message}*");
    }

    [Fact]
    public void No_text_makes_the_reader_fail_in_another_way() =>
        Check.Sample(
            Gen.OneOf(Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]), Gen.String[0, 3]).Array[0, 12],
            pieces =>
            {
                try
                {
                    SearchFilter.Parse(string.Join(' ', pieces), Searchable.Runs);
                }
                catch (SearchException)
                {
                }
            });

    private static SearchFilter Parse(string text) => SearchFilter.Parse(text, Searchable.Runs)!;

    private static SearchField Metric(string key) => new(SearchEntity.Metric, key, SearchType.Number);
}
