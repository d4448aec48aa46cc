using CsCheck;

namespace MlOps.Statistics.Tests;

public class DistanceTests
{
    private static readonly Gen<long[]> Counts = Gen.Long[0, 1000].Array[6].Where(c => c.Sum() > 0);

    [Fact]
    public void Distances_have_their_textbook_values()
    {
        long[] reference = [1, 9], current = [3, 7];
        Distance.LInfinity(reference, current).Should().BeApproximately(0.2, 1e-15);
        Distance.TotalVariation(reference, current).Should().BeApproximately(0.2, 1e-15);
        Distance.KullbackLeibler(reference, current).Should().BeApproximately((0.1 * Math.Log(0.1 / 0.3)) + (0.9 * Math.Log(0.9 / 0.7)), 1e-15);
        Distance.Hellinger(reference, current).Should().BeApproximately(Math.Sqrt(1 - Math.Sqrt(0.03) - Math.Sqrt(0.63)), 1e-14);
        var divergence = ((0.1 * Math.Log2(0.1 / 0.2)) + (0.9 * Math.Log2(0.9 / 0.8)) + (0.3 * Math.Log2(0.3 / 0.2)) + (0.7 * Math.Log2(0.7 / 0.8))) / 2;
        Distance.JensenShannonDivergence(reference, current).Should().BeApproximately(divergence, 1e-15);
        Distance.JensenShannon(reference, current).Should().BeApproximately(Math.Sqrt(divergence), 1e-15);
    }

    [Fact]
    public void Equal_shares_are_at_no_distance_and_disjoint_ones_at_the_largest()
    {
        foreach (var distance in (Func<long[], long[], double>[])[(a, b) => Distance.LInfinity(a, b), (a, b) => Distance.TotalVariation(a, b), (a, b) => Distance.JensenShannon(a, b), (a, b) => Distance.Hellinger(a, b)])
        {
            distance([1, 2, 0], [10, 20, 0]).Should().BeApproximately(0, 1e-8);
            distance([5, 0], [0, 3]).Should().BeApproximately(1, 1e-15);
            distance([0, 0], [0, 3]).Should().Be(double.NaN);
            distance([], []).Should().Be(double.NaN);
        }

        Distance.KullbackLeibler([1L, 2], [2L, 4]).Should().Be(0);
        Distance.KullbackLeibler([1L, 2], [0L, 4]).Should().Be(double.PositiveInfinity);
        Distance.KullbackLeibler([0L, 2], [1L, 4]).Should().BeApproximately(Math.Log(5 / 4.0), 1e-15);
    }

    [Fact]
    public void Distances_are_metrics_and_order_as_they_should() =>
        Gen.Select(Counts, Counts, Counts).Sample((a, b, c) =>
        {
            Distance.JensenShannon(a, b).Should().BeApproximately(Distance.JensenShannon(b, a), 1e-12);
            Distance.JensenShannon(a, c).Should().BeLessThanOrEqualTo(Distance.JensenShannon(a, b) + Distance.JensenShannon(b, c) + 1e-12);
            Distance.Hellinger(a, c).Should().BeLessThanOrEqualTo(Distance.Hellinger(a, b) + Distance.Hellinger(b, c) + 1e-12);
            Distance.LInfinity(a, b).Should().BeLessThanOrEqualTo(Distance.TotalVariation(a, b) + 1e-12);
            Math.Pow(Distance.Hellinger(a, b), 2).Should().BeLessThanOrEqualTo(Distance.TotalVariation(a, b) + 1e-12);
        });

    [Fact]
    public void Bins_that_do_not_fit_and_weights_that_cannot_be_are_refused()
    {
        FluentActions.Invoking(() => Distance.LInfinity([1L], [1L, 2])).Should().Throw<ArgumentException>().WithMessage("*1 and 2 bins*");
        FluentActions.Invoking(() => Distance.Hellinger([1L], [-1L])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Distance.Hellinger([1.0], [double.NaN])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Distance.Hellinger([double.PositiveInfinity], [1.0])).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Distances_of_profiles_are_those_of_the_samples() =>
        Gen.Select(Gen.Int[-20, 20].Array[1, 300], Gen.Int[-15, 30].Array[1, 300]).Sample((a, b) =>
        {
            double[] first = [.. a.Select(v => v / 2.0)], second = [.. b.Select(v => v / 2.0)];
            var (p, q) = (Of(first), Of(second));
            Wasserstein.Of(p, q).Should().BeApproximately(Wasserstein.Of(first, second), 1e-12);
            KolmogorovSmirnov.Statistic(p, q).Should().BeApproximately(KolmogorovSmirnov.Test(first, second).Statistic, 1e-12);
        });

    [Fact]
    public void Distances_of_large_profiles_are_near_those_of_the_samples()
    {
        var random = new Random(1);
        double[] Normal(double mean) => [.. Enumerable.Range(0, 100_000).Select(_ => mean + Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
        var (first, second) = (Normal(0), Normal(0.1));
        Wasserstein.Of(Of(first), Of(second)).Should().BeApproximately(Wasserstein.Of(first, second), 2e-4);
        KolmogorovSmirnov.Statistic(Of(first), Of(second)).Should().BeApproximately(KolmogorovSmirnov.Test(first, second).Statistic, 1e-3);
        Wasserstein.Normalized(0.2, 2).Should().Be(0.1);
        Wasserstein.Normalized(0.2, 0).Should().Be(200);
    }

    [Fact]
    public void Samples_with_nothing_in_them_have_no_distance()
    {
        Wasserstein.Of([double.NaN, double.PositiveInfinity], [1.0]).Should().Be(double.NaN);
        EnergyDistance.Of([], [1.0]).Should().Be(double.NaN);
        KolmogorovSmirnov.Test([], [1.0]).PValue.Should().Be(double.NaN);
        Wasserstein.Of(Of([double.NaN]), Of([1])).Should().Be(double.NaN);
        KolmogorovSmirnov.Statistic(Of([double.NaN]), Of([1])).Should().Be(double.NaN);
        KolmogorovSmirnov.Statistic(Of([double.PositiveInfinity]), Of([1])).Should().Be(1);
    }

    private static NumberStatistics Of(double[] values)
    {
        var profile = new ColumnProfile(ValueKind.Real);
        profile.Add(values);
        return profile.Numbers!;
    }
}
