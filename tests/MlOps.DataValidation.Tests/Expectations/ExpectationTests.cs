using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;

namespace MlOps.DataValidation.Tests.Expectations;

public sealed class ExpectationTests
{
    private sealed record Even(string Column) : ValueExpectation<long>(Column)
    {
        protected override string Describe() => $"'{Column}' is even";

        protected override bool Passes(long value) => value % 2 == 0;
    }

    private sealed record Shouting(string Column) : ValueExpectation<ReadOnlySpan<char>>(Column)
    {
        protected override string Describe() => $"'{Column}' shouts";

        protected override bool Passes(ReadOnlySpan<char> value) => !value.ContainsAnyInRange('a', 'z');
    }

    private sealed record Triangle(string A, string B, string C) : RowExpectation([A, B, C])
    {
        protected override string Describe() => "the sides make a triangle";

        protected override bool Passes(Row row) => row.Number(0) + row.Number(1) > row.Number(2);
    }

    private sealed record GeometricMean(string Column, double Most) : AggregateExpectation<(double Logs, int Count)>(Column)
    {
        protected override string Describe() => $"the geometric mean of '{Column}' is at most {Most}";

        protected override (double Logs, int Count) Start() => default;

        protected override (double Logs, int Count) Add((double Logs, int Count) state, ReadOnlySpan<double> values)
        {
            foreach (var value in values) state = (state.Logs + Math.Log(value), state.Count + 1);
            return state;
        }

        protected override (bool Success, Scalar Observed) Judge((double Logs, int Count) state) => (Math.Exp(state.Logs / state.Count) <= Most, Math.Exp(state.Logs / state.Count));
    }

    [Fact]
    public async Task A_check_of_ones_own_is_one_class()
    {
        var batch = TableOf.Columns(("a", TableOf.Integers(2, 3, null)), ("t", TableOf.Texts("AB", "Ab", null)), ("b", TableOf.Numbers(1, 1, 1)), ("c", TableOf.Numbers(4, 2, 3)));
        var result = await batch.CheckAsync(s => s.Add(new Even("a")).Add(new Shouting("t")).Add(new Triangle("a", "b", "c") { Nulls = NullPolicy.Ignore }).Add(new GeometricMean("c", 3)));

        result.Results.Select(r => r.UnexpectedCount).Should().Equal(1, 1, 1, 0);
        result.Results[0].Kind.Should().Be("even");
        result.Results[3].Observed.Value.Should().BeOfType<double>().Which.Should().BeApproximately(Math.Cbrt(24), 1e-12);
    }

    [Fact]
    public async Task Failing_rows_come_with_their_numbers_values_and_keys()
    {
        var batch = TableOf.Columns(("id", TableOf.Texts("x", "y", "z")), ("a", TableOf.Integers(1, 9, 8)));
        var result = await batch.OneAsync(s => s.Column("a").Between(1, 5), new() { KeyColumns = ["id"], SampleSize = 1 });

        result.UnexpectedCount.Should().Be(2);
        var row = result.Sample.Should().ContainSingle().Subject;
        (row.Row, row.Values["a"], row.Keys["id"]).Should().Be((1L, (Scalar)9, (Scalar)"y"));
        result.Message.Should().Be("Expected that 'a' is between 1 and 5, but 2 of 3 rows (66.6667 %) fail, first row 1 (id = 'y'): a = 9.");
    }

    [Fact]
    public async Task Enough_rows_are_enough_under_mostly()
    {
        var batch = TableOf.Columns(("a", TableOf.Integers(1, 2, 3, 4)));
        var result = await batch.CheckAsync(s => s.Column("a").Between(1, 3, mostly: 0.75).Between(1, 3, mostly: 0.76));

        result.Results.Select(r => r.Success).Should().Equal(true, false);
    }

    [Fact]
    public async Task A_warning_fails_no_validation()
    {
        var result = await TableOf.Columns(("a", TableOf.Integers(7))).CheckAsync(s => s.Column("a").AsWarning().Between(1, 3));

        result.Success.Should().BeTrue();
        result.Failures.Should().ContainSingle();
    }

    [Fact]
    public async Task A_missing_value_fails_when_every_row_is_judged()
    {
        var batch = TableOf.Columns(("a", TableOf.Integers(1, null)));
        var result = await batch.CheckAsync(s => s.Column("a").Between(1, 3).Missing(NullPolicy.Judge).Between(1, 3));

        result.Results.Select(r => r.UnexpectedCount).Should().Equal(0, 1);
    }

    [Fact]
    public async Task All_rows_of_a_repeated_key_fail()
    {
        var batch = TableOf.Columns(("a", TableOf.Texts("x", "y", "x", "x", null, null)), ("b", TableOf.Integers(1, 1, 1, 2, 1, null)));
        var result = await batch.CheckAsync(s => s.Column("a").Unique().Columns("a", "b").Unique());

        result.Results.Select(r => r.UnexpectedCount).Should().Equal(3, 2);
        result.Results[0].Sample.Select(r => r.Row).Should().Equal(0, 2, 3);
    }

    [Fact]
    public async Task Data_is_fresh_by_the_clock_of_the_validation()
    {
        var clock = new FakeTimeProvider(new(2026, 5, 2, 0, 0, 0, TimeSpan.Zero));
        var batch = TableOf.Columns(("t", TableOf.Moments("UTC", new DateTime(2026, 5, 1, 0, 0, 0, DateTimeKind.Utc), null)));
        var result = await batch.CheckAsync(s => s.Column("t").Fresh(TimeSpan.FromDays(1)).Fresh(TimeSpan.FromHours(23)), new() { Time = clock });

        result.Results.Select(r => r.Success).Should().Equal(true, false);
    }

