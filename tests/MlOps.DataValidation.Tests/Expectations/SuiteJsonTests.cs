using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.DataValidation.Tests.Expectations;

public sealed class SuiteJsonTests
{
    private static readonly ExpectationSuite Suite = ExpectationSuite.Create("all", s =>
    {
        s.RowCount(1, 9).RowCountOf("other").ColumnCount(1).ColumnsAre(["a", "b"], ordered: true).Add(new ColumnExists("a", 0)).Rows("a > b");
        s.Column("a").NotNull(0.5).Null().Finite().Unique().Between(1, 2.5, strictMin: true).Between(new DateOnly(2026, 1, 1)).InSet(1, "x", true, 1.5m, default).NotInSet(2).In("other", "k");
        s.Column("a").AsWarning().Where("b = 'x'").Missing(NullPolicy.Judge).OfType(ColumnType.Int64, ColumnType.Float64).Is(Comparison.Less, "b").Ordered(true, true);
        s.Column("a").Length(1).Matches("^a").DoesNotMatch("b").Like("a%").DateFormat("%Y").Json().JsonSchema("{}").Add(new DateParseable("a"));
        s.Column("a").Mean(0).Median(0).Quantiles(new QuantileRange(0.5, 1, 2)).Distinct(SetRelation.Equal, 1, 2).MostCommon("x").ZScores(3).Fresh(TimeSpan.FromDays(1));
        s.Columns("a", "b").Unique().UniqueWithinRow().SumTo(1.5, 0.1).In("other");
        s.Add(new PairsInSet("a", "b", [[1, default]])).Add(new ReadsAsNumber("a", true, 1, null, true, true)).Add(new RealBetween("a", 0.5, null, true, false));
        s.Add(new KlDivergenceBelow("a", Partition.OfBins([0, 1], [0.9], [0.05, 0.05]), 0.1)).Add(new ChiSquareAbove("a", Partition.OfValues(["x", "y"], [0.5, 0.5])));
        s.Add(new KolmogorovSmirnovAbove("a", new(DistributionFamily.Normal, 0, 1))).Add(new BootstrappedKolmogorovSmirnovAbove("a", Partition.OfBins([0, 1], [1]))).Add(new CramersPhiBelow("a", "b", FirstEdges: [0, 1.5]));
    });

    [Fact]
    public void A_suite_survives_json()
    {
        var json = JsonSerializer.Serialize(Suite, MlOpsJson.Options);
        var back = JsonSerializer.Deserialize<ExpectationSuite>(json, MlOpsJson.Options)!;

        JsonSerializer.Serialize(back, MlOpsJson.Options).Should().Be(json);
        back.Expectations.Select(e => e.GetType()).Should().Equal(Suite.Expectations.Select(e => e.GetType()));
        json.Should().Contain("""{"expect":"values_between","column":"a","min":1,"max":2.5,"strictMin":true}""");
    }

    [Fact]
    public void A_suite_survives_its_own_text()
    {
        ExpectationSuite.FromJson(Suite.ToJson()).ToJson().Should().Be(Suite.ToJson());
        ExpectationSuite.FromYaml(Suite.ToYaml()).ToJson().Should().Be(Suite.ToJson());
        Suite.ToYaml().Should().Contain("- expect: \"not_null\"\n  column: \"a\"\n  mostly: 0.5\n- expect: \"all_null\"\n  column: \"a\"\n");
    }

    [Fact]
    public void What_a_person_writes_is_read()
    {
        var suite = ExpectationSuite.FromYaml("""
            name: rides
            expectations:
            - {expect: not_null, column: id, mostly: 0.9}
            - expect: values_in_set
              column: zip
              values: [01234, 12345, "7", true, AA]
              where: id > 3
              severity: warning
              reason: Elsewhere nobody drives.
            - {expect: row_count_between, min: 1}
            """);

        suite.Expectations[0].Should().Be(new NotNull("id") { Mostly = 0.9 });
        var set = suite.Expectations[1].Should().BeOfType<ValuesInSet>().Which;
        set.Values.Select(v => v.Value).Should().Equal("01234", 12345L, "7", true, "AA");
        (set.Where, set.Severity, set.Reason).Should().Be((new RowFilter("id > 3"), Severity.Warning, "Elsewhere nobody drives."));
    }

