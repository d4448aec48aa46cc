namespace MlOps.Statistics.Tests;

public class SigmaLimitTests
{
    private const int Repetitions = 200;
    private readonly Random _random = new(20010503);

    [Theory]
    [InlineData(1000, DistanceMeasure.JensenShannon)]
    [InlineData(500, DistanceMeasure.JensenShannon)]
    [InlineData(100, DistanceMeasure.JensenShannon)]
    [InlineData(500, DistanceMeasure.Hellinger)]
    [InlineData(500, DistanceMeasure.Wasserstein)]
    [InlineData(500, DistanceMeasure.KolmogorovSmirnov)]
    [InlineData(250, DistanceMeasure.PopulationStability)]
    [InlineData(250, DistanceMeasure.LInfinity)]
    public void Three_standard_deviations_are_seldom_broken_by_a_chunk_of_another_size(int rows, DistanceMeasure measure)
    {
        var alarms = 0;
        for (var i = 0; i < Repetitions; i++)
        {
            ColumnProfile[] parts = [.. Enumerable.Range(0, 10).Select(_ => Draw(1000, 0))];
            var whole = new ColumnProfile();
            foreach (var part in parts) whole.Merge(part);
            var current = ColumnComparer.Compare(whole, Draw(rows, 0));
            if (current.Distance(measure).Value > SigmaLimit.Upper(measure, parts.Select(p => ColumnComparer.Compare(whole, p)), current, 3)) alarms++;
        }

        alarms.Should().BeLessThan(Repetitions * 4 / 100);
    }

    [Fact]
    public void Parts_that_differ_among_themselves_raise_the_limit()
    {
        ColumnProfile[] calm = [.. Enumerable.Range(0, 10).Select(_ => Draw(1000, 0))], restless = [.. Enumerable.Range(0, 10).Select(i => Draw(1000, i % 2 == 0 ? 0.5 : -0.5))];
        LimitOf(restless).Should().BeGreaterThan(2 * LimitOf(calm));
    }

    [Fact]
    public void A_change_is_found() => ColumnComparer.Compare(Draw(5000, 0), Draw(1000, 0.5)).Should().Match<ColumnChange>(
        c => c.Distance(DistanceMeasure.Wasserstein).Value > SigmaLimit.Upper(DistanceMeasure.Wasserstein, Array.Empty<ColumnChange>(), c, 3));

    [Fact]
    public void A_distance_that_was_not_measured_has_no_limit() =>
        SigmaLimit.Upper(DistanceMeasure.Wasserstein, [], new ColumnChange(10, 10, 0, 0), 3).Should().Be(double.NaN);

    private double LimitOf(ColumnProfile[] parts)
    {
        var whole = new ColumnProfile();
        foreach (var part in parts) whole.Merge(part);
        return SigmaLimit.Upper(DistanceMeasure.JensenShannon, parts.Select(p => ColumnComparer.Compare(whole, p)), ColumnComparer.Compare(whole, Draw(1000, 0)), 3);
    }

    private ColumnProfile Draw(int rows, double shift)
    {
        var profile = new ColumnProfile();
        profile.Add((ReadOnlySpan<double>)[.. Enumerable.Range(0, rows).Select(_ => shift + (Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble())))]);
        return profile;
    }
}
