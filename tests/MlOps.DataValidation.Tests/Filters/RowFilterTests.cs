using System.Linq.Expressions;
namespace MlOps.DataValidation.Tests.Filters;

public sealed class RowFilterTests
{
    private static readonly Apache.Arrow.RecordBatch Rows = TableOf.Columns(
        ("n", TableOf.Integers(1, 2, 3, null)),
        ("x", TableOf.Numbers(1.5, double.NaN, 3, null)),
        ("t", TableOf.Texts("apple", "Pear", null, "plum%")),
        ("b", TableOf.Booleans(true, false, null, true)),
        ("a name", TableOf.Integers(4, 2, 2, 1)),
        ("d", TableOf.Moments("UTC", new DateTime(2026, 1, 1), new DateTime(2026, 6, 1), null, new DateTime(2027, 1, 1))));

    [Theory]
    [InlineData("n > 1", "1,2")]
    [InlineData("n != 1", "1,2,3")]
    [InlineData("not n = 1", "1,2,3")]
    [InlineData("n is null", "3")]
    [InlineData("n = null", "3")]
    [InlineData("n is not null and n < 3", "0,1")]
    [InlineData("n in (1, 3)", "0,2")]
    [InlineData("n not in (1, 3)", "1,3")]
    [InlineData("n > 1 or t = 'apple'", "0,1,2")]
    [InlineData("(n = 1 | n = 2) & b = true", "0")]
    [InlineData("x > 1", "0,2")]
    [InlineData("x != 3", "0,1,3")]
    [InlineData("t like 'p%'", "3")]
    [InlineData("t like '%\\%'", "3")]
    [InlineData("t not like '_pple'", "1,2,3")]
    [InlineData("\"a name\" >= n", "0,1")]
    [InlineData("[a name] < n", "2")]
    [InlineData("2 < n", "2")]
    [InlineData("n >= 1.5", "1,2")]
    [InlineData("n == \"n\"", "0,1,2,3")]
    [InlineData("d >= '2026-06-01'", "1,3")]
    [InlineData("n = '2'", "1")]
    [InlineData("-n > 1", null)]
    [InlineData("n >", null)]
    [InlineData("n > 1 and", null)]
    [InlineData("(n > 1", null)]
    [InlineData("1 = 1", null)]
    [InlineData("t = 'x", null)]
    [InlineData("n ~ 1", null)]
    public async Task A_filter_lets_rows_through(string text, string? rows)
    {
        if (rows is null)
        {
            FluentActions.Invoking(() => new RowFilter(text)).Should().Throw<FormatException>();
            return;
        }

        var result = await Rows.OneAsync(s => s.Rows(text));
        var failed = result.Sample.Select(r => r.Row).ToHashSet();

        result.Error.Should().BeNull();
        string.Join(',', Enumerable.Range(0, 4).Where(i => !failed.Contains(i))).Should().Be(rows);
    }

    [Fact]
    public void Brackets_without_end_are_refused() =>
        FluentActions.Invoking(() => new RowFilter(new string('(', 5000) + "a = 1" + new string(')', 5000))).Should().Throw<FormatException>().WithMessage("*nested*");

    [Fact]
    public async Task A_filter_on_a_column_that_is_not_there_fails_its_expectation()
    {
        var result = await Rows.OneAsync(s => s.Column("n").Where("m = 1").NotNull());

        result.Error.Should().Contain("There is no column 'm'");
    }

    [Fact]
    public void A_lambda_is_written_as_a_filter()
    {
        var least = 5;
        string[] carriers = ["AA", "O'Hare"];

        RowFilter.Of<Flight>(f => f.Distance > least && (f.Carrier != null || !f.Late)).Text.Should().Be("(\"Distance\" > 5 and (\"Carrier\" != null or not (\"Late\" = true)))");
        RowFilter.Of<Flight>(f => carriers.Contains(f.Carrier)).Text.Should().Be("\"Carrier\" in ('AA', 'O''Hare')");
        RowFilter.Of<Flight>(f => f.Carrier!.StartsWith("A_")).Text.Should().Be("\"Carrier\" like 'A\\_%'");
        RowFilter.Of<Flight>(f => f.Delay.HasValue && f.Delay.Value <= f.Distance).Text.Should().Be("(\"Delay\" is not null and \"Delay\" <= \"Distance\")");
        FluentActions.Invoking(() => RowFilter.Of<Flight>(f => f.Carrier!.Length > 2)).Should().Throw<ArgumentException>().WithMessage("*cannot be checked on columns*");
    }

    [Fact]
    public void A_lambda_may_compare_a_truth_value_with_a_condition()
    {
        RowFilter.Of<Ride>(r => r.Late == (r.Delay > 15)).Text.Should().Be("((\"Late\" = true and \"Delay\" > 15) or (\"Late\" = false and not (\"Delay\" > 15)))");
        RowFilter.Of<Ride>(r => (r.Delay > 15) != r.Late).Text.Should().StartWith("not ((");
        RowFilter.Of<Ride>(r => (r.Delay > 15) == (r.Miles > 100)).Text.Should().Be("((\"Delay\" > 15 and \"way\" > 100) or (not (\"Delay\" > 15) and not (\"way\" > 100)))");
        RowFilter.Of<Ride>(r => r.Late ?? false).Text.Should().Be("\"Late\" = true");
        RowFilter.Of<Ride>(r => r.Late ?? true).Text.Should().Be("\"Late\" != false");
    }

    [Fact]
    public async Task What_a_lambda_says_of_missing_truth_values_is_what_it_says_in_memory()
    {
        Expression<Func<Ride, bool>>[] conditions =
        [
            r => r.Late == (r.Delay > 15), r => r.Late != (r.Delay > 15), r => (r.Delay > 15) == (r.Miles > 100), r => r.Late ?? false, r => r.Late ?? true, r => r.Late == true && !(r.Delay == null), r => r.Late != true,
        ];
        Ride[] rides = [.. from late in new bool?[] { true, false, null } from delay in new double?[] { 20, 3, null } from miles in new[] { 50.0, 500 } select new Ride(late, delay, miles)];
        foreach (var condition in conditions)
        {
            var passed = new List<Ride>();
            await foreach (var ride in ExpectationSuite.Create<Ride>("s", s => s.Rows(condition)).QuarantineAsync(rides.ToAsyncEnumerable(), cancellationToken: TestContext.Current.CancellationToken)) passed.Add(ride);

            passed.Should().Equal(rides.Where(condition.Compile()), "that is what {0} lets through", condition);
        }
    }

    private sealed record Ride(bool? Late, double? Delay, [property: DataColumn(Name = "way")] double Miles);

    private sealed record Flight(double Distance, string? Carrier, bool Late, double? Delay);
}
