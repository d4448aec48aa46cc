using CsCheck;

namespace MlOps.Statistics.Tests;

public class SampleTestTests
{
    [Fact]
    public void The_exact_Kolmogorov_Smirnov_chance_counts_all_orders() =>
        Gen.Select(Gen.Int[1, 7], Gen.Int[1, 7]).Sample((n, m) =>
        {
            // Every way to draw n of n + m places.
            var distances = new List<double>();
            for (var chosen = 0; chosen < 1 << (n + m); chosen++)
            {
                if (System.Numerics.BitOperations.PopCount((uint)chosen) != n) continue;
                var (i, j, most) = (0, 0, 0L);
                for (var at = 0; at < n + m; at++)
                {
                    if ((chosen >> at & 1) != 0) i++;
                    else j++;
                    most = Math.Max(most, Math.Abs((long)i * m - (long)j * n));
                }

                distances.Add(most / ((double)n * m));
            }

            foreach (var d in distances.Distinct())
                KolmogorovSmirnov.ExactPValue(d, n, m).Should().BeApproximately(distances.Count(x => x >= d - 1e-12) / (double)distances.Count, 1e-12);
        });

    [Fact]
    public void The_ways_to_compute_Kolmogorovs_distribution_meet()
    {
        // Matrix powers and Pelz and Good's series overlap past 140 values; published: P(D_10 < 0.274) = 0.6284796154565 (Marsaglia, Tsang and Wang 2003).
        (1 - KolmogorovDistribution.UpperTail(0.274, 10)).Should().BeApproximately(0.6284796154565, 1e-12);
        foreach (var (below, above) in ((double, double)[])[(Math.Pow(1.4 / 5000, 2 / 3.0) - 1e-9, Math.Pow(1.4 / 5000, 2 / 3.0) + 1e-9), (Math.Sqrt(2.2 / 5000) - 1e-9, Math.Sqrt(2.2 / 5000) + 1e-9)])
            KolmogorovDistribution.UpperTail(below, 5000).Should().BeApproximately(KolmogorovDistribution.UpperTail(above, 5000), 2e-6);
        KolmogorovDistribution.UpperTail(0.02, 5000).Should().BeApproximately(0.0361, 2e-3);
        KolmogorovDistribution.UpperTail(0.5, 1).Should().Be(1);
        KolmogorovDistribution.UpperTail(0.75, 1).Should().BeApproximately(0.5, 1e-12);
        KolmogorovDistribution.UpperTail(1, 5).Should().Be(0);
    }

    [Fact]
    public void Small_chances_keep_their_digits()
    {
        // All of one sample below all of the other: 2 of (2 n over n) orders.
        KolmogorovSmirnov.ExactPValue(1, 40, 40).Should().BeApproximately(2 / 1.075072086e23, 1e-31);
        double[] low = [.. Enumerable.Range(0, 300).Select(i => (double)i)], high = [.. low.Select(v => v + 300)];
        KolmogorovSmirnov.Test(low, high).PValue.Should().BeGreaterThan(0).And.BeLessThan(1e-170);
        MannWhitney.Test(low, high).PValue.Should().BeGreaterThan(0).And.BeLessThan(1e-90);
    }

