namespace MlOps.Statistics.Tests;

public class UnseenCategoriesTests
{
    [Fact]
    public void Rare_categories_are_expected_to_be_unseen_now_and_then()
    {
        // A hundred categories of one row each, fifty in either sample: all of the current ones are unseen, as always.
        long[] reference = [.. Enumerable.Repeat(1L, 50), .. Enumerable.Repeat(0L, 50)], current = [.. Enumerable.Repeat(0L, 50), .. Enumerable.Repeat(1L, 50)];
        var result = UnseenCategories.Test(reference, current);
        result.Share.Should().Be(1);
        result.Expected.Should().BeApproximately(1, 1e-9);
        result.PValue.Should().Be(1);
    }

    [Fact]
    public void A_new_category_with_many_rows_is_no_chance()
    {
        var result = UnseenCategories.Test([10_000, 9_000, 0], [800, 700, 100]);
        result.Share.Should().Be(0.0625);
        result.Expected.Should().BeLessThan(1e-50);
        result.PValue.Should().BeLessThan(1e-50);
    }

    [Fact]
    public void The_chance_is_not_smaller_than_that_of_all_divisions_of_the_rows()
    {
        // Of 20 rows in categories of one row each, 4 of 10 common ones and so on: the unseen ones of 10 current rows are hypergeometric.
        long[] reference = [8, 1, 1, 0, 0, 0, 0], current = [6, 0, 0, 1, 1, 1, 1];
        var exact = 0.0;
        for (var k = 4; k <= 6; k++) exact += Choose(6, k) * Choose(14, 10 - k) / Choose(20, 10);
        UnseenCategories.Test(reference, current).PValue.Should().BeInRange(exact, Math.Min(1, 8 * exact));
    }

    [Fact]
    public void Without_rows_there_is_nothing_to_say() => UnseenCategories.Test([0], [5]).PValue.Should().Be(double.NaN);

    private static double Choose(int n, int k) => Enumerable.Range(1, k).Aggregate(1.0, (product, i) => product * (n - k + i) / i);
}
