using CsCheck;

namespace MlOps.Statistics.Tests;

public class ColumnComparerTests
{
    private readonly Random _random = new(20010502);

    [Fact]
    public void Equal_columns_have_no_distance()
    {
        var column = Profile(Normal(5000));
        var change = ColumnComparer.Compare(column, column);
        change.PValue.Should().Be(1);
        change.Distances.Values.Should().OnlyContain(d => d.Value == 0 && d.Noise > 0);
    }

    [Fact]
    public void The_distances_are_those_of_the_values()
    {
        double[] first = [.. Normal(3000).Select(x => Math.Round(x, 2))], second = [.. Normal(2000).Select(x => Math.Round(x + 0.3, 2))];
        var change = ColumnComparer.Compare(Profile(first), Profile(second));
        change.Distance(DistanceMeasure.KolmogorovSmirnov).Value.Should().BeApproximately(KolmogorovSmirnov.Test(first, second).Statistic, 1e-12);
        var deviation = Math.Sqrt(first.Select(x => Math.Pow(x - first.Average(), 2)).Average());
        change.Distance(DistanceMeasure.Wasserstein).Value.Should().BeApproximately(Wasserstein.Of(first, second) / deviation, 1e-9);
    }

    [Fact]
    public void With_more_values_than_are_counted_the_distances_are_nearly_those_of_the_values()
    {
        double[] first = Normal(50_000), second = [.. Normal(40_000).Select(x => x + 0.1)];
        var change = ColumnComparer.Compare(Profile(first), Profile(second));
        change.Distance(DistanceMeasure.KolmogorovSmirnov).Value.Should().BeApproximately(KolmogorovSmirnov.Test(first, second).Statistic, 0.003);
        change.Distance(DistanceMeasure.Wasserstein).Value.Should().BeApproximately(Wasserstein.Of(first, second), 0.003);
    }

    [Fact]
    public void The_noise_is_what_distances_are_on_average_when_nothing_has_changed()
    {
        var changes = Enumerable.Range(0, 300).Select(_ => ColumnComparer.Compare(Profile(Normal(1500)), Profile(Normal(400)))).ToList();
        foreach (var measure in Enum.GetValues<DistanceMeasure>())
        {
            var (mean, noise) = (changes.Average(c => c.Distance(measure).Value), changes.Average(c => c.Distance(measure).Noise));
            noise.Should().BeApproximately(mean, 0.15 * mean, measure.ToString());
        }
    }

    [Fact]
    public void What_lies_outside_of_the_reference_has_bins_of_its_own()
    {
        double[] reference = [.. Enumerable.Range(0, 1000).Select(i => (double)i)];
        var change = ColumnComparer.Compare(Profile(reference), Profile([-5, -7, 500, 1000, 1001, 1002, double.PositiveInfinity]));
        change.Bins[0].Should().Be(new ChangedBin("below 0, which the reference never is", 0, 2));
        change.Bins[^1].Should().Be(new ChangedBin("above 999, which the reference never is", 0, 4));
        change.Bins.Where(b => b.Reference > 0).Should().HaveCount(10).And.OnlyContain(b => b.Reference == 100);
    }

    [Fact]
    public void Few_values_are_compared_value_by_value()
    {
        var change = ColumnComparer.Compare(Profile([.. Enumerable.Range(0, 900).Select(i => i % 3.0)]), Profile([.. Enumerable.Range(0, 900).Select(i => (i % 4.0) * 1)]));
        change.Bins.Select(b => (b.Name, b.Reference, b.Current)).Should().Equal(("0", 300, 225), ("1", 300, 225), ("2", 300, 225), ("a value that the reference never had", 0, 225));
        change.PValue.Should().BeLessThan(1e-20);
    }

