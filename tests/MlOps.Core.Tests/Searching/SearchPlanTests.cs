using CsCheck;

namespace MlOps.Core.Tests;

public sealed class SearchPlanTests
{
    private static readonly SearchField X = new(SearchEntity.Metric, "x", SearchType.Number);

    [Theory]
    [InlineData("abc", "abc", true)]
    [InlineData("abc", "ABC", false)]
    [InlineData("abc", "a%", true)]
    [InlineData("abc", "%b%", true)]
    [InlineData("abc", "%", true)]
    [InlineData("", "%", true)]
    [InlineData("", "_", false)]
    [InlineData("abc", "_b_", true)]
    [InlineData("abc", "__", false)]
    [InlineData("abcabd", "%ab_", true)]
    [InlineData("a\U0001F6EBc", "a_c", true)]
    [InlineData("a%c", "a\\%c", false)]
    [InlineData("a*[c", "a*[c", true)]
    [InlineData("aXXbXXc", "a%b%c", true)]
    [InlineData("aXXbXX", "a%b%c", false)]
    public void A_pattern_knows_many_and_one(string text, string pattern, bool expected) => SearchText.IsLike(text, pattern, ignoresCase: false).Should().Be(expected);

    [Theory]
    [InlineData("Größe", "GRÖ%", true)]
    [InlineData("ΣΊΣΥΦΟΣ", "σίσυφοσ", true)]
    [InlineData("abc", "B", false)]
    public void A_pattern_can_ignore_the_case_in_every_script(string text, string pattern, bool expected) => SearchText.IsLike(text, pattern, ignoresCase: true).Should().Be(expected);

    [Fact]
    public void Texts_are_ordered_as_their_UTF8_is() =>
        Check.Sample(
            Gen.Select(Gen.String.Where(IsText), Gen.String.Where(IsText)),
            pair => Math.Sign(SearchText.Order.Compare(pair.Item1, pair.Item2)) ==
                Math.Sign(System.Text.Encoding.UTF8.GetBytes(pair.Item1).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(pair.Item2))));

    [Fact]
    public void Pages_go_through_all_rows_once_in_order()
    {
        double?[] rows = [3, null, double.NaN, double.PositiveInfinity, -1, null, double.NegativeInfinity, double.NaN, 3];
        foreach (var (order, expected) in new[] { ("metrics.x", "6,4,0,8,3,2,7,1,5"), ("metrics.x DESC", "3,0,8,4,6,2,7,1,5") })
        {
            List<int> seen = [];
            string? after = null;
            do
            {
                var page = SearchPlan.Create(Searchable.Runs, null, [order], after).Search(Enumerable.Range(0, rows.Length), 2, (i, field) => ValuesOf(rows[i], i, field));
                seen.AddRange(page.Items);
                after = page.Next;
            }
            while (after is not null);
            string.Join(',', seen).Should().Be(expected);
        }
    }

    [Fact]
    public void A_page_of_another_search_is_refused()
    {
        var token = SearchPlan.Create(Searchable.Runs, "metrics.x > 1", ["metrics.x"], null, "scope").NextOf([1d, 5L, "id"]);
        SearchPlan.Create(Searchable.Runs, "metrics.x > 1", ["metrics.x ASC"], token, "scope").After.Should().Equal(1d, 5L, "id");
        Refused(() => SearchPlan.Create(Searchable.Runs, "metrics.x > 2", ["metrics.x"], token, "scope"));
        Refused(() => SearchPlan.Create(Searchable.Runs, "metrics.x > 1", ["metrics.x DESC"], token, "scope"));
        Refused(() => SearchPlan.Create(Searchable.Runs, "metrics.x > 1", ["metrics.x"], token, "another"));
        Refused(() => SearchPlan.Create(Searchable.Runs, "metrics.x > 1", ["metrics.x"], token, "sco", "pe"));

        static void Refused(Action create) => create.Should().Throw<SearchException>().WithMessage("Invalid page token*another search*");
    }

    [Theory]
    [InlineData("")]
    [InlineData("%%%")]
    [InlineData("eyJvZmZzZXQiOiAxfQ==")]
    [InlineData("W10")]
    [InlineData("WzFd")]
    [InlineData("bm9uc2Vuc2U")]
    public void A_text_that_is_no_page_is_refused(string token) =>
        FluentActions.Invoking(() => SearchPlan.Create(Searchable.Runs, null, [], token)).Should().Throw<SearchException>().WithMessage("Invalid page token*");

    [Theory]
    [InlineData(0.1 + 0.2)]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(-0d)]
    [InlineData(double.Epsilon)]
    public void A_page_keeps_every_number(double number)
    {
        var token = SearchPlan.Create(Searchable.Runs, null, ["metrics.x"], null).NextOf([number, long.MinValue, "größe\n\"'\U0001F6EB"]);
        SearchPlan.Create(Searchable.Runs, null, ["metrics.x"], token).After.Should().Equal(number, long.MinValue, "größe\n\"'\U0001F6EB");
    }

    [Theory]
    [InlineData("start_time = 1", true)]
    [InlineData("start_time >= 1", true)]
    [InlineData("start_time > 1", false)]
    [InlineData("start_time < 2", true)]
    [InlineData("start_time <= 1", true)]
    [InlineData("start_time < 1", false)]
    [InlineData("start_time != 1", false)]
    [InlineData("start_time > 0.5", true)]
    [InlineData("start_time = 1.5", false)]
    public void Moments_are_compared_as_whole_milliseconds(string filter, bool expected) =>
        SearchPlan.Create(Searchable.Runs, filter, [], null).Search([1_999L], 1, (micros, field) => field.Type == SearchType.Time ? [micros] : ["id"]).Items.Any().Should().Be(expected);

    private static IEnumerable<object> ValuesOf(double? value, int id, SearchField field)
    {
        if (field != X) return [field.Type == SearchType.Time ? 0L : $"{id}"];
        return value is { } number ? [number] : [];
    }

    private static bool IsText(string text) => text.EnumerateRunes().All(r => r.Value != 0xFFFD);
}