    [Theory]
    [InlineData("""{"name": "s", "expectations": [{"expect": "tail_number", "column": "a"}]}""", "Line 1: There is no expectation 'tail_number'. There are: all_null, *AddExpectation*")]
    [InlineData("""{"name": "s", "expectations": [{"expect": "not_null", "colum": "a"}]}""", "Line 1: 'not_null' has no 'colum'. It has: column, severity, mostly, where, nulls, reason.")]
    [InlineData("""{"name": "s", "expectations": [{"expect": "not_null"}]}""", "Line 1: 'not_null' cannot be made: *'column'*")]
    [InlineData("""{"name": "s", "expectations": [{"expect": "not_null", "column": "a", "column": "b"}]}""", "Line 1: 'column' stands twice.")]
    [InlineData("""{"name": "s", "expectations": [{"expect": "not_null", "column": "a", "mostly": 2}]}""", "Line 1: 'not_null' cannot be made: The share of rows*")]
    [InlineData("""{"name": "s", "expectations": [{"expect": "not_null", "column": "a", "where": "a >"}]}""", "Line 1: *")]
    [InlineData("""{"name": "s", "expectations": [{"column": "a"}]}""", "Line 1: An expectation says with 'expect' what it is*")]
    [InlineData("""{"name": "s", "expectations": ["not_null"]}""", "Line 1: An expectation says with 'expect' what it is*")]
    [InlineData("""{"name": "s", "expectations": [], "version": 1}""", "Line 1: a suite has no 'version'. It has: name, expectations.")]
    [InlineData("""{"expectations": []}""", "A suite has a 'name' and a list of 'expectations'.")]
    [InlineData("[]", "A suite has a 'name' and a list of 'expectations'.")]
    [InlineData("nonsense", "*The text is no JSON*")]
    [InlineData("", "*The text is no JSON*")]
    public void What_is_no_suite_is_refused_in_words(string json, string message)
    {
        var reading = () => ExpectationSuite.FromJson(json);

        reading.Should().Throw<FormatException>().WithMessage(message);
    }

    [Fact]
    public void All_problems_of_a_text_are_named_with_their_lines()
    {
        var reading = () => ExpectationSuite.FromYaml("name: s\nexpectations:\n- {expect: nothing}\n- {expect: not_null, column: a}\n- {expect: not_null, column: a, mostly: many}\n");

        reading.Should().Throw<FormatException>().WithMessage("Line 3: *\nLine 5: 'not_null' cannot be made*");
    }

    [Fact]
    public void An_expectation_of_ones_own_is_read_where_the_host_has_added_it()
    {
        var builder = new MlOpsBuilder(new ServiceCollection()).AddExpectation<TailNumber>().AddExpectation<TailNumber>();
        using var services = builder.Services.BuildServiceProvider();
        var suite = ExpectationSuite.Create("planes", s => s.Add(new TailNumber("tail", "N")));

        suite.ToYaml().Should().Be("name: \"planes\"\nexpectations:\n- expect: \"tail_number\"\n  column: \"tail\"\n  prefix: \"N\"\n");
        ExpectationSuite.FromYaml(suite.ToYaml(), services.GetRequiredService<ExpectationTypes>()).Expectations.Should().Equal(suite.Expectations);
    }

    [Fact]
    public void An_expectation_that_is_called_as_another_is_refused()
    {
        var adding = () => new MlOpsBuilder(new ServiceCollection()).AddExpectation<Mine.NotNull>();

        adding.Should().Throw<ArgumentException>().WithMessage("*both called 'not_null'*");
    }

    private sealed record TailNumber(string Column, string Prefix, int Length = 6) : ValueExpectation<ReadOnlySpan<char>>(Column)
    {
        protected override string Describe() => "a tail number";

        protected override bool Passes(ReadOnlySpan<char> value) => value.StartsWith(Prefix) && value.Length <= Length;
    }

    private static class Mine
    {
        public sealed record NotNull(string Column) : ValueExpectation<long>(Column)
        {
            protected override string Describe() => "not null";

            protected override bool Passes(long value) => true;
        }
    }

    [Fact]
    public void Every_expectation_of_the_room_has_a_name_in_json() =>
        typeof(Expectation).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Expectation)) && !t.IsAbstract).Should()
            .OnlyContain(t => Suite.Expectations.Any(e => e.GetType() == t), "each stands in the suite of the test above");
}
