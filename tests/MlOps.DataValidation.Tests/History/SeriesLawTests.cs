using CsCheck;

namespace MlOps.DataValidation.Tests;

/// <summary>What holds of every series: units and chunking of the calls do not matter.</summary>
public sealed class SeriesLawTests
{
    private static readonly Gen<double[]> Series = Gen.Select(Gen.Int[16, 40], Gen.Int[0, 1000], Gen.Int[0, 15]).SelectMany((count, level, spike) =>
        Gen.Int[-20, 20].Array[count].Select(noise => noise.Select((n, i) => level + n + (i == spike ? 500.0 : 0)).ToArray()));

    // Powers of two and whole numbers, so that arithmetic on the scaled series is the same to the bit.
    private static readonly Gen<double> Scale = Gen.Int[-3, 3].Select(e => Math.Pow(2, e));

    [Fact]
    public void Another_unit_finds_the_same() =>
        Gen.Select(Series, Scale).Sample((series, scale) =>
        {
            double[] scaled = [.. series.Select(v => v * scale)];
            foreach (var check in new[] { SeriesCheck.OnlineNormal(2, 2), SeriesCheck.BatchNormal(2, 2, includeChecked: true), SeriesCheck.RelativeChange(0.5, 2) })
            {
                check.Find(scaled, 0, scaled.Length).Select(a => a.Index).Should().Equal(check.Find(series, 0, series.Length).Select(a => a.Index));
            }
        });

    [Fact]
    public void Another_zero_finds_the_same_changes() =>
        Gen.Select(Series, Gen.Int[-1000, 1000]).Sample((series, zero) =>
        {
            double[] moved = [.. series.Select(v => v + zero)];
            var check = SeriesCheck.AbsoluteChange(-30, 30);
            check.Find(moved, 0, moved.Length).Select(a => a.Index).Should().Equal(check.Find(series, 0, series.Length).Select(a => a.Index));
        });

    [Fact]
    public void Checks_without_memory_find_the_same_in_two_parts() =>
        Gen.Select(Series, Gen.Int[1, 15]).Sample((series, cut) =>
        {
            foreach (var check in new[] { SeriesCheck.Threshold(-5, 5), SeriesCheck.AbsoluteChange(-30, 30), SeriesCheck.AbsoluteChange(-30, 30, order: 3), SeriesCheck.RelativeChange(0.5, 2, order: 2) })
            {
                check.Find(series, 0, cut).Concat(check.Find(series, cut, series.Length)).Should().Equal(check.Find(series, 0, series.Length));
            }
        });

    [Fact]
    public void Every_value_that_is_found_lies_outside_of_its_bounds() =>
        Series.Sample(series =>
        {
            foreach (var check in new[] { SeriesCheck.OnlineNormal(1, 1), SeriesCheck.BatchNormal(1, 1), SeriesCheck.Weekly() })
            {
                check.Find(series, 14, series.Length).Where(a => a.Measure >= a.Lower && a.Measure <= a.Upper).Should().BeEmpty();
            }
        });

    [Fact]
    public void Fitted_weights_lose_no_more_than_any_others() =>
        Gen.Select(Series, Gen.Double.Unit, Gen.Double.Unit, Gen.Double.Unit).Sample((series, level, trend, season) =>
        {
            double Loss(HoltWinters weights) => weights.Run(series, 4, 0).Errors.Sum(e => e * e);
            Loss(HoltWinters.Fit(series, 4)).Should().BeLessThanOrEqualTo(Loss(new(level, trend, season)) * (1 + 1e-9));
        }, iter: 200);
}
