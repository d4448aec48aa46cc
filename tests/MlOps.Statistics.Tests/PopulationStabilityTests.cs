namespace MlOps.Statistics.Tests;

public class PopulationStabilityTests
{
    [Fact]
    public void The_index_is_the_sum_of_the_differences_of_shares_times_their_log_ratio()
    {
        // By hand: (0.5 - 0.25) ln 2 + (0.5 - 0.75) ln(2 / 3).
        PopulationStability.Index([50, 50], [25, 75]).Should().BeApproximately((0.25 * Math.Log(2)) + (0.25 * Math.Log(1.5)), 1e-14);
        // Siddiqi's form with ten even bins that move by a fifth.
        PopulationStability.Index([100, 100, 100, 100, 100, 100, 100, 100, 100, 100], [120, 80, 120, 80, 120, 80, 120, 80, 120, 80])
            .Should().BeApproximately((5 * 0.02 * Math.Log(1.2)) + (5 * -0.02 * Math.Log(0.8)), 1e-14);
    }

    [Fact]
    public void The_index_of_equal_shares_is_0_whatever_the_sizes() => PopulationStability.Index([1, 2, 3], [1000, 2000, 3000]).Should().BeApproximately(0, 1e-15);

    [Fact]
    public void An_empty_bin_counts_as_half_a_row() =>
        PopulationStability.Index([500, 500], [100, 0]).Should().BeApproximately((0.5 * Math.Log(2)) + ((0.005 - 0.5) * Math.Log(0.01)), 1e-12);

    [Fact]
    public void An_empty_bin_in_which_nothing_was_to_be_expected_says_nothing()
    {
        // 1 row of 1,000,000 leads to expect 0.0001 rows of 100.
        PopulationStability.Index([999_999, 1], [100, 0]).Should().BeLessThan(1e-6);
        PopulationStability.Index([10, 0, 10], [10, 0, 10]).Should().Be(0);
    }

    [Fact]
    public void The_index_of_an_empty_sample_is_unknown()
    {
        PopulationStability.Index([0, 0], [1, 1]).Should().Be(double.NaN);
        PopulationStability.Compare([], []).PValue.Should().Be(double.NaN);
        PopulationStability.Compare([1, 1], [0, 0]).Index.Should().Be(double.NaN);
    }

    [Fact]
    public void One_bin_cannot_move() => PopulationStability.Compare([10], [20]).Should().Be(new StabilityResult(0, 0, 1));

    [Fact]
    public void Samples_of_disjoint_bins_are_as_far_apart_as_can_be()
    {
        var result = PopulationStability.Compare([1000, 0], [0, 1000]);
        result.Index.Should().BeGreaterThan(10);
        result.PValue.Should().BeLessThan(1e-300);
    }

    [Fact]
    public void The_null_distribution_is_chi_square()
    {
        // Yurdakul and Naranjo: the 95 % point with 10 bins and 100 rows on each side is 16.919 (1 / 100 + 1 / 100).
        PopulationStability.PValue(16.918977604620448 * 0.02, 100, 100, 10).Should().BeApproximately(0.05, 1e-12);
        PopulationStability.Expected(100, 100, 10).Should().BeApproximately(0.18, 1e-15);
        PopulationStability.PValue(0.1, 0, 100, 10).Should().Be(double.NaN);
        PopulationStability.PValue(0.1, 100, 100, 1).Should().Be(1);
    }

    [Theory]
    [InlineData(1000, 50, 10, 0)]
    [InlineData(1000, 100, 21, 1)]
    [InlineData(2000, 500, 21, 1)]
    [InlineData(1000, 100, 21, 2)]
    [InlineData(1000, 1000, 2, 0)]
    public void Without_a_change_small_chances_are_as_rare_as_they_say(int referenceRows, int rows, int bins, double skew)
    {
        var random = new Random(20260101);
        var weights = Enumerable.Range(1, bins).Select(i => Math.Pow(i, -skew)).ToArray();
        var (reference, current) = (new long[bins], new long[bins]);
        const int repetitions = 3000;
        var (atHundredth, atTwentieth) = (0, 0);
        for (var i = 0; i < repetitions; i++)
        {
            Draw(random, weights, referenceRows, reference);
            Draw(random, weights, rows, current);
            var p = PopulationStability.Compare(reference, current).PValue;
            if (p <= 0.05) atTwentieth++;
            if (p <= 0.01) atHundredth++;
        }

        // Three standard deviations above the level.
        atTwentieth.Should().BeLessThan((int)(repetitions * 0.05) + 36);
        atHundredth.Should().BeLessThan((int)(repetitions * 0.01) + 17);
    }

    private static void Draw(Random random, double[] weights, int rows, long[] counts)
    {
        Array.Clear(counts);
        var total = weights.Sum();
        for (var i = 0; i < rows; i++)
        {
            var (left, bin) = (random.NextDouble() * total, 0);
            while (bin < weights.Length - 1 && (left -= weights[bin]) >= 0) bin++;
            counts[bin]++;
        }
    }
}