    [Fact]
    public void Integers_and_reals_of_the_same_values_are_equal()
    {
        var integers = new ColumnProfile();
        integers.Add((ReadOnlySpan<long>)[.. Enumerable.Range(-3000, 6000).Select(i => (long)i)]);
        var change = ColumnComparer.Compare(integers, Profile([.. Enumerable.Range(-3000, 6000).Select(i => (double)i)]));
        change.Distance(DistanceMeasure.KolmogorovSmirnov).Value.Should().Be(0);
    }

    [Fact]
    public void An_infinity_is_a_number_like_another()
    {
        double[] values = Normal(1000);
        var change = ColumnComparer.Compare(Profile(values), Profile([.. values, double.PositiveInfinity]));
        change.PValue.Should().Be(1);
        change.Distance(DistanceMeasure.Wasserstein).Value.Should().BeApproximately(0, 1e-9, "the distance to infinity is no distance");
    }

    [Fact]
    public void A_missing_share_has_a_test_of_its_own()
    {
        var (reference, current) = (Profile(Normal(1000)), Profile([.. Normal(900), .. Enumerable.Repeat(double.NaN, 60)]));
        current.AddMissing(40);
        var change = ColumnComparer.Compare(reference, current);
        change.CurrentMissingShare.Should().Be(0.1);
        change.MissingPValue.Should().Be(FisherExact.PValue(0, 1000, 100, 1000)).And.BeLessThan(1e-20);
        change.PValue.Should().BeGreaterThan(0.01);
    }

    [Fact]
    public void Categories_of_which_each_row_has_its_own_are_no_drift()
    {
        var change = ColumnComparer.Compare(Texts(Enumerable.Range(0, 300).Select(i => $"a{i}")), Texts(Enumerable.Range(0, 300).Select(i => $"b{i}")));
        change.PValue.Should().Be(1);
        change.UnseenPValue.Should().BeApproximately(1, 1e-9);
    }

    [Fact]
    public void Many_rare_categories_that_became_fewer_are_found_by_drawing()
    {
        var change = ColumnComparer.Compare(Texts(Enumerable.Range(0, 3000).Select(i => $"c{i % 200}")), Texts(Enumerable.Range(0, 100).Select(i => $"c{i % 20}")));
        change.Test.Should().Be(ChangeTest.Permutation);
        change.PValue.Should().BeLessThan(1e-4);
        ColumnComparer.Compare(Texts(Enumerable.Range(0, 3000).Select(i => $"c{i % 200}")), Texts(Enumerable.Range(0, 100).Select(i => $"c{i % 20}"))).PValue.Should().Be(change.PValue, "what is drawn depends on the counts only");
    }

    [Fact]
    public void A_column_of_identifiers_is_compared_by_its_buckets_and_lengths()
    {
        var same = ColumnComparer.Compare(Texts(Enumerable.Range(0, 9000).Select(i => $"id-{i:000000}")), Texts(Enumerable.Range(0, 6000).Select(i => $"id-{i + 20_000:000000}")));
        same.PValue.Should().BeGreaterThan(0.001);
        same.UnseenPValue.Should().Be(double.NaN, "nobody knows which are new");
        ColumnComparer.Compare(Texts(Enumerable.Range(0, 9000).Select(i => $"id-{i:000000}")), Texts(Enumerable.Range(0, 6000).Select(i => $"id-{i:0000000}"))).PValue.Should().BeLessThan(1e-20);
    }

    [Fact]
    public void Truth_values_are_compared_exactly()
    {
        var (reference, current) = (new ColumnProfile(), new ColumnProfile());
        reference.Add([true, true, true, false, true, true, false, true]);
        current.Add([false, false, false, false]);
        var change = ColumnComparer.Compare(reference, current);
        change.Test.Should().Be(ChangeTest.Fisher);
        change.PValue.Should().BeApproximately(FisherExact.PValue(2, 8, 4, 4), 1e-12);
    }

    [Fact]
    public void Values_of_another_kind_are_not_compared_and_say_so() =>
        ColumnComparer.Compare(Profile([1, 2]), Texts(["a"])).Problem.Should().Be("The values were Real and are Text.");