    [Fact]
    public void The_exact_Mann_Whitney_chance_counts_all_orders() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 6], Gen.Int[0, int.MaxValue]).Sample((n, m, seed) =>
        {
            var shuffled = Enumerable.Range(0, n + m).Select(i => (double)i).ToArray();
            new Random(seed).Shuffle(shuffled);
            var result = MannWhitney.Test(shuffled.AsSpan(0, n), shuffled.AsSpan(n), Alternative.Greater);
            var (all, extreme) = (0, 0);
            for (var chosen = 0; chosen < 1 << (n + m); chosen++)
            {
                if (System.Numerics.BitOperations.PopCount((uint)chosen) != n) continue;
                var (u, below) = (0, 0);
                for (var at = 0; at < n + m; at++)
                {
                    if ((chosen >> at & 1) != 0) u += below;
                    else below++;
                }

                all++;
                extreme += u >= result.Statistic ? 1 : 0;
            }

            result.PValue.Should().BeApproximately(extreme / (double)all, 1e-12);
        });

    [Fact]
    public void Rank_tests_know_the_edges()
    {
        MannWhitney.Test([1.0, 1], [1.0, 1, 1]).PValue.Should().Be(1);
        MannWhitney.Test([], [1.0]).PValue.Should().Be(double.NaN);
        MannWhitney.Test([1.0, 2], [double.NaN]).Statistic.Should().Be(double.NaN);
        MannWhitney.Test([double.NegativeInfinity], [double.PositiveInfinity], Alternative.Less).PValue.Should().Be(0.5);
        CramerVonMises.Test([1.0, 2], []).PValue.Should().Be(double.NaN);
        CramerVonMises.Test([1.0, 1, 1], [1.0, 1]).PValue.Should().BeApproximately(1, 1e-12);
        AndersonDarling.Test([1.0, 1, 1], [1.0, 1]).Should().Be(new TestResult(0, 0.25));
        AndersonDarling.Test([1.0], [2.0]).PValue.Should().Be(double.NaN);
        FluentActions.Invoking(() => AndersonDarling.Test([[1.0]])).Should().Throw<ArgumentException>();
        EppsSingleton.Test([1.0, 2], [1.0, 2]).PValue.Should().Be(double.NaN);
        EppsSingleton.Test([1.0, 1, 1, 1, 1], [1.0, 1, 1, 1, 1]).Should().Be(new TestResult(0, 1));
        StudentTest.Test([1.0, 1], [1.0, 1]).Should().Be(new TestResult(0, 1));
        StudentTest.Test([1.0, 1], [2.0, 2]).PValue.Should().Be(0);
        StudentTest.Test([1.0], [2.0]).PValue.Should().Be(double.NaN);
        WelchTest.Test([1.0, 1], [1.0, 1]).Should().Be(new TestResult(0, 1));
        WelchTest.Test([2.0, 2], [1.0, 1]).Should().Be(new TestResult(double.PositiveInfinity, 0));
        WelchTest.Test([1.0], [2.0, 3]).PValue.Should().Be(double.NaN);
    }

    [Fact]
    public void Welch_and_SciPy_agree_at_any_scale()
    {
        double[] first = [1.5, 2.25, 3.5, 4, 7.75], second = [2, 2.5, 2.75, 3];
        foreach (var scale in new[] { 1, 1e-140, 1e150 })
        {
            var (t, p) = WelchTest.Test([.. first.Select(v => v * scale)], [.. second.Select(v => v * scale)]);
            t.Should().BeApproximately(1.1218415406860884, 1e-12);
            p.Should().BeApproximately(0.320527115781092, 1e-12);
        }
    }

    [Fact]
    public void Anderson_and_Darling_take_more_than_two_samples()
    {
        // Scholz and Stephens 1987, table 4: smoothness of paper from four laboratories, A2aKN = 8.3926, standardised 4.480, p about 0.0022.
        double[][] laboratories =
        [
            [38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0],
            [39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8],
            [34.0, 35.0, 39.0, 40.0, 43.0, 43.0, 44.0, 45.0],
            [34.0, 34.8, 34.8, 35.4, 37.2, 37.8, 41.2, 42.8],
        ];
        var result = AndersonDarling.Test(laboratories);
        result.Statistic.Should().BeApproximately(4.480, 5e-3);
        result.PValue.Should().BeApproximately(0.0022, 5e-4);
    }

    [Fact]
    public void Chi_square_knows_the_edges()
    {
        ChiSquare.Test([10, 20, 30, 6, 9, 17], 3).Should().BeEquivalentTo(new { DegreesOfFreedom = 2 });
        ChiSquare.Test([10, 20, 30, 6, 9, 17], 3).Statistic.Should().BeApproximately(0.27157465150403504, 1e-12);
        ChiSquare.Test([10, 0, 20, 5, 0, 9], 3).DegreesOfFreedom.Should().Be(1);
        ChiSquare.Test([1, 2, 3], 3).Should().Be(new ChiSquareResult(0, 0, 1));
        ChiSquare.Test([0, 0, 0, 0], 2).PValue.Should().Be(double.NaN);
        ChiSquare.Test([25, 75, 35, 65], 2, continuityCorrection: true).Statistic.Should().BeApproximately(1.9285714285714286, 1e-12);
        FluentActions.Invoking(() => ChiSquare.Test([1, 2, 3], 2)).Should().Throw<ArgumentException>().WithMessage("*3 counts*2 columns*");
        FluentActions.Invoking(() => ChiSquare.Test([1, -2], 2)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Tests_of_equal_samples_hold_their_level()
    {
        var random = new Random(3);
        var rejected = new int[5];
        const int Repeats = 1000;
        for (var turn = 0; turn < Repeats; turn++)
        {
            double[] Draw(int n) => [.. Enumerable.Range(0, n).Select(_ => random.NextDouble())];
            var (first, second) = (Draw(60), Draw(45));
            double[] chances = [KolmogorovSmirnov.Test(first, second).PValue, MannWhitney.Test(first, second).PValue, CramerVonMises.Test(first, second).PValue, EppsSingleton.Test(first, second).PValue, StudentTest.Test(first, second).PValue];
            for (var i = 0; i < chances.Length; i++) rejected[i] += chances[i] < 0.05 ? 1 : 0;
        }

        rejected.Should().OnlyContain(r => r > Repeats * 0.02 && r < Repeats * 0.09);
    }
}
