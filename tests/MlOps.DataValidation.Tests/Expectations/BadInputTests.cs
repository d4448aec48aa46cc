using Apache.Arrow;

namespace MlOps.DataValidation.Tests.Expectations;

public sealed class BadInputTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_missing_column_fails_its_expectation_and_says_what_there_is()
    {
        var result = await TableOf.Columns(("distance", TableOf.Integers(1)), ("carrier", TableOf.Texts("AA"))).OneAsync(s => s.Column("distanse").NotNull());

        result.Success.Should().BeFalse();
        result.Error.Should().Be("There is no column 'distanse'. The data has distance, carrier. Correct the name, or add the column.");
    }

    [Fact]
    public async Task One_bad_expectation_leaves_the_others_alone()
    {
        var result = await TableOf.Columns(("a", TableOf.Integers(1, 2))).CheckAsync(s => s.Column("b").NotNull().Column("a").Between("x", "y").NotNull());

        result.Results.Select(r => r.Success).Should().Equal(false, false, true);
        result.Results[1].Error.Should().Contain("'a' holds integers, which cannot be compared with 'x'");
    }

    [Fact]
    public async Task A_column_that_stands_twice_is_ambiguous()
    {
        var result = await TableOf.Columns(("a", TableOf.Integers(1)), ("a", TableOf.Integers(2))).OneAsync(s => s.Column("a").NotNull());

        result.Error.Should().Contain("stands 2 times");
    }

    [Fact]
    public async Task A_name_in_another_case_is_found_when_only_one_column_fits()
    {
        var result = await TableOf.Columns(("Distance", TableOf.Integers(1))).OneAsync(s => s.Column("distance").NotNull());

        result.Success.Should().BeTrue();
    }

    [Fact]
    public async Task Without_any_batch_no_column_is_known()
    {
        var result = await ExpectationSuite.Create("s", s => s.RowCount(0).Column("a").NotNull()).ValidateAsync(TableOf.Rows(), null, Stop);

        result.Results.Select(r => r.Success).Should().Equal(true, false);
        result.Results[1].Error.Should().Contain("The data has no columns");
    }

    [Fact]
    public async Task Rows_of_an_empty_table_pass_and_statistics_fail()
    {
        var result = await TableOf.Columns(("a", TableOf.Numbers())).CheckAsync(s => s.Column("a").Between(1, 2).Mean(0, 1).Sum(0, 0).Unique());

        result.Results.Select(r => r.Success).Should().Equal(true, false, true, true);
        result.Results[1].Message.Should().Be("Expected that the mean of 'a' is between 0 and 1, but there are no values.");
    }

    [Fact]
    public async Task A_column_of_missing_values_passes_rows_and_fails_not_null()
    {
        var result = await TableOf.Columns(("a", TableOf.Numbers(null, null))).CheckAsync(s => s.Column("a").Between(1, 2).NotNull().Mean(0, 1));

        result.Results.Select(r => r.Success).Should().Equal(true, false, false);
        result.Results[0].MissingCount.Should().Be(2);
    }

    [Fact]
    public async Task A_column_of_nan_lies_in_no_range_and_has_no_mean()
    {
        var result = await TableOf.Columns(("a", TableOf.Numbers(double.NaN, double.NaN))).CheckAsync(s => s.Column("a").Between(0).NotNull().Finite().Mean(0, 1));

        result.Results.Select(r => r.Success).Should().Equal(false, true, false, false);
        result.Results[0].UnexpectedCount.Should().Be(2);
        result.Results[3].Observed.Value.Should().Be(double.NaN);
    }

    [Fact]
    public async Task Integers_beyond_the_53_bits_of_a_double_are_compared_exactly()
    {
        const long Large = (1L << 53) + 1;
        var result = await TableOf.Columns(("a", TableOf.Integers(Large, long.MaxValue, long.MinValue))).CheckAsync(s => s.Column("a").Between(max: Large - 1).InSet(Large, long.MaxValue, long.MinValue).Unique());

        result.Results.Select(r => r.UnexpectedCount).Should().Equal(2, 0, 0);
    }

    [Fact]
    public async Task A_text_of_ten_megabytes_is_measured_and_cut_in_the_sample()
    {
        var result = await TableOf.Columns(("a", TableOf.Texts(new string('x', 10_000_000), "y"))).OneAsync(s => s.Column("a").Length(max: 5));

        result.UnexpectedCount.Should().Be(1);
        result.Sample[0].Values["a"].ToString().Should().HaveLength(1000);
    }

    [Fact]
    public async Task Ten_thousand_columns_are_checked()
    {
        var names = Enumerable.Range(0, 10_000).Select(i => $"c{i}").ToList();
        var batch = TableOf.Columns([.. names.Select(n => (n, TableOf.Integers(1, 2)))]);
        var result = await batch.CheckAsync(s => names.ForEach(n => s.Column(n).Between(1, 2)));

        result.Success.Should().BeTrue();
        result.Results.Should().HaveCount(10_000);
    }

    [Fact]
    public async Task A_pattern_that_backtracks_for_ever_fails_after_its_time()
    {
        var result = await TableOf.Columns(("a", TableOf.Texts(new string('a', 40) + "!"))).CheckAsync(s => s.Column("a").Matches("^(a+)+$").NotNull(), new() { PatternTimeout = TimeSpan.FromMilliseconds(50) });

        result.Results.Select(r => r.Success).Should().Equal(false, true);
        result.Results[0].Error.Should().Contain("took longer than 0.05 s");
    }

    [Fact]
    public async Task Different_keys_beyond_the_limit_fail_and_say_so()
    {
        var result = await TableOf.Columns(("a", TableOf.Integers(1, 2, 3))).CheckAsync(s => s.Column("a").Unique().DistinctCount(1, 9), new() { MaxDistinct = 2 });

        result.Results.Should().OnlyContain(r => r.Error!.Contains("more than 2 different"));
    }

    [Fact]
    public async Task Columns_that_go_or_change_between_batches_fail()
    {
        var suite = ExpectationSuite.Create("s", s => s.Column("a").NotNull().Column("b").NotNull().Column("c").NotNull());
        var first = TableOf.Columns(("a", TableOf.Integers(1)), ("b", TableOf.Integers(1)), ("c", TableOf.Integers(1)));
        var second = TableOf.Columns(("c", TableOf.Integers(2)), ("b", TableOf.Texts("x")));
        var result = await suite.ValidateAsync(TableOf.Rows(first, second), null, Stop);

        result.Results.Select(r => r.Success).Should().Equal(false, false, true);
        result.Results[0].Error.Should().Contain("gone from row 1 on");
        result.Results[1].Error.Should().Contain("holds text from row 1 on");
    }

    [Fact]
    public async Task A_cancelled_pass_stops()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var work = () => ExpectationSuite.Create("s", s => s.RowCount(1)).ValidateAsync(TableOf.Rows(TableOf.Columns(("a", TableOf.Integers(1)))), null, stop.Token);

        await work.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_list_column_can_be_asked_for_missing_values_and_nothing_else()
    {
        var lists = new ListArray.Builder(Apache.Arrow.Types.Int64Type.Default);
        lists.Append();
        ((Int64Array.Builder)lists.ValueBuilder).Append(1);
        lists.AppendNull();
        var result = await TableOf.Columns(("a", lists.Build())).CheckAsync(s => s.Column("a").NotNull().Between(1, 2));

        result.Results[0].UnexpectedCount.Should().Be(1);
        result.Results[1].Error.Should().Contain("values of another type");
    }

    [Theory]
    [InlineData(0.0 / 0)]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    public void A_share_outside_of_0_and_1_is_refused(double share) =>
        FluentActions.Invoking(() => new NotNull("a") { Mostly = share }).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void A_range_that_is_impossible_is_refused()
    {
        FluentActions.Invoking(() => new ValuesBetween("a", 2, 1)).Should().Throw<ArgumentException>().WithMessage("The least value 2 is above the most value 1*");
        FluentActions.Invoking(() => new ValuesBetween("a")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new ValuesBetween("a", double.NaN)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task A_key_column_that_is_not_there_is_misuse()
    {
        var work = () => TableOf.Columns(("a", TableOf.Integers(1))).CheckAsync(s => s.Column("a").NotNull(), new() { KeyColumns = ["id"] });

        await work.Should().ThrowAsync<ArgumentException>().WithMessage("*key column 'id'*");
    }
}