    [Fact]
    public void Columns_without_rows_or_values_say_so()
    {
        ColumnComparer.Compare(new(), Profile([1])).Problem.Should().Be("The reference has no rows.");
        ColumnComparer.Compare(Profile([1]), new()).Problem.Should().Be("There are no rows.");
        ColumnComparer.Compare(Profile([1]), Profile([double.NaN])).Problem.Should().Be("Every value is missing.");
        ColumnComparer.Compare(Profile([double.NaN]), Profile([1])).Problem.Should().Be("The reference has no values.");
    }

    [Fact]
    public void Points_in_time_are_not_compared()
    {
        var times = new ColumnProfile();
        times.AddTimestamps([1, 2, 3], TimeUnit.Second);
        ColumnComparer.Compare(times, times).Problem.Should().Be("Not compared: a Timestamp always moves.");
    }

    [Fact]
    public void A_million_rows_say_how_small_a_change_is()
    {
        var change = ColumnComparer.Compare(Profile(Normal(300_000)), Profile([.. Normal(300_000).Select(x => x + 0.02)]));
        change.PValue.Should().BeLessThan(1e-4);
        change.Distance(DistanceMeasure.PopulationStability).Value.Should().BeLessThan(0.005);
        change.Distance(DistanceMeasure.Wasserstein).Value.Should().BeApproximately(0.02, 0.01);
    }

    [Fact]
    public void The_top_contributors_explain_the_index()
    {
        var change = ColumnComparer.Compare(Texts(Repeat(("a", 500), ("b", 300), ("c", 200))), Texts(Repeat(("a", 500), ("b", 100), ("c", 400))));
        var top = change.TopContributors(2);
        top.Select(t => t.Name).Should().Equal("'b'", "'c'");
        top[0].Should().Match<BinContribution>(t => t.Reference == 0.3 && t.Current == 0.1);
        top.Sum(t => t.Contribution).Should().BeApproximately(1, 1e-9);
    }

    [Fact]
    public void However_the_rows_were_divided_and_merged_the_comparison_is_the_same() => Gen.Select(Gen.Double[-1e6, 1e6].Array[1, 200], Gen.Int[0, 200], Gen.Bool).Sample((values, cut, swap) =>
    {
        cut = Math.Min(cut, values.Length);
        var (a, b) = (Profile(values[..cut]), Profile(values[cut..]));
        var merged = swap ? b : a;
        merged.Merge(swap ? a : b);
        var reference = Profile(Enumerable.Range(0, 500).Select(i => (i - 250) * 4000.0).ToArray());
        var (whole, parts) = (ColumnComparer.Compare(reference, Profile(values)), ColumnComparer.Compare(reference, merged));
        return whole.PValue == parts.PValue && whole.Bins.SequenceEqual(parts.Bins) && whole.Distances.All(d => parts.Distance(d.Key) == d.Value);
    });

    [Fact]
    public void A_stored_reference_gives_the_same_comparison()
    {
        var (reference, current) = (Profile(Normal(20_000)), Profile(Normal(5000)));
        var (fresh, stored) = (ColumnComparer.Compare(reference, current), ColumnComparer.Compare(ColumnProfile.FromBytes(reference.ToBytes()), ColumnProfile.FromJson(current.ToJson())));
        (stored.PValue, stored.Statistic).Should().Be((fresh.PValue, fresh.Statistic));
        stored.Bins.Should().Equal(fresh.Bins);
    }

    private double[] Normal(int count) => [.. Enumerable.Range(0, count).Select(_ => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble()))];

    private static ColumnProfile Profile(double[] values)
    {
        var profile = new ColumnProfile();
        profile.Add(values);
        return profile;
    }

    private static ColumnProfile Texts(IEnumerable<string> values)
    {
        var profile = new ColumnProfile();
        profile.Add([.. values]);
        return profile;
    }

    private static IEnumerable<string> Repeat(params (string Value, int Times)[] values) => values.SelectMany(v => Enumerable.Repeat(v.Value, v.Times));
}
