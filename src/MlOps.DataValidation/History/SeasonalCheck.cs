using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>A value lies near to its forecast from the seasons before.</summary>
internal sealed class SeasonalCheck : ISeriesCheck
{
    /// <summary>95 % of normally distributed errors.</summary>
    public const double DefaultDeviations = 1.96;

    public SeasonalCheck(int period, double deviations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 2);
        if (!(deviations > 0)) throw new ArgumentException($"{deviations} deviations are no distance.", nameof(deviations));
        (Period, Deviations) = (period, deviations);
    }

    public int Period { get; }

    public double Deviations { get; }

    public int PointsNeeded => 2 * Period;

    public IReadOnlyList<SeriesAnomaly> Find(ReadOnlySpan<double> series, int start, int end)
    {
        if (start >= end) throw new ArgumentException($"The part to be checked starts at {start} and ends at {end}: it is empty.", nameof(start));
        (start, end) = SeriesSpan.Check(series, start, end);
        if (start < PointsNeeded) throw new ArgumentException($"Two seasons of {Period} values must come before the first value that is checked; there are {start}.", nameof(start));
        var past = series[..start];
        var fit = HoltWinters.Fit(past, Period).Run(past, Period, end - start);
        var distance = Math.Max(Deviations * DeviationOfSizes(fit.Errors), Rounding(past));
        var found = new List<SeriesAnomaly>();
        for (var i = start; i < end; i++)
        {
            var forecast = fit.Forecasts[i - start];
            var bounds = new SeriesBounds(forecast - distance, forecast + distance);
            if (!bounds.Contains(series[i]))
                found.Add(new(i, series[i], series[i], bounds.Lower, bounds.Upper, $"is {SeriesBounds.Text(series[i])}, and should be {bounds} by the seasons before (forecast {SeriesBounds.Text(forecast)})"));
        }

        return found;
    }

    public override string ToString() => $"near the forecast from seasons of {Period} values: at most {SeriesBounds.Text(Deviations)} deviations away";

    // How much the sizes of the errors differ among themselves, as the peer has it; for normally distributed errors that is 0.6 of the deviation of the errors.
    private static double DeviationOfSizes(double[] errors) => RunningMoments.Of(Array.ConvertAll(errors, Math.Abs)).SampleDeviation;

    // What arithmetic on values of this size loses is no anomaly, however exact the past was.
    private static double Rounding(ReadOnlySpan<double> past)
    {
        var size = 0.0;
        foreach (var value in past) size = Math.Max(size, Math.Abs(value));
        return size * 1e-9;
    }
}