    [Fact]
    public async Task Rows_refer_to_keys_of_another_table()
    {
        var airports = TableOf.Columns(("code", TableOf.Texts("BOS", "JFK")));
        var options = new ValidationOptions { References = new Dictionary<string, ReferenceSource> { ["airports"] = (_, _) => TableOf.Rows(airports) } };
        var batch = TableOf.Columns(("origin", TableOf.Texts("BOS", "XXX", null)));
        var result = await batch.CheckAsync(s => s.RowCountOf("airports").Column("origin").In("airports", "code").In("cities"), options);

        result.Results.Select(r => r.Success).Should().Equal(false, false, false);
        result.Results[1].UnexpectedCount.Should().Be(1);
        result.Results[2].Error.Should().Contain("no reference 'cities'");
    }

    [Fact]
    public async Task Decimals_and_dates_and_booleans_have_ranges()
    {
        var decimals = new Apache.Arrow.Decimal128Array.Builder(new Apache.Arrow.Types.Decimal128Type(38, 18)).Append(1.5m).Append(2.5m).Build();
        var dates = new Apache.Arrow.Date32Array.Builder().Append(new DateOnly(2026, 1, 1)).Append(new DateOnly(2026, 2, 1)).Build();
        var batch = TableOf.Columns(("d", decimals), ("day", dates), ("b", TableOf.Booleans(true, false)));
        var result = await batch.CheckAsync(s => s.Column("d").Between(1.5m, 2).Sum(4, 4).Column("day").Between(new DateOnly(2026, 1, 15)).Max(max: new DateOnly(2026, 2, 1)).Column("b").InSet(true));

        result.Results.Select(r => r.UnexpectedCount).Should().Equal(1, 0, 1, 0, 1);
        result.Results.Where(r => !r.JudgesRows).Should().OnlyContain(r => r.Success);
    }

    [Fact]
    public async Task A_thousand_blocks_give_what_one_gives()
    {
        var values = Enumerable.Range(0, 20_000).Select(i => (double?)(i % 7 == 0 ? null : i * 0.5)).ToArray();
        void Build(SuiteBuilder s) => s.Column("a").Between(10, 9000).Mean(0, 1e9).StandardDeviation(0, 1e9).Median(0, 1e9).Unique().NotNull();
        var whole = await TableOf.Columns(("a", TableOf.Numbers(values))).CheckAsync(Build);
        var parts = values.Chunk(37).Select(c => TableOf.Columns(("a", TableOf.Numbers(c)))).ToArray();
        var cut = await ExpectationSuite.Create("suite", Build).ValidateAsync(TableOf.Rows(parts), null, TestContext.Current.CancellationToken);

        cut.Results.Select(r => (r.UnexpectedCount, r.MissingCount)).Should().Equal(whole.Results.Select(r => (r.UnexpectedCount, r.MissingCount)));
        cut.Results[0].Sample.Select(r => r.Row).Should().Equal(whole.Results[0].Sample.Select(r => r.Row));
        foreach (var (a, b) in cut.Results.Zip(whole.Results).Where(p => p.First.Observed.Value is double))
            ((double)a.Observed.Value!).Should().BeApproximately((double)b.Observed.Value!, 1e-9);
    }

    [Fact]
    public async Task Quantiles_of_more_values_than_are_kept_are_off_by_little()
    {
        var values = Enumerable.Range(1, 5000).Select(i => (double?)i).ToArray();
        var result = await TableOf.Columns(("a", TableOf.Numbers(values))).OneAsync(s => s.Column("a").Median(0, 1e9), new() { MaxExactValues = 100 });

        ((double)result.Observed.Value!).Should().BeApproximately(2500.5, 2500.5 * 0.00025);
    }

    [Fact]
    public async Task A_result_survives_json()
    {
        var batch = TableOf.Columns(("a", TableOf.Numbers(1, 2.5, null)), ("t", TableOf.Texts("x", "y", "z")));
        var result = await batch.CheckAsync(s => s.Column("a").Between(2, 9).Mean(0, 1).Column("t").InSet("x").Column("u").NotNull(), new() { KeyColumns = ["t"] });
        var json = JsonSerializer.Serialize(result, MlOpsJson.Options);

        JsonSerializer.Serialize(JsonSerializer.Deserialize<ValidationResult>(json, MlOpsJson.Options), MlOpsJson.Options).Should().Be(json);
    }

    [Fact]
    public async Task What_is_thrown_lists_the_first_failures_in_words()
    {
        var result = await TableOf.Columns(("a", TableOf.Integers(7))).CheckAsync(s => s.Column("a").Between(1, 3).Column("b").NotNull());

        FluentActions.Invoking(result.ThrowIfFailed).Should().Throw<DataValidationException>().Which.Message.Should()
            .Contain("2 of 2 expectations of 'suite' failed on 1 rows").And.Contain("'a' is between 1 and 3").And.Contain("There is no column 'b'");
    }

    [Fact]
    public void Members_of_a_record_name_columns()
    {
        var suite = ExpectationSuite.Create<Flight>("flights", s => s.Column(f => f.Distance).Where(s.Filter(f => f.Carrier == "AA")).Between(1, 6000));

        suite.Expectations[0].Columns.Should().Equal("Distance");
        suite.Expectations[0].Where!.Text.Should().Be("\"Carrier\" = 'AA'");
    }

    private sealed record Flight(double Distance, string Carrier);
}
