namespace MlOps.Statistics.Tests;

public class BinsTests
{
    [Fact]
    public void Many_values_are_divided_between_quantiles()
    {
        var bins = NumericBins.Of([.. Enumerable.Range(1, 1000).Select(i => (double)i)]);
        bins.OnePerValue.Should().BeFalse();
        bins.Edges.Should().Equal(100, 200, 300, 400, 500, 600, 700, 800, 900);
        var counts = new long[bins.Count];
        bins.AddTo([.. Enumerable.Range(1, 1000).Select(i => (double)i)], counts).Should().Be(0);
        counts.Should().AllBeEquivalentTo(100);
    }

    [Fact]
    public void The_order_of_the_values_does_not_matter_and_they_are_left_alone()
    {
        double[] values = [.. Enumerable.Range(0, 997).Select(i => (double)(i * 613 % 997))];
        var before = values.ToArray();
        NumericBins.Of(values).Should().Be(NumericBins.Of([.. values.Order()]));
        values.Should().Equal(before);
    }

    [Fact]
    public void Few_values_get_a_bin_each_and_one_for_any_other()
    {
        var bins = NumericBins.Of([3, 1, 2, 2, 1, double.NaN]);
        bins.Should().Be(new NumericBins([1, 2, 3], OnePerValue: true));
        bins.IndexOf(1).Should().Be(0);
        bins.IndexOf(3).Should().Be(2);
        bins.IndexOf(1.6).Should().Be(3);
        bins.IndexOf(-100).Should().Be(3);
        bins.IndexOf(double.PositiveInfinity).Should().Be(3);
        bins.IndexOf(double.NaN).Should().Be(-1);
    }

    [Fact]
    public void A_constant_has_a_bin_for_itself_and_one_for_the_rest()
    {
        var bins = NumericBins.Of([5, 5, 5]);
        bins.Count.Should().Be(2);
        bins.IndexOf(5).Should().Be(0);
        bins.IndexOf(4).Should().Be(1);
        NumericBins.Of([0.0, -0.0]).Count.Should().Be(2);
    }

    [Fact]
    public void Values_that_are_all_missing_give_one_bin_for_anything()
    {
        var bins = NumericBins.Of([double.NaN, double.NaN]);
        bins.Count.Should().Be(1);
        bins.IndexOf(7).Should().Be(0);
        NumericBins.Of([]).Count.Should().Be(1);
    }

    [Fact]
    public void Equal_values_are_never_divided()
    {
        // Nine tenths are 0.
        double[] values = [.. Enumerable.Repeat(0.0, 900), .. Enumerable.Range(1, 100).Select(i => (double)i)];
        NumericBins.Of(values).Edges.Should().Equal(0);
        NumericBins.Of([.. values.Select(v => -v)]).Edges.Should().Equal(-1);
    }

    [Fact]
    public void Infinities_are_the_lowest_and_highest_of_all()
    {
        double[] values = [.. Enumerable.Repeat(double.NegativeInfinity, 300), .. Enumerable.Range(1, 400).Select(i => (double)i), .. Enumerable.Repeat(double.PositiveInfinity, 300)];
        var bins = NumericBins.Of(values);
        bins.IndexOf(double.NegativeInfinity).Should().Be(0);
        bins.IndexOf(double.PositiveInfinity).Should().Be(bins.Count - 1);
        bins.Edges.Should().OnlyHaveUniqueItems().And.BeInAscendingOrder();
        var counts = new long[bins.Count];
        bins.AddTo(values, counts);
        counts[0].Should().Be(300);
        counts[^1].Should().Be(300);
    }

    [Fact]
    public void Counting_adds_and_tells_what_was_missing()
    {
        var bins = NumericBins.Of([1, 2]);
        var counts = new long[3];
        bins.AddTo([1, 1, double.NaN, 9], counts).Should().Be(1);
        bins.AddTo([2], counts).Should().Be(0);
        counts.Should().Equal(2, 1, 1);
        FluentActions.Invoking(() => bins.AddTo([1], new long[2])).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Nonsense_is_refused()
    {
        FluentActions.Invoking(() => NumericBins.Of([1], bins: 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => NumericBins.Of([1], maxValues: -1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => CategoryBins.Count(Of(), Of(), top: 0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Categories_are_chosen_by_both_samples_in_a_total_order()
    {
        var counts = CategoryBins.Count(Of(("b", 5), ("a", 5), ("c", 9), ("d", 3), ("once", 1)), Of(("c", 1), ("new", 3), ("d", 1)), top: 3);
        counts.Names.Should().Equal("c", "a", "b");
        counts.Reference.Should().Equal(9, 5, 5, 3, 1); // "once" stands for the unseen
        counts.Current.Should().Equal(1, 0, 0, 1, 3);
    }

    [Fact]
    public void A_new_category_that_is_frequent_has_a_bin_of_its_own() =>
        CategoryBins.Count(Of(("a", 10), ("b", 8)), Of(("z", 9)), top: 2).Names.Should().Equal("a", "z");

    [Fact]
    public void The_unseen_are_counted_with_the_other_ones_where_nobody_knows_how_many_to_expect()
    {
        var counts = CategoryBins.Count(Of(("a", 9), ("b", 2), ("c", 2), ("d", 1)), Of(("a", 9), ("new", 1)), top: 1);
        counts.Reference.Should().Equal(9, 5, 0);
        counts.Current.Should().Equal(9, 1, 0);
    }

    [Fact]
    public void No_categories_at_all_are_two_empty_bins()
    {
        var counts = CategoryBins.Count(Of(), Of(("a", 0)));
        counts.Names.Should().BeEmpty();
        counts.Reference.Should().Equal(0, 0);
    }

    [Theory]
    [InlineData(300, 1000, 100)]
    [InlineData(300, 1000, 2000)]
    [InlineData(2000, 1000, 1000)]
    [InlineData(30, 5000, 200)]
    public void Many_rare_categories_do_not_seem_to_drift(int categories, int referenceRows, int rows)
    {
        var random = new Random(7);
        const int repetitions = 400;
        var alarms = 0;
        for (var i = 0; i < repetitions; i++)
        {
            var counts = CategoryBins.Count(Draw(random, categories, referenceRows), Draw(random, categories, rows));
            var result = PopulationStability.Compare(counts.Reference, counts.Current);
            if (result.PValue <= 0.01) alarms++;
        }

        alarms.Should().BeLessThan(4 + 8);
    }

    private static Dictionary<string, long> Draw(Random random, int categories, int rows) =>
        Enumerable.Range(0, rows).GroupBy(_ => "c" + random.Next(categories)).ToDictionary(g => g.Key, g => g.LongCount());

    private static Dictionary<string, long> Of(params (string Name, long Count)[] counts) => counts.ToDictionary(c => c.Name, c => c.Count);
}
